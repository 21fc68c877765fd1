// How often something changes: events per second over the last seconds, in constant memory.

const BUCKET_MS = 250;
const BUCKETS = 12; // three seconds: calm enough to read, quick enough to show that a feed stopped

export class RateCounter {
  private readonly _counts = new Float64Array(BUCKETS);
  private readonly _startedMs: number;
  private _bucket: number;
  private _total = 0;

  constructor(nowMs: number) {
    this._startedMs = nowMs;
    this._bucket = Math.floor(nowMs / BUCKET_MS);
  }

  add(nowMs: number, count = 1): void {
    this._advance(nowMs);
    this._counts[this._bucket % BUCKETS]! += count;
    this._total += count;
  }

  /** Events per second; 0 once none came for three seconds. */
  rateHz(nowMs: number): number {
    this._advance(nowMs);
    if (this._total === 0) {
      return 0;
    }
    const partMs = nowMs - this._bucket * BUCKET_MS;
    const windowMs = (BUCKETS - 1) * BUCKET_MS + partMs;
    // Of a young counter, and never so short that one event looks like a flood.
    const spanMs = Math.max(1000, Math.min(windowMs, nowMs - this._startedMs));
    return (this._total * 1000) / spanMs;
  }

  private _advance(nowMs: number): void {
    const bucket = Math.floor(nowMs / BUCKET_MS);
    const steps = Math.min(BUCKETS, bucket - this._bucket);
    for (let i = 1; i <= steps; i++) {
      const slot = (this._bucket + i) % BUCKETS;
      this._total -= this._counts[slot]!;
      this._counts[slot] = 0;
    }
    this._bucket = Math.max(bucket, this._bucket);
  }
}
