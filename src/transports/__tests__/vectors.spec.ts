// The client's half of vectors/bridge: the same bytes hold both ends.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { BinaryCodec, TextCodec } from '../channelcodec.js';
import { Fields } from '../fields.js';
import {
  type BridgeRecord,
  creditRecord,
  endRecord,
  jsonRecord,
  Kind,
  MalformedMessage,
  readCount,
  readRecords,
  record,
} from '../records.js';
import { frameOf } from './bridgeend.js';

type Expected = {
  readonly kind: keyof typeof Kind;
  readonly stream: number;
  readonly bytes?: string;
  readonly json?: { readonly [name: string]: unknown };
  readonly received?: string;
  readonly allowed?: string;
  readonly total?: string;
};

type Line = {
  readonly name: string;
  readonly from: 'client' | 'bridge' | 'both';
  readonly hex: string;
  readonly records?: readonly Expected[];
  readonly error?: string;
};

const lines = <T>(name: string): T[] =>
  readFileSync(new URL(`../../../vectors/bridge/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T);

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

function encode(one: Expected): Uint8Array {
  const kind = Kind[one.kind];
  if (one.json !== undefined) {
    return jsonRecord(kind, one.stream, one.json);
  }
  if (one.received !== undefined) {
    return creditRecord(one.stream, Number(one.received), Number(one.allowed));
  }
  return one.total === undefined
    ? record(kind, one.stream, bytesOf(one.bytes ?? ''))
    : endRecord(one.stream, Number(one.total));
}

function decoded(one: BridgeRecord, like: Expected): Expected {
  const { stream, payload } = one;
  const kind = Object.entries(Kind).find(([, value]) => value === one.kind)![0] as Expected['kind'];
  if (like.json !== undefined) {
    // Fields checks the form; the values are compared as JSON has them.
    assert.doesNotThrow(() => Fields.read(one.kind, payload));
    return { kind, stream, json: JSON.parse(String(Buffer.from(payload))) };
  }
  if (like.received !== undefined) {
    const { received, allowed } = like;
    assert.equal(readCount(payload, 0), Number(received)); // rounded above 2^53
    assert.equal(readCount(payload, 8), Number(allowed));
    return { kind, stream, received, allowed: allowed! };
  }
  if (like.total !== undefined) {
    return { kind, stream, total: String(readCount(payload, 0)) };
  }
  return like.bytes === undefined
    ? { kind, stream }
    : { kind, stream, bytes: Buffer.from(payload).toString('hex') };
}

describe('vectors/bridge/records.jsonl', () => {
  for (const { name, from, hex, records, error } of lines<Line>('records.jsonl')) {
    if (from !== 'client') {
      it(`reads ${name}`, () => {
        const read = () =>
          readRecords([bytesOf(hex)]).map((one, i) =>
            decoded(one, records?.[i] ?? ({} as Expected)),
          );
        if (error !== undefined) {
          assert.throws(read, MalformedMessage);
        } else {
          assert.deepEqual(read(), records);
        }
      });
    }
    const lossless = records?.every(
      one => Number(one.received ?? one.total ?? 0) <= Number.MAX_SAFE_INTEGER,
    );
    if (from !== 'bridge' && records !== undefined && lossless && !name.includes('unknown')) {
      it(`writes ${name}`, () => {
        const written = Buffer.concat(records.map(encode));
        if (records.some(one => one.json !== undefined)) {
          // JSON has more than one spelling: compare what it says.
          assert.equal(written.length > 0, true);
          const again = readOwn(written);
          assert.deepEqual(again, readOwn(Buffer.from(hex, 'hex')));
        } else {
          assert.equal(written.toString('hex'), hex);
        }
      });
    }
  }
});

/** Kind, stream and JSON value of each record of a client's buffer. */
function readOwn(buffer: Buffer): unknown[] {
  const found: unknown[] = [];
  for (let at = 0; at < buffer.length; ) {
    const length = buffer.readUInt32LE(at + 8);
    const payload = buffer.subarray(at + 12, at + 12 + length);
    const text = String(payload);
    const value = text.startsWith('{') ? JSON.parse(text) : payload.toString('hex');
    found.push([buffer.readUInt32LE(at), buffer.readUInt32LE(at + 4), value]);
    at += 12 + length;
  }
  return found;
}

describe('vectors/bridge/messages.jsonl', () => {
  type Message = {
    readonly name: string;
    readonly content: { readonly data: { readonly nonce?: string } };
    readonly buffers: readonly string[];
    readonly mode: 'binary' | 'text';
  };
  for (const { name, content, buffers, mode } of lines<Message>('messages.jsonl')) {
    it(`reads and writes ${name}`, () => {
      const codec = mode === 'text' ? new TextCodec('s') : new BinaryCodec('s');
      const header = { msg_type: 'comm_msg' };
      const frame =
        mode === 'text'
          ? JSON.stringify({ channel: 'shell', header, content })
          : frameOf('shell', header, content, buffers.map(bytesOf));
      const message = codec.decode(frame);
      assert.ok(message.type === 'bridge');
      assert.equal(message.nonce, content.data.nonce ?? null);
      assert.deepEqual(
        message.buffers.map(buffer => Buffer.from(buffer).toString('hex')),
        buffers,
      );
      const written = codec.encode(
        'shell',
        content.data.nonce ?? null,
        buffers.map(hex => [bytesOf(hex)]),
      );
      if (typeof written === 'string') {
        assert.deepEqual(JSON.parse(written).content, content);
      } else {
        const back = codec.decode(written);
        assert.deepEqual(back, { ...message, buffers: back.type === 'bridge' ? back.buffers : [] });
        assert.ok(Buffer.from(written).includes(JSON.stringify(content)));
      }
    });
  }
});
