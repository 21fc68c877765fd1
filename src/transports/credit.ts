// How far ahead the bridge may send on one stream.
//
// A window below rate × round trip leaves the path idle; one above it only makes the queues on the
// way longer, and everybody's small messages wait in them. So it follows what the reader takes:
// twice the rate times the time that a byte and its credit need. That time is the idle round trip
// plus what the four processes on the way hold while they work (kernel, server, network, worker).
// The bulk of one stream thereby never delays others by more than about twice that time.

export const WINDOW_MIN_BYTES = 512 * 1024;
export const WINDOW_MAX_BYTES = 8 * 1024 * 1024;

/** On loopback, with a round trip of 1 ms, throughput stops growing at windows of about 10 ms. */
const PIPELINE_MS = 8;
const SAMPLE_MS = 20;
/** Images come in bursts: the rate inside one counts, and is forgotten by half each second. */
const HALF_LIFE_MS = 1000;

/** The window of one stream. Bytes are counted as the reader takes them. */
export class CreditWindow {
  private _maximumBytes = WINDOW_MAX_BYTES;
  private _bytes = WINDOW_MIN_BYTES;
  private _sampleStartMs: number | null = null;
  private _sampleBytes = 0;
  private _sampledAtMs = 0;
  private _peak = 0; // bytes per ms

  /** @param maximumBytes - what the bridge allows; never more than `WINDOW_MAX_BYTES`. */
  constructor(maximumBytes: number) {
    this.limit(maximumBytes);
  }

  /** Another link may allow another maximum. */
  limit(maximumBytes: number): void {
    this._maximumBytes = Math.min(maximumBytes, WINDOW_MAX_BYTES);
  }

  get bytes(): number {
    return Math.min(this._bytes, this._maximumBytes);
  }

  /** The reader took `bytes`; the link's idle round trip is `roundTripMs`. */
  taken(bytes: number, nowMs: number, roundTripMs: number): void {
    const startMs = this._sampleStartMs;
    if (startMs === null) {
      // The first chunk starts the watch: how long it took is not known.
      this._sampleStartMs = nowMs;
      return;
    }
    this._sampleBytes += bytes;
    const lengthMs = nowMs - startMs;
    if (lengthMs < SAMPLE_MS) {
      return;
    }
    const rate = this._sampleBytes / lengthMs;
    const fading = 0.5 ** ((nowMs - this._sampledAtMs) / HALF_LIFE_MS);
    this._peak = Math.max(rate, this._peak * fading);
    this._sampledAtMs = nowMs;
    this._sampleStartMs = lengthMs > HALF_LIFE_MS ? null : nowMs;
    this._sampleBytes = 0;
    const need = 2 * this._peak * (roundTripMs + PIPELINE_MS);
    if (need > this._bytes || need < this._bytes / 2) {
      this._bytes = Math.min(this._maximumBytes, Math.max(WINDOW_MIN_BYTES, Math.ceil(need)));
    }
  }
}
