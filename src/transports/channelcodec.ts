// A kernel websocket's frames: what the Jupyter server puts around the bridge's records.
//
// v1 (subprotocol v1.kernel.websocket.jupyter.org): u64 count of offsets, the offsets, then the parts
// between them: channel, header, parent header, metadata, content, buffers. Without the subprotocol
// (a gateway) each message is JSON text, and the records travel in the content as base64.
//
// The content of a bridge message hardly ever changes, so it is compared as bytes with the last one
// that was read; JSON is parsed only when it differs. Headers are not read at all on the data path.
//
// Source: jupyter_server, base/zmqhandlers and the messaging specification; docs/protocols/bridge.md,
// "Envelope".

import { bytesEqual } from '../values/index.js';
import { fromBase64, toBase64 } from './base64.js';
import { MalformedMessage } from './records.js';

export const SUBPROTOCOL = 'v1.kernel.websocket.jupyter.org';
const COMM_ID = 'labwire';

/** Parts of one frame: the contract allows 256 buffers, five parts and the channel come before. */
const PARTS = 512;
/** Content or header that is parsed as JSON. Larger ones are other people's outputs. */
const JSON_BYTES = 64 * 1024;
/** Characters of a text frame: a record of 256 KiB in base64, or many small ones of 2 MiB. */
const TEXT_CHARS = 4 * 1024 * 1024;

export type Channel = 'shell' | 'control';

/** Buffers, each given as the pieces it is made of. */
export type Buffers = readonly (readonly Uint8Array[])[];

export type ChannelMessage =
  /** Of the bridge. `nonce` as it carries it; buffers view the frame. */
  | {
      readonly type: 'bridge';
      readonly channel: string;
      readonly nonce: string | null;
      readonly buffers: readonly Uint8Array[];
    }
  /** What the server or the kernel says about the kernel: `starting`, `restarting`, `dead`, `busy`, `idle`. */
  | { readonly type: 'status'; readonly state: string }
  /** Somebody else's business. */
  | { readonly type: 'other' };

/** How messages look on one websocket. */
export interface IChannelCodec {
  readonly text: boolean;
  encode(
    channel: Channel,
    nonce: string | null,
    buffers: Buffers,
  ): Uint8Array<ArrayBuffer> | string;
  /** @throws {MalformedMessage} */
  decode(data: unknown): ChannelMessage;
}

const OTHER: ChannelMessage = { type: 'other' };
const EMPTY_OBJECT = new TextEncoder().encode('{}');
const COUNTER_DIGITS = 12;

/** The v1 subprotocol: binary, spliced by the server without reading. */
export class BinaryCodec implements IChannelCodec {
  readonly text = false;
  private readonly _header: Uint8Array;
  private readonly _counterAt: number;
  private _count = 0;
  private _sentNonce: string | null | undefined = undefined;
  private _sentContent: Uint8Array = EMPTY_OBJECT;
  private _seenContent: Uint8Array | null = null;
  private _seenNonce: string | null = null;

  /** @param session - names us in message headers. */
  constructor(session: string) {
    const header = headerOf(session, '0'.repeat(COUNTER_DIGITS));
    this._header = new TextEncoder().encode(JSON.stringify(header));
    // msg_id comes first, ends in the counter, and holds only ASCII before it.
    this._counterAt = '{"msg_id":"'.length + header.msg_id.length - COUNTER_DIGITS;
  }

  encode(channel: Channel, nonce: string | null, buffers: Buffers): Uint8Array<ArrayBuffer> {
    if (nonce !== this._sentNonce) {
      this._sentNonce = nonce;
      this._sentContent = new TextEncoder().encode(JSON.stringify(contentOf(nonce)));
    }
    const name = channel === 'shell' ? SHELL : CONTROL;
    const count = 6 + buffers.length; // offsets: of channel, header, parent, metadata, content; buffers; the end
    let at = 8 * (1 + count);
    let total = at + name.length + this._header.length + 4 + this._sentContent.length;
    for (const buffer of buffers) {
      for (const piece of buffer) {
        total += piece.length;
      }
    }
    const frame = new Uint8Array(total);
    const view = new DataView(frame.buffer);
    view.setUint32(0, count, true);
    let slot = 8;
    const put = (piece: Uint8Array) => {
      view.setUint32(slot, at, true);
      slot += 8;
      frame.set(piece, at);
      at += piece.length;
    };
    put(name);
    this._countInto(frame, at + this._counterAt, put);
    put(EMPTY_OBJECT);
    put(EMPTY_OBJECT);
    put(this._sentContent);
    for (const buffer of buffers) {
      view.setUint32(slot, at, true);
      slot += 8;
      for (const piece of buffer) {
        frame.set(piece, at);
        at += piece.length;
      }
    }
    view.setUint32(slot, at, true);
    return frame;
  }

  decode(data: unknown): ChannelMessage {
    if (typeof data === 'string') {
      throw new MalformedMessage('a text frame on a binary channel');
    }
    const parts = splitParts(bytesOf(data));
    const channel = channelOf(parts[0]!);
    const content = parts[4]!;
    if (channel === 'iopub') {
      return statusOf(parseJson(parts[1]!), () => parseJson(content));
    }
    if (this._seenContent === null || !bytesEqual(content, this._seenContent)) {
      const nonce = nonceOf(parseJson(content));
      if (nonce === undefined) {
        return OTHER;
      }
      this._seenContent = content.slice();
      this._seenNonce = nonce;
    }
    return { type: 'bridge', channel, nonce: this._seenNonce, buffers: parts.slice(5) };
  }

  private _countInto(frame: Uint8Array, at: number, put: (piece: Uint8Array) => void): void {
    put(this._header);
    this._count += 1;
    let rest = this._count;
    for (let digit = COUNTER_DIGITS - 1; rest > 0; digit -= 1) {
      frame[at + digit] = 0x30 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  }
}

/** No subprotocol: JSON text, records as base64. A third larger, and everything is parsed twice on the way. */
export class TextCodec implements IChannelCodec {
  readonly text = true;
  private readonly _session: string;
  private _count = 0;

  constructor(session: string) {
    this._session = session;
  }

  encode(channel: Channel, nonce: string | null, buffers: Buffers): string {
    this._count += 1;
    const texts = buffers.map(pieces => toBase64(pieces.length === 1 ? pieces[0]! : join(pieces)));
    return JSON.stringify({
      channel,
      header: headerOf(this._session, String(this._count)),
      parent_header: {},
      metadata: {},
      content: contentOf(nonce, texts),
      buffers: [],
    });
  }

  decode(data: unknown): ChannelMessage {
    if (typeof data !== 'string') {
      return OTHER; // binary frames of other kernels' clients: nothing of ours has one here
    }
    if (data.length > TEXT_CHARS) {
      throw new MalformedMessage(
        `a text frame of ${data.length} characters, of at most ${TEXT_CHARS}`,
      );
    }
    const message = objectOf(parseText(data));
    const { channel, content } = message;
    if (channel === 'iopub') {
      return statusOf(message.header, () => content);
    }
    const nonce = nonceOf(content);
    if (nonce === undefined) {
      return OTHER;
    }
    const texts = objectOf(objectOf(content).data).buffers;
    if (!Array.isArray(texts) || texts.some(text => typeof text !== 'string')) {
      throw new MalformedMessage('the content has no list of base64 texts');
    }
    try {
      return { type: 'bridge', channel: String(channel), nonce, buffers: texts.map(fromBase64) };
    } catch {
      throw new MalformedMessage('a buffer is not base64');
    }
  }
}

/** Messages must be dated; nobody reads it. */
const STARTED = new Date().toISOString();
const SHELL = new TextEncoder().encode('shell');
const CONTROL = new TextEncoder().encode('control');

/** The parts of a v1 frame, as views. At least channel, header, parent header, metadata and content. */
export function splitParts(frame: Uint8Array): Uint8Array[] {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (frame.length < 8) {
    throw new MalformedMessage(`a frame of ${frame.length} bytes`);
  }
  const count = view.getUint32(0, true);
  if (view.getUint32(4, true) !== 0 || count > PARTS + 1 || 8 * (1 + count) > frame.length) {
    throw new MalformedMessage(`a frame of ${frame.length} bytes that says it has more parts`);
  }
  if (count < 6) {
    throw new MalformedMessage(`a frame with ${count} offsets, a message needs 6`);
  }
  const parts: Uint8Array[] = [];
  let start = 8 * (1 + count);
  for (let i = 1; i <= count; i += 1) {
    const end = view.getUint32(8 * i, true);
    if (view.getUint32(8 * i + 4, true) !== 0 || end < start || end > frame.length) {
      throw new MalformedMessage(`offset ${i} of ${count} is outside of the frame or out of order`);
    }
    if (i === 1) {
      if (end !== start) {
        throw new MalformedMessage('the first part does not begin after the offsets');
      }
      continue;
    }
    parts.push(frame.subarray(start, end));
    start = end;
  }
  if (start !== frame.length) {
    throw new MalformedMessage(`${frame.length - start} bytes after the last part`);
  }
  return parts;
}

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof ArrayBuffer) {
    return new Uint8Array(data);
  }
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  throw new MalformedMessage('a frame that is neither text nor an ArrayBuffer');
}

function channelOf(name: Uint8Array): string {
  return bytesEqual(name, SHELL) ? 'shell' : new TextDecoder().decode(name.subarray(0, 16));
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function headerOf(session: string, count: string) {
  return {
    msg_id: `${session}_${count}`,
    msg_type: 'comm_msg',
    username: 'labwire',
    session,
    date: STARTED,
    version: '5.3',
  };
}

function contentOf(nonce: string | null, texts?: readonly string[]) {
  const data: Record<string, unknown> = nonce === null ? {} : { nonce };
  return { comm_id: COMM_ID, data: texts === undefined ? data : { ...data, buffers: texts } };
}

/** The nonce of a bridge message's content; undefined when it is no bridge message. */
function nonceOf(content: unknown): string | null | undefined {
  const { comm_id, data } = objectOf(content);
  if (comm_id !== COMM_ID) {
    return undefined;
  }
  const { nonce } = objectOf(data);
  return typeof nonce === 'string' ? nonce : null;
}

function statusOf(header: unknown, content: () => unknown): ChannelMessage {
  if (objectOf(header).msg_type !== 'status') {
    return OTHER;
  }
  const state = objectOf(content()).execution_state;
  return typeof state === 'string' ? { type: 'status', state } : OTHER;
}

/** JSON of the server or the bridge, never of an instrument. What is too large is nobody's: `{}`. */
function parseJson(bytes: Uint8Array): unknown {
  return bytes.length > JSON_BYTES ? {} : parseText(new TextDecoder().decode(bytes));
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MalformedMessage(`not JSON: ${(error as Error).message}`);
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
