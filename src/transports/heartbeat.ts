// The pulse of a link: PING and PONG.
//
// It renews the lease, measures the round trip, and notices silence. A timer that comes late says
// that we stood still ourselves (a laptop slept, a worker computed): then silence proves nothing.

import type { IClock, ITimer } from '../wire/index.js';

/** Heartbeats without any message before the link counts as dead. */
const SILENT_BEATS = 2;
const STOOD_STILL_MS = 1000;
/** Round trips measured one after the other at the start: a busy page spoils single ones. */
const FIRST_PINGS = 3;
const PAYLOAD_BYTES = 8;

type Ping = { readonly atMs: number; readonly done: (ms: number) => void };

export class Heartbeat {
  private readonly _clock: IClock;
  private readonly _sendPing: (payload: Uint8Array) => void;
  private readonly _onSilent: (seconds: number) => void;
  private _timer: ITimer | null = null;
  private _heard = false;
  private _silentBeats = 0;
  private _firstPings = 0;
  private _number = 0;
  private _pings = new Map<number, Ping>();
  private _roundTripMs: number | null = null;

  constructor(
    clock: IClock,
    sendPing: (payload: Uint8Array) => void,
    onSilent: (seconds: number) => void,
  ) {
    this._clock = clock;
    this._sendPing = sendPing;
    this._onSilent = onSilent;
  }

  /** The shortest so far, over all links of the websocket; null before the first. */
  get roundTripMs(): number | null {
    return this._roundTripMs;
  }

  start(everyMs: number): void {
    this.stop();
    this._silentBeats = 0;
    this._firstPings = FIRST_PINGS;
    this._measure();
    this._beatLater(everyMs);
  }

  /** Pings that are under way are forgotten. */
  stop(): void {
    this._timer?.cancel();
    this._timer = null;
    this._pings.clear();
  }

  /** Any message from the other end. */
  heard(): void {
    this._heard = true;
  }

  /** `done` hears the round trip in ms; never, if `stop` comes before. */
  ping(done: (ms: number) => void): void {
    this._number += 1;
    this._pings.set(this._number, { atMs: this._clock.nowMs(), done });
    const payload = new Uint8Array(PAYLOAD_BYTES);
    new DataView(payload.buffer).setUint32(0, this._number, true);
    this._sendPing(payload);
  }

  pong(payload: Uint8Array): void {
    if (payload.length !== PAYLOAD_BYTES) {
      return;
    }
    const number = new DataView(payload.buffer, payload.byteOffset).getUint32(0, true);
    const ping = this._pings.get(number);
    this._pings.delete(number);
    ping?.done(this._clock.nowMs() - ping.atMs);
  }

  private _measure(): void {
    this.ping(ms => {
      this._roundTripMs = Math.min(this._roundTripMs ?? ms, ms);
      this._firstPings -= 1;
      if (this._firstPings > 0) {
        this._measure();
      }
    });
  }

  private _beatLater(everyMs: number): void {
    const dueMs = this._clock.nowMs() + everyMs;
    this._heard = false;
    this._timer = this._clock.after(everyMs, () => {
      const stoodStill = this._clock.nowMs() - dueMs > STOOD_STILL_MS;
      this._silentBeats = this._heard || stoodStill ? 0 : this._silentBeats + 1;
      if (this._silentBeats >= SILENT_BEATS) {
        this._onSilent((SILENT_BEATS * everyMs) / 1000);
        return;
      }
      this._measure();
      this._beatLater(everyMs);
    });
  }
}
