// The one loop between a machine and a transport.
//
// Received chunks go into the machine, its events to one listener, its output to the transport.
// Back-pressure works both ways: the next chunk is not taken while the listener's promise is
// pending, nor while the transport holds more than HIGH_WATER_BYTES that have not left. A peer that
// makes us talk must therefore also listen, and a slow listener slows the instrument, not memory.

import { type Fault, isLabwireError } from '../values/index.js';
import type { IMachine } from './machine.js';
import { HIGH_WATER_BYTES, type ITransport } from './transport.js';

/** How the conversation ended when nobody threw. */
export type PumpEnd =
  /** The peer closed its side after its last byte. We may still send; closing is left to the owner. */
  | { readonly type: 'eof' }
  /** The peer broke the protocol; its earlier events were delivered and the transport is closed. */
  | { readonly type: 'failed'; readonly fault: Fault }
  /** `close` was called. */
  | { readonly type: 'closed' };

/** A machine at work on one transport. Make one per connection; `run` it once. */
export class Pump<Command, Event extends { readonly type: string }> {
  private readonly _machine: IMachine<Command, Event>;
  private readonly _transport: ITransport;
  private readonly _take: (event: Event) => undefined | Promise<void>;
  private _fault: Fault | null = null;
  private _closed = false;
  private _receivedBytes = 0;
  /** Those of the last chunk, of which so many were told. */
  private _events: readonly Event[] = NONE;
  private _toldCount = 0;

  /**
   * @param take - hears every event, in wire order, and `failed` too. It returns a promise only
   *   when it wants the peer to wait. What it throws ends `run` with that error.
   */
  constructor(
    machine: IMachine<Command, Event>,
    transport: ITransport,
    take: (event: Event) => undefined | Promise<void>,
  ) {
    this._machine = machine;
    this._transport = transport;
    this._take = take;
  }

  /** Bytes received since the connection opened. */
  get receivedBytes(): number {
    return this._receivedBytes;
  }

  /**
   * Work until one side ends. Rejects with the transport's `ConnectionLostError` when the link
   * dropped, or with what `take` threw; the transport is closed then.
   */
  async run(): Promise<PumpEnd> {
    try {
      this._answer();
      for await (const chunk of this._transport.chunks) {
        if (this._closed) {
          break;
        }
        this._receivedBytes += chunk.length;
        this._machine.receive(chunk);
        const wait = this._deliver();
        if (wait !== undefined) {
          await wait;
        }
        if (this._fault !== null || this._closed) {
          break;
        }
        if (this._transport.bufferedBytes > HIGH_WATER_BYTES) {
          await this._transport.drained().catch(() => {}); // a loss: `chunks` tells
        }
      }
      if (this._fault === null && !this._closed) {
        this._machine.receiveEof();
        await this._deliver();
      }
    } catch (error) {
      if (this._closed) {
        return { type: 'closed' };
      }
      await this._transport.close('the conversation ended with an error');
      throw error;
    }
    if (this._fault !== null) {
      await this._transport.close(this._fault.message);
      return { type: 'failed', fault: this._fault };
    }
    return { type: this._closed ? 'closed' : 'eof' };
  }

  /**
   * Give the machine a command and write what it says. Events that the command itself made are
   * delivered with the next chunk.
   * @throws {LocalProtocolError} as the machine does; @throws {ConnectionLostError} as the transport does.
   */
  send(command: Command): void {
    this._machine.send(command);
    this._write();
  }

  /** End both directions; `run` resolves with `closed`. Twice is harmless. */
  close(reason?: string): Promise<void> {
    this._closed = true;
    return this._transport.close(reason);
  }

  private _write(): void {
    for (const chunk of this._machine.takeOutput()) {
      this._transport.send(chunk);
    }
  }

  // What has arrived before a loss is still delivered: that we cannot answer it is known to
  // `chunks` as well, and told at its end.
  private _answer(): void {
    try {
      this._write();
    } catch (error) {
      if (!isLabwireError(error)) {
        throw error;
      }
    }
  }

  /** Give the listener what has come. @returns what to wait for, where there is anything. */
  private _deliver(): undefined | Promise<void> {
    // Answers leave before the listener may wait: a peer that waits for one is not held up by it.
    this._answer();
    this._events = this._machine.takeEvents();
    this._toldCount = 0;
    const wait = this._tell();
    return wait === undefined ? undefined : this._tellRest(wait);
  }

  private async _tellRest(first: Promise<void>): Promise<void> {
    for (let wait: undefined | Promise<void> = first; wait !== undefined; wait = this._tell()) {
      await wait;
    }
  }

  /** Tell one event after the other, until the listener wants to be waited for. */
  private _tell(): undefined | Promise<void> {
    while (this._toldCount < this._events.length) {
      if (this._closed) {
        return undefined;
      }
      const event = this._events[this._toldCount]!;
      this._toldCount += 1;
      if (event.type === 'failed') {
        this._fault = (event as unknown as { fault: Fault }).fault;
      }
      const wait = this._take(event);
      if (wait !== undefined) {
        return wait;
      }
    }
    this._events = NONE; // what came in them is the listener's
    this._answer();
    return undefined;
  }
}

const NONE: readonly never[] = [];
