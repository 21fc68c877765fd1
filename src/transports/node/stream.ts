// What a socket and a pair of pipes have in common.
//
// The reader's pace goes down to the stream: with READ_AHEAD_BYTES waiting, it is paused and the
// kernel's window closes on the peer. Chunks are as the stream gives them, each with memory of its
// own; reading with larger buffers was measured and gains nothing. What is sent within one turn of
// the event loop leaves in one system call.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { ClosedError, type ConnectionLostError } from '../../values/index.js';
import type { ITransport } from '../../wire/index.js';
import { Drain } from '../drain.js';
import { Inbox } from '../inbox.js';
import { lossOf } from './errno.js';

/** Received and not taken: above this the stream is paused. As large as a TCP window usually grows. */
const READ_AHEAD_BYTES = 1024 * 1024;
/** How long `close` lets the peer read our last bytes before the stream is destroyed. */
const LINGER_MS = 100;
/** How long `close` waits for a peer that takes nothing of what is queued. */
const STALL_MS = 1000;

/**
 * Why a connection ended before its first byte, where the ways of the platform do not say it.
 * @param error - null: it ended cleanly.
 * @returns null if there is nothing to add.
 */
export type EarlyEnd = (error: Error | null) => ConnectionLostError | null;

/**
 * Two streams, or one that goes both ways. `close` sends what is queued, as long as the peer takes
 * some of it every STALL_MS, then ends, and lets the peer read that: it reads on until the peer has
 * ended as well, for LINGER_MS at most. A peer that has ended already, or has read everything
 * (`isAnswered`), is not waited for.
 */
export abstract class StreamTransport implements ITransport {
  readonly endpoint: string;
  private readonly _reader: Socket;
  private readonly _writer: Socket;
  private readonly _earlyEnd: EarlyEnd;
  private readonly _inbox: Inbox<Uint8Array>;
  private readonly _drain = new Drain();
  private readonly _gone: Promise<unknown>;
  private _unreadBytes = 0;
  private _isSilent = true;
  private _corked = false;
  private _state: 'open' | 'ended' | 'closed' = 'open';
  private _lost: ConnectionLostError | null = null;

  /** @param reader, writer - open, without data listeners; may be one. The transport owns them. */
  constructor(reader: Socket, writer: Socket, endpoint: string, earlyEnd: EarlyEnd = () => null) {
    this.endpoint = endpoint;
    this._reader = reader;
    this._writer = writer;
    this._earlyEnd = earlyEnd;
    this._inbox = new Inbox(chunk => this._taken(chunk.length));
    reader.on('data', chunk => this._received(chunk));
    reader.on('end', () => this._ended());
    reader.on('error', error => this._lose(error));
    if (reader.readableEnded) {
      this._ended(); // it was short
    }
    const readerGone = closed(reader, () => {
      if (!this._inbox.ended) {
        this._lose(null);
      }
    });
    this._gone = writer === reader ? readerGone : Promise.all([readerGone, this._watch(writer)]);
  }

  get chunks(): AsyncIterable<Uint8Array> {
    return this._inbox;
  }

  get bufferedBytes(): number {
    return this._writer.writableLength;
  }

  send(chunk: Uint8Array): void {
    if (this._lost !== null) {
      throw this._lost;
    }
    if (this._state !== 'open') {
      const call = this._state === 'ended' ? 'end' : 'close';
      throw new ClosedError(`${this.endpoint}: send() after ${call}()`);
    }
    if (!this._corked) {
      this._corked = true;
      this._writer.cork();
      process.nextTick(this._uncork);
    }
    this._writer.write(chunk, this._written);
  }

  drained(): Promise<void> {
    return this._drain.wait(this._writer.writableLength);
  }

  /** End our direction only, after what is queued; the peer reads to its end and may still send. */
  end(): void {
    if (this._state === 'open') {
      this._state = 'ended';
      this._uncork();
      this._writer.end();
    }
  }

  async close(_reason?: string, isAnswered = false): Promise<void> {
    if (this._state !== 'closed') {
      const mayLeave = isAnswered || this._inbox.ended || this._reader.destroyed;
      this._uncork();
      if (mayLeave && this._writer.writableLength === 0 && !(this._writer instanceof TLSSocket)) {
        this._destroy(); // the system has all of it, and sends it before its own end
      } else {
        this.end();
        this._linger(mayLeave);
      }
      this._state = 'closed';
      this._inbox.clear();
      this._drain.fail(() => new ClosedError(`${this.endpoint} was closed`));
    }
    await this._gone;
  }

  /**
   * A socket that is destroyed with unread input resets the connection, and a reset can overtake
   * our last bytes at the peer. So: flush, end, read on for a moment, then destroy.
   */
  private _linger(mayLeave: boolean): void {
    const reader = this._reader;
    const writer = this._writer;
    const leave = () =>
      writer.writableFinished || writer.destroyed
        ? this._destroy()
        : writer.once('finish', this._destroy);
    reader.removeAllListeners('data');
    reader.resume();
    if (mayLeave || reader.readableEnded || reader.destroyed) {
      leave();
    } else {
      reader.once('end', leave);
    }
    let queued = writer.writableLength;
    let quietMs = 0;
    const timer = setInterval(() => {
      const before = queued;
      queued = writer.writableLength;
      quietMs = queued < before ? 0 : quietMs + LINGER_MS;
      if (quietMs >= (queued === 0 ? LINGER_MS : STALL_MS)) {
        this._destroy();
      }
    }, LINGER_MS);
    void this._gone.then(() => clearInterval(timer));
  }

  private readonly _destroy = (): void => {
    this._reader.destroy();
    this._writer.destroy();
  };

  private _received(chunk: Uint8Array): void {
    this._isSilent = false;
    this._unreadBytes += chunk.length;
    this._inbox.put(chunk);
    if (this._unreadBytes > READ_AHEAD_BYTES) {
      this._reader.pause();
    }
  }

  private _taken(bytes: number): void {
    const before = this._unreadBytes;
    this._unreadBytes = before - bytes;
    if (this._reader.isPaused() && this._unreadBytes <= READ_AHEAD_BYTES / 2) {
      this._reader.resume();
    }
  }

  private readonly _uncork = (): void => {
    if (this._corked) {
      this._corked = false;
      this._writer.uncork();
    }
  };

  private readonly _written = (): void => this._drain.level(this._writer.writableLength);

  private _ended(): void {
    const loss = this._isSilent && this._state !== 'closed' ? this._earlyEnd(null) : null;
    if (loss === null) {
      this._inbox.end();
    } else {
      this._fail(loss);
      this._inbox.fail(loss);
    }
  }

  private _lose(error: Error | null): void {
    if (this._lost === null && this._state !== 'closed') {
      const early = this._isSilent ? this._earlyEnd(error) : null;
      this._fail(early ?? lossOf(this.endpoint, error));
    }
    if (this._lost !== null) {
      this._inbox.fail(this._lost);
    }
  }

  /** A writer of its own: what the peer said before it stopped to listen is still read to its end. */
  private _watch(writer: Socket): Promise<void> {
    const lose = (error: Error | null) => {
      if (this._lost === null && this._state === 'open') {
        this._fail(lossOf(this.endpoint, error));
      }
    };
    writer.on('error', lose);
    return closed(writer, () => lose(null));
  }

  private _fail(loss: ConnectionLostError): void {
    const first = this._lost ?? loss;
    this._lost = first;
    this._drain.fail(() => first);
  }
}

/** Resolves when `stream` is gone, and tells it before. */
function closed(stream: Socket, tell: () => void): Promise<void> {
  return new Promise(resolve => {
    const gone = () => {
      tell();
      resolve();
    };
    if (stream.closed) {
      queueMicrotask(gone); // after the constructor, as if it were an event
    } else {
      stream.on('close', gone);
    }
  });
}
