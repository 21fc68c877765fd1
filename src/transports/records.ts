// Records: the units of the bridge's contract, inside a message's buffers.
//
// Twelve bytes of header (kind, flags, reserved, stream, length; little-endian), then the payload. A
// message is read as a whole before anything of it is acted on. Reading makes views, never copies.
//
// Source: docs/protocols/bridge.md, "Envelope" and "Kinds". Vectors: vectors/bridge/records.jsonl.

export const PROTOCOL = 1;
export const HEADER_BYTES = 12;

export const Kind = {
  SEQ: 0x01,
  ACK: 0x02,
  PING: 0x03,
  PONG: 0x04,
  HELLO: 0x10,
  WELCOME: 0x11,
  BYE: 0x12,
  RESET: 0x13,
  STOP: 0x14,
  STOPPED: 0x15,
  AUDIT: 0x16,
  OPEN: 0x20,
  OPENED: 0x21,
  FAILED: 0x22,
  DATA: 0x23,
  CREDIT: 0x24,
  END: 0x25,
  CLOSE: 0x26,
  CLOSED: 0x27,
  QUESTION: 0x28,
  ANSWER: 0x29,
  ATTACH: 0x2a,
  ATTACHED: 0x2b,
} as const;

export type Kind = (typeof Kind)[keyof typeof Kind];

/** What the contract lets one message from the bridge hold. */
export const RecordLimits = {
  /** Payload of one record. */
  recordBytes: 1024 * 1024,
  /** Payload of PING, which we echo. */
  pingBytes: 128,
  /** JSON from the bridge: WELCOME carries the administrator's whole list. */
  jsonBytes: 1024 * 1024,
  /** Records of one message; the same number binds the other direction. */
  records: 16384,
} as const;

/** One record from the bridge. `payload` views the message. */
export type BridgeRecord = {
  readonly kind: number;
  readonly stream: number;
  readonly payload: Uint8Array;
};

/** A message that cannot be read; nothing of it may be acted on. Never leaves this room. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

const FROM_CLIENT: ReadonlySet<number> = new Set([
  Kind.ACK,
  Kind.HELLO,
  Kind.BYE,
  Kind.STOP,
  Kind.AUDIT,
  Kind.OPEN,
  Kind.CLOSE,
  Kind.ANSWER,
  Kind.ATTACH,
]);

const KNOWN: ReadonlySet<number> = new Set(Object.values(Kind));

/** The payload lengths that are fixed. */
const LENGTHS: ReadonlyMap<number, number> = new Map([
  [Kind.SEQ, 0],
  [Kind.CREDIT, 16],
  [Kind.END, 8],
]);

/**
 * The records of one message, in order. Those of unknown kind are left out.
 * @throws {MalformedMessage} for every departure from the contract.
 */
export function readRecords(buffers: readonly Uint8Array[]): BridgeRecord[] {
  const records: BridgeRecord[] = [];
  for (const buffer of buffers) {
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    let at = 0;
    while (at < buffer.length) {
      if (buffer.length - at < HEADER_BYTES) {
        throw new MalformedMessage(
          `a record's header needs ${HEADER_BYTES} bytes, ${buffer.length - at} are left`,
        );
      }
      // Kind, flags and reserved are one word: all but the lowest byte of it must be 0.
      const word = view.getUint32(at, true);
      const stream = view.getUint32(at + 4, true);
      const length = view.getUint32(at + 8, true);
      at += HEADER_BYTES;
      if (word > 0xff) {
        throw new MalformedMessage(`flags and reserved of kind ${word & 0xff} are not 0`);
      }
      if (length > buffer.length - at) {
        throw new MalformedMessage(
          `a record of ${length} bytes, ${buffer.length - at} are left in its buffer`,
        );
      }
      if (KNOWN.has(word)) {
        check(word, length);
        if (records.length === RecordLimits.records) {
          throw new MalformedMessage(`more than ${RecordLimits.records} records in a message`);
        }
        records.push({ kind: word, stream, payload: buffer.subarray(at, at + length) });
      }
      at += length;
    }
  }
  return records;
}

function check(kind: number, length: number): void {
  if (FROM_CLIENT.has(kind)) {
    throw new MalformedMessage(`${nameOf(kind)} is sent by clients only`);
  }
  const wanted = LENGTHS.get(kind);
  if (wanted !== undefined) {
    if (length !== wanted) {
      throw new MalformedMessage(
        `${nameOf(kind)} has a payload of ${length} bytes, it needs ${wanted}`,
      );
    }
    return;
  }
  const most =
    kind === Kind.DATA
      ? RecordLimits.recordBytes
      : kind === Kind.PING || kind === Kind.PONG
        ? RecordLimits.pingBytes
        : RecordLimits.jsonBytes;
  if (length > most || (kind === Kind.DATA && length === 0)) {
    throw new MalformedMessage(
      `${nameOf(kind)} has a payload of ${length} bytes, of at most ${most}`,
    );
  }
}

/** For messages to people. */
export function nameOf(kind: number): string {
  return Object.entries(Kind).find(([, value]) => value === kind)?.[0] ?? `kind ${kind}`;
}

/** The twelve bytes before a payload of `length` bytes. */
export function recordHeader(kind: Kind, stream: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, kind, true);
  view.setUint32(4, stream, true);
  view.setUint32(8, length, true);
  return bytes;
}

/** A record with a copy of `payload`. */
export function record(
  kind: Kind,
  stream: number,
  payload: Uint8Array = new Uint8Array(),
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  bytes.set(recordHeader(kind, stream, payload.length));
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** A record with `fields` as JSON. Fields that are undefined are left out. */
export function jsonRecord(
  kind: Kind,
  stream: number,
  fields: { readonly [name: string]: unknown },
): Uint8Array<ArrayBuffer> {
  return record(kind, stream, new TextEncoder().encode(JSON.stringify(fields)));
}

/** CREDIT: both counts absolute, below 2^53. */
export function creditRecord(
  stream: number,
  received: number,
  allowed: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + 16);
  bytes.set(recordHeader(Kind.CREDIT, stream, 16));
  const view = new DataView(bytes.buffer);
  setCount(view, HEADER_BYTES, received);
  setCount(view, HEADER_BYTES + 8, allowed);
  return bytes;
}

/** END: `total` bytes were sent in this direction. */
export function endRecord(stream: number, total: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES + 8);
  bytes.set(recordHeader(Kind.END, stream, 8));
  setCount(new DataView(bytes.buffer), HEADER_BYTES, total);
  return bytes;
}

/** The u64 at `at` of a payload. Above 2^53 it is rounded: no stream is that long, so it fits none. */
export function readCount(payload: Uint8Array, at: number): number {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

function setCount(view: DataView, at: number, count: number): void {
  view.setUint32(at, count % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(count / 2 ** 32), true);
}
