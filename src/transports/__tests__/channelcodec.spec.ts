import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromBase64, toBase64 } from '../base64.js';
import { BinaryCodec, splitParts, TextCodec } from '../channelcodec.js';
import {
  creditRecord,
  endRecord,
  Kind,
  MalformedMessage,
  readCount,
  readRecords,
  record,
  recordHeader,
} from '../records.js';
import { frameOf } from './bridgeend.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => new TextEncoder().encode(text);

/** Numbers in [0, 2^31), the same in each run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state;
  };
}

describe('BinaryCodec', () => {
  it('writes offsets and parts as the subprotocol has them', () => {
    const codec = new BinaryCodec('abc');
    const frame = codec.encode('shell', 'n1', [[bytes('one'), bytes('two')], [], [bytes('x')]]);
    const view = new DataView(frame.buffer);
    assert.equal(view.getBigUint64(0, true), 9n);
    const parts = splitParts(frame).map(part => String(Buffer.from(part)));
    assert.equal(parts[0], 'shell');
    const header = JSON.parse(parts[1]!);
    assert.equal(header.msg_id, 'abc_000000000001');
    assert.equal(header.msg_type, 'comm_msg');
    assert.equal(header.session, 'abc');
    assert.deepEqual(parts.slice(2, 5), [
      '{}',
      '{}',
      '{"comm_id":"labwire","data":{"nonce":"n1"}}',
    ]);
    assert.deepEqual(parts.slice(5), ['onetwo', '', 'x']);
    assert.equal(view.getBigUint64(8, true), 80n);
    assert.equal(view.getBigUint64(72, true), BigInt(frame.length));
    const next = splitParts(codec.encode('control', null, [[bytes('y')]])).map(part =>
      String(Buffer.from(part)),
    );
    assert.equal(next[0], 'control');
    assert.equal(JSON.parse(next[1]!).msg_id, 'abc_000000000002');
    assert.equal(next[4], '{"comm_id":"labwire","data":{}}');
  });

  it('reads what it writes, as views of the frame', () => {
    const codec = new BinaryCodec('abc');
    const frame = codec.encode('shell', 'n1', [[bytes('payload')]]);
    for (const data of [frame.buffer, frame, Buffer.from(frame.buffer)]) {
      const message = codec.decode(data);
      assert.ok(message.type === 'bridge');
      assert.equal(message.nonce, 'n1');
      assert.equal(message.buffers[0]!.buffer, frame.buffer);
      assert.equal(String(Buffer.from(message.buffers[0]!)), 'payload');
    }
  });

  it('tells the bridge from the kernel status and from strangers', () => {
    const codec = new BinaryCodec('abc');
    const decode = (channel: string, type: string, content: unknown) =>
      codec.decode(frameOf(channel, { msg_type: type }, content, []));
    assert.deepEqual(decode('iopub', 'status', { execution_state: 'dead' }), {
      type: 'status',
      state: 'dead',
    });
    for (const [channel, type, content] of [
      ['iopub', 'stream', { text: 'hello' }],
      ['iopub', 'status', {}],
      ['shell', 'execute_reply', { status: 'ok' }],
      ['shell', 'comm_msg', { comm_id: 'widget', data: {} }],
      ['shell', 'comm_msg', []],
      ['stdin', 'input_request', null],
    ] as const) {
      assert.deepEqual(decode(channel, type, content), { type: 'other' });
    }
    // The content is compared as bytes: a changed nonce must be seen.
    for (const nonce of ['n1', 'n2', undefined, 'n1']) {
      const message = decode('shell', 'comm_msg', { comm_id: 'labwire', data: { nonce } });
      assert.ok(message.type === 'bridge');
      assert.equal(message.nonce, nonce ?? null);
    }
  });

  it('refuses every cut of a frame, and offsets that lie', () => {
    const frame = new Uint8Array(frameOf('shell', {}, { comm_id: 'labwire' }, [bytes('abc')]));
    for (let length = 0; length < frame.length; length += 1) {
      assert.throws(() => splitParts(frame.slice(0, length)), MalformedMessage, `${length}`);
    }
    const lies: [at: number, value: bigint, message: RegExp][] = [
      [0, 5n, /a frame with 5 offsets, a message needs 6/],
      [0, 2n ** 32n, /says it has more parts/],
      [0, 514n, /says it has more parts/],
      [0, 2n ** 63n, /says it has more parts/],
      [8, 0n, /offset 1 of 7 is outside of the frame or out of order/],
      [8, 65n, /the first part does not begin after the offsets/],
      [16, 2n ** 32n + 69n, /offset 2 of 7/],
      [24, 64n, /offset 3 of 7/],
      [56, 10_000n, /offset 7 of 7/],
    ];
    for (const [at, value, message] of lies) {
      const lying = frame.slice();
      new DataView(lying.buffer).setBigUint64(at, value, true);
      assert.throws(() => splitParts(lying), { name: 'MalformedMessage', message });
    }
    const short = frame.slice();
    new DataView(short.buffer).setBigUint64(56, BigInt(frame.length - 1), true);
    assert.throws(() => splitParts(short), { message: '1 bytes after the last part' });
  });

  it('survives 30 000 mutated frames: a message or MalformedMessage, nothing else', () => {
    const next = random(20261121);
    const good = new Uint8Array(
      frameOf('shell', { msg_type: 'comm_msg' }, { comm_id: 'labwire', data: { nonce: 'n' } }, [
        Buffer.concat([record(Kind.SEQ, 1), record(Kind.DATA, 1, bytes('abcdef'))]),
        Buffer.concat([creditRecord(1, 5, 10), endRecord(1, 6)]),
      ]),
    );
    const codec = new BinaryCodec('abc');
    let refused = 0;
    for (let i = 0; i < 30_000; i += 1) {
      const frame = good.slice(0, next() % 8 === 0 ? next() % good.length : good.length);
      for (let flips = next() % 4; flips >= 0 && frame.length > 0; flips -= 1) {
        frame[next() % frame.length] = next() & 0xff;
      }
      try {
        const message = codec.decode(frame.buffer);
        if (message.type === 'bridge') {
          const records = readRecords(message.buffers);
          assert.ok(records.every(one => one.payload.length <= frame.length));
        }
      } catch (error) {
        assert.ok(error instanceof MalformedMessage, `input ${hex(frame)}: ${error}`);
        refused += 1;
      }
    }
    assert.ok(refused > 1000 && refused < 30_000, `${refused}`);
  });
});

describe('TextCodec', () => {
  it('writes and reads records as base64', () => {
    const codec = new TextCodec('abc');
    const text = codec.encode('shell', 'n1', [[bytes('one'), bytes('two')], [bytes('x')]]);
    const message = JSON.parse(text);
    assert.equal(message.channel, 'shell');
    assert.notEqual(
      message.header.msg_id,
      JSON.parse(codec.encode('shell', 'n1', [])).header.msg_id,
    );
    assert.deepEqual(message.content, {
      comm_id: 'labwire',
      data: { nonce: 'n1', buffers: ['b25ldHdv', 'eA=='] },
    });
    const back = codec.decode(text);
    assert.ok(back.type === 'bridge');
    assert.deepEqual(
      back.buffers.map(buffer => String(Buffer.from(buffer))),
      ['onetwo', 'x'],
    );
  });

  it('refuses what is not of the bridge in the way it should be', () => {
    const codec = new TextCodec('abc');
    const text = (content: unknown) => JSON.stringify({ channel: 'shell', content });
    const of = (data: unknown) => text({ comm_id: 'labwire', data });
    for (const bad of [
      '{',
      of({}),
      of({ buffers: 'eA==' }),
      of({ buffers: [1] }),
      of({ buffers: ['%'] }),
    ]) {
      assert.throws(() => codec.decode(bad), MalformedMessage, bad);
    }
    assert.throws(() => codec.decode(' '.repeat(4 * 1024 * 1024 + 1)), {
      message: 'a text frame of 4194305 characters, of at most 4194304',
    });
    for (const other of [
      new ArrayBuffer(9),
      '1',
      'null',
      '[]',
      text(null),
      text({ comm_id: 'w' }),
    ]) {
      assert.deepEqual(codec.decode(other), { type: 'other' });
    }
    const status = {
      channel: 'iopub',
      header: { msg_type: 'status' },
      content: { execution_state: 'busy' },
    };
    assert.deepEqual(codec.decode(JSON.stringify(status)), { type: 'status', state: 'busy' });
  });
});

describe('records', () => {
  it('are the bytes of the contract', () => {
    assert.equal(hex(record(Kind.SEQ, 7)), '010000000700000000000000');
    assert.equal(hex(record(Kind.DATA, 1, bytes('ab'))), '2300000001000000020000006162');
    assert.equal(hex(recordHeader(Kind.DATA, 0xffffffff, 0x100000)), '23000000ffffffff00001000');
    assert.equal(
      hex(creditRecord(3, 5, 2 ** 40 + 1)),
      '24000000030000001000000005000000000000000100000000010000',
    );
    assert.equal(hex(endRecord(3, 2 ** 53 - 1)), '25000000030000000800000' + '0ffffffffffff1f00');
  });

  it('are read as views, unknown kinds left out', () => {
    const buffer = Buffer.concat([
      record(Kind.SEQ, 1),
      record(0x7f as Kind, 1, bytes('later')),
      record(Kind.DATA, 2, bytes('abc')),
    ]);
    const records = readRecords([buffer]);
    assert.deepEqual(
      records.map(one => [one.kind, one.stream, String(Buffer.from(one.payload))]),
      [
        [Kind.SEQ, 1, ''],
        [Kind.DATA, 2, 'abc'],
      ],
    );
    assert.equal(records[1]!.payload.buffer, buffer.buffer);
  });

  it('refuse what the contract does not have', () => {
    const lying = record(Kind.DATA, 1, bytes('abc'));
    lying[8] = 4;
    const bad: [Uint8Array, string][] = [
      [record(Kind.SEQ, 1).subarray(0, 11), "a record's header needs 12 bytes, 11 are left"],
      [lying, 'a record of 4 bytes, 3 are left in its buffer'],
      [record(Kind.HELLO, 0, bytes('{}')), 'HELLO is sent by clients only'],
      [record(Kind.SEQ, 1, bytes('x')), 'SEQ has a payload of 1 bytes, it needs 0'],
      [record(Kind.CREDIT, 1, bytes('x')), 'CREDIT has a payload of 1 bytes, it needs 16'],
      [record(Kind.END, 1), 'END has a payload of 0 bytes, it needs 8'],
      [record(Kind.DATA, 1), 'DATA has a payload of 0 bytes, of at most 1048576'],
      [
        record(Kind.DATA, 1, new Uint8Array(1048577)),
        'DATA has a payload of 1048577 bytes, of at most 1048576',
      ],
      [
        record(Kind.PONG, 0, new Uint8Array(129)),
        'PONG has a payload of 129 bytes, of at most 128',
      ],
      [Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0), 'flags and reserved of kind 1 are not 0'],
      [
        Buffer.concat(new Array(16385).fill(record(Kind.SEQ, 1))),
        'more than 16384 records in a message',
      ],
    ];
    for (const [buffer, message] of bad) {
      assert.throws(() => readRecords([buffer]), { name: 'MalformedMessage', message });
    }
    assert.equal(readCount(Uint8Array.of(1, 0, 0, 0, 0, 0, 0x20, 0), 0), 2 ** 53);
  });
});

describe('base64', () => {
  it('round-trips every length', () => {
    const next = random(7);
    for (let length = 0; length < 200; length += 1) {
      const whole = Uint8Array.from({ length }, () => next() & 0xff);
      assert.equal(toBase64(whole), Buffer.from(whole).toString('base64'));
      assert.deepEqual(fromBase64(toBase64(whole)), whole);
    }
    const long = new Uint8Array(100_001).fill(0xff);
    assert.deepEqual(fromBase64(toBase64(long)), long);
  });
});
