// A growing buffer of bytes that texts are written to.

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** Texts from this length on are encoded natively. */
const LONG_TEXT = 64;

/** What most texts fit into: a mod of a scalar, a call. */
const SMALL_BYTES = 1024;

/** The small buffer of the last text, for the next: a publisher writes 100 000 of them a second. */
let spare: Uint8Array<ArrayBuffer> | null = null;

/** Written once, then taken: by `toBytes` or `toString`. */
export class Out {
  private _bytes: Uint8Array<ArrayBuffer>;
  private _length = 0;

  constructor() {
    this._bytes = spare ?? new Uint8Array(SMALL_BYTES);
    spare = null; // a text may be written while another is
  }

  /** Room for `count` more bytes. @returns where they begin. */
  reserve(count: number): number {
    const needed = this._length + count;
    if (needed > this._bytes.length) {
      // Something large (base64 of an array) is often the last: give it its size and a little more.
      const isLarge = count > this._bytes.length;
      const grown = new Uint8Array(isLarge ? needed + 256 : 2 * this._bytes.length);
      grown.set(this._bytes.subarray(0, this._length));
      this._bytes = grown;
    }
    return this._length;
  }

  /** The buffer to write into after `reserve`; it changes with every call of that. */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this._bytes;
  }

  /** All before `end` is written. */
  advance(end: number): void {
    this._length = end;
  }

  byte(byte: number): void {
    const at = this.reserve(1);
    this._bytes[at] = byte;
    this._length = at + 1;
  }

  /** Text that is ASCII. */
  ascii(text: string): void {
    const { length } = text;
    const at = this.reserve(length);
    const bytes = this._bytes;
    if (length < LONG_TEXT) {
      for (let i = 0; i < length; i += 1) {
        bytes[at + i] = text.charCodeAt(i);
      }
    } else {
      ENCODER.encodeInto(text, bytes.subarray(at));
    }
    this._length = at + length;
  }

  /** Text of any script, as UTF-8. */
  text(text: string): void {
    const at = this.reserve(3 * text.length);
    this._length = at + ENCODER.encodeInto(text, this._bytes.subarray(at)).written;
  }

  /** What was written. Its buffer holds little else, unless `allocate` gave it. */
  toBytes(allocate?: (bytes: number) => Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (this._bytes.length > SMALL_BYTES && this._length > 0.9 * this._bytes.length) {
      return this._bytes.subarray(0, this._length);
    }
    if (allocate !== undefined) {
      const bytes = allocate(this._length);
      bytes.set(this._bytes.subarray(0, this._length));
      this._giveBack();
      return bytes;
    }
    const bytes = this._bytes.slice(0, this._length);
    this._giveBack();
    return bytes;
  }

  toString(): string {
    const text = DECODER.decode(this._bytes.subarray(0, this._length));
    this._giveBack();
    return text;
  }

  private _giveBack(): void {
    if (this._bytes.length === SMALL_BYTES) {
      spare = this._bytes;
    }
  }
}
