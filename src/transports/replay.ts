// A recorded conversation, played again.
//
// Whoever holds the transport plays one side, the recording the other. What the recording says next
// waits until it has heard what it had heard then, so an eager client and a patient one both get a
// conversation that could have happened. What is sent is compared byte for byte, however it is cut.

import { ClosedError, ConnectError, ConnectionLostError } from '../values/index.js';
import type { IListener, ITransport } from '../wire/index.js';
import { Inbox } from './inbox.js';
import type { RecordedStep, Recording } from './recording.js';

export type ReplayOptions = {
  /**
   * false: what is sent is not compared; each thing sent counts as all that the recording waits
   * for just then. Default true.
   */
  readonly strict?: boolean;
  /** Deliver at most so many bytes at once: 1 is byte by byte. Default: as recorded. */
  readonly chunkBytes?: number;
};

/** One connection of a recording. Nothing is ever buffered: the recording hears at once. */
export class ReplayTransport implements ITransport {
  readonly endpoint: string;
  private readonly _steps: readonly RecordedStep[];
  private readonly _side: 'client' | 'server';
  private readonly _strict: boolean;
  private readonly _chunkBytes: number;
  private readonly _inbox = new Inbox<Uint8Array>();
  /** The next step to play. */
  private _at = 0;
  /** The next step of our side that was not heard whole, and how much of it was. */
  private _ownAt = 0;
  private _ownBytes = 0;
  private _sentBytes = 0;
  private _state: 'open' | 'ended' | 'closed' = 'open';
  private _lost: ConnectionLostError | null = null;

  /** @param side - who the holder of this transport is. */
  constructor(
    endpoint: string,
    steps: readonly RecordedStep[],
    side: 'client' | 'server',
    options: ReplayOptions = {},
  ) {
    const { strict = true, chunkBytes = Number.POSITIVE_INFINITY } = options;
    if (!(chunkBytes >= 1)) {
      throw new RangeError(`chunkBytes is ${chunkBytes}, it must be at least 1`);
    }
    this.endpoint = endpoint;
    this._steps = steps;
    this._side = side;
    this._strict = strict;
    this._chunkBytes = chunkBytes;
    this._play();
  }

  get chunks(): AsyncIterable<Uint8Array> {
    return this._inbox;
  }

  get bufferedBytes(): number {
    return 0;
  }

  /** What was recorded of our side and has not been sent, for people; null when nothing is missing. */
  get missing(): string | null {
    const step = this._ownStep();
    if (step === null || (step.type !== 'bytes' && this._state !== 'open')) {
      return null;
    }
    return step.type === 'bytes' ? quote(step.bytes.subarray(this._ownBytes)) : 'the end';
  }

  /** @throws {ConnectionLostError} it is not what was recorded; the replay is over. */
  send(chunk: Uint8Array): void {
    if (this._lost !== null) {
      throw this._lost;
    }
    if (this._state !== 'open') {
      const call = this._state === 'ended' ? 'end' : 'close';
      throw new ClosedError(`${this.endpoint}: send() after ${call}()`);
    }
    if (this._strict) {
      this._compare(chunk);
    } else if (chunk.length > 0) {
      this._skip();
    }
    this._sentBytes += chunk.length;
    this._play();
  }

  drained(): Promise<void> {
    return this._lost === null ? Promise.resolve() : Promise.reject(this._lost);
  }

  /** End our direction only. The recording waits for nothing more and plays to its end. */
  end(): void {
    if (this._state === 'open') {
      this._state = 'ended';
      this._play();
    }
  }

  close(): Promise<void> {
    this._state = 'closed';
    this._inbox.clear();
    return Promise.resolve();
  }

  private _play(): void {
    for (; this._at < this._steps.length; this._at += 1) {
      const step = this._steps[this._at]!;
      if (step.from === this._side) {
        if (this._state === 'open' && this._at >= this._ownIndex()) {
          return;
        }
      } else if (step.type === 'bytes') {
        for (let at = 0; at < step.bytes.length; at += this._chunkBytes) {
          this._inbox.put(step.bytes.slice(at, at + this._chunkBytes));
        }
      } else if (step.type === 'eof') {
        this._inbox.end();
      } else {
        this._lose('the recording ends with a reset here');
      }
    }
  }

  private _compare(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const step = this._ownStep();
      if (step === null || step.type !== 'bytes') {
        const what = step === null ? 'nothing more' : `an ${step.type}`;
        this._refuse(`the recording has ${what} here, ${quote(chunk.subarray(at))} was sent`);
      }
      const recorded = step.bytes.subarray(this._ownBytes);
      const length = Math.min(recorded.length, chunk.length - at);
      for (let i = 0; i < length; i += 1) {
        if (recorded[i] !== chunk[at + i]) {
          this._refuse(
            `byte ${this._sentBytes + at + i} is not what was recorded: ${quote(chunk.subarray(at))} ` +
              `was sent, ${quote(recorded)} recorded`,
          );
        }
      }
      at += length;
      this._ownBytes += length;
      if (length === recorded.length) {
        this._ownAt += 1;
        this._ownBytes = 0;
      }
    }
  }

  /** Count the run of our bytes that the recording waits for as heard. */
  private _skip(): void {
    for (let at = this._ownIndex(); at < this._steps.length; at += 1) {
      const step = this._steps[at]!;
      if (step.from !== this._side || step.type !== 'bytes') {
        break;
      }
      this._ownAt = at + 1;
    }
  }

  private _ownIndex(): number {
    while (this._ownAt < this._steps.length && this._steps[this._ownAt]!.from !== this._side) {
      this._ownAt += 1;
    }
    return this._ownAt;
  }

  private _ownStep(): RecordedStep | null {
    return this._steps[this._ownIndex()] ?? null;
  }

  private _refuse(message: string): never {
    throw this._lose(message);
  }

  private _lose(message: string): ConnectionLostError {
    this._lost ??= new ConnectionLostError(
      `${this.endpoint}: ${message}`,
      { endpoint: this.endpoint, sent: 'no' },
      { hint: 'with strict: false what is sent is not compared' },
    );
    this._inbox.fail(this._lost);
    return this._lost;
  }
}

/** A recording to connect to: each connect takes the next recorded connection. */
export class ReplayNetwork {
  private readonly _recording: Recording;
  private readonly _options: ReplayOptions;
  private _next = 0;

  constructor(recording: Recording, options: ReplayOptions = {}) {
    this._recording = recording;
    this._options = options;
  }

  /** Be the client of the next connection. @throws {ConnectError} none is left. */
  async connect(options: { readonly signal?: AbortSignal } = {}): Promise<ReplayTransport> {
    options.signal?.throwIfAborted();
    const transport = this._take('client');
    if (transport === null) {
      const count = this._recording.connections.length;
      throw new ConnectError(
        `the recording ${this._recording.name} has ${count} connections, all were used`,
        { endpoint: this._endpoint(count) },
        { hint: 'make a new ReplayNetwork to start over' },
      );
    }
    return transport;
  }

  /** Be the server of all connections that are left. It ends after the last. */
  listen(): IListener {
    const accepted = new Inbox<ITransport>();
    for (let one = this._take('server'); one !== null; one = this._take('server')) {
      accepted.put(one);
    }
    accepted.end();
    return {
      endpoint: `replay of ${this._recording.name}`,
      connections: accepted,
      close: async () => {
        accepted.clear();
      },
    };
  }

  private _take(side: 'client' | 'server'): ReplayTransport | null {
    const steps = this._recording.connections[this._next];
    if (steps === undefined) {
      return null;
    }
    const endpoint = this._endpoint(this._next);
    this._next += 1;
    return new ReplayTransport(endpoint, steps, side, this._options);
  }

  private _endpoint(connection: number): string {
    return `replay of ${this._recording.name}, connection ${connection}`;
  }
}

const QUOTED_BYTES = 60;

function quote(bytes: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, QUOTED_BYTES));
  return JSON.stringify(text) + (bytes.length > QUOTED_BYTES ? '…' : '');
}
