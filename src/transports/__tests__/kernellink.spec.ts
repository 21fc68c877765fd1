// The link and its streams, message by message: docs/protocols/bridge.md from the client's side.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ITransport } from '../../wire/index.js';
import type { BridgeQuestion, BridgeStatus } from '../index.js';
import { creditRecord, endRecord, jsonRecord, Kind, record } from '../records.js';
import { attached, BridgeEnd, frameOf, opened } from './bridgeend.js';
import { settled } from './handclock.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const data = (stream: number, payload: Uint8Array) => record(Kind.DATA, stream, payload);
const names = (records: readonly { kind: string }[]) => records.map(one => one.kind);

async function readAll(transport: ITransport): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of transport.chunks) {
    chunks.push(chunk);
  }
  return String(Buffer.concat(chunks));
}

const readHello = (end: BridgeEnd) => end.take()[0]!.records[1]!;

/** All that has arrived, without waiting for more. */
async function readSome(transport: ITransport, count: number): Promise<string> {
  let text = '';
  for await (const chunk of transport.chunks) {
    text += String(Buffer.from(chunk));
    if (text.length >= count) {
      break;
    }
  }
  return text;
}

describe('HELLO and WELCOME', () => {
  it('says HELLO alone, as message 0, each second until WELCOME', async () => {
    const end = new BridgeEnd({ client: 'labwire 0.1.0' });
    const pinged = end.bridge.ping();
    await settled();
    assert.equal(end.socket.url, 'ws://server/api/kernels/1/channels?session_id=worker-1-1');
    assert.deepEqual(end.socket.protocols, ['v1.kernel.websocket.jupyter.org']);
    assert.equal(end.bridge.status.state, 'connecting');
    await end.open();
    await end.clock.turn(2500);
    const hellos = end.take();
    assert.equal(hellos.length, 3);
    for (const { channel, nonce, records } of hellos) {
      assert.equal(channel, 'shell');
      assert.equal(nonce, undefined);
      assert.deepEqual(names(records), ['SEQ', 'HELLO']);
      assert.equal(records[0]!.stream, 0);
      assert.deepEqual(records[1]!.fields, {
        protocol: 1,
        client: 'labwire 0.1.0',
        link: hellos[0]!.records[1]!.fields.link,
      });
    }
    assert.match(String(hellos[0]!.records[1]!.fields.link), /^[0-9a-f]{32}$/);
    await end.clock.turn(1000);
    await end.welcome();
    assert.equal(end.bridge.status.state, 'ready');
    assert.equal(end.bridge.status.host, 'labpc7');
    const first = end.take();
    assert.equal(first[0]!.nonce, 'nonce-1');
    assert.deepEqual(first[0]!.records[0], {
      kind: 'SEQ',
      stream: 1,
      payload: Buffer.alloc(0),
      fields: {},
    });
    assert.deepEqual(names(first.flatMap(one => one.records)), ['SEQ', 'PING', 'SEQ', 'PING']);
    const ping = first[1]!.records[1]!;
    await end.clock.turn(1.5);
    await end.say(record(Kind.PONG, 0, ping.payload));
    assert.equal(await pinged, 1.5);
  });

  it('ignores the WELCOME of another link, and a second one', async () => {
    const end = new BridgeEnd();
    void end.bridge.ping().catch(() => undefined);
    await settled();
    await end.open();
    await end.welcome({ link: 'old' });
    assert.equal(end.bridge.status.state, 'connecting');
    await end.clock.turn(1000);
    await end.welcome();
    assert.equal(end.bridge.status.state, 'ready');
    await end.pong();
    end.repeat();
    end.repeat();
    await end.say(jsonRecord(Kind.WELCOME, 0, { nonce: 'x' }));
    assert.deepEqual(end.take(), []);
    assert.equal(end.bridge.status.state, 'ready');
  });

  it('gives up after 20 s, and says that it may be another kernel', async () => {
    const end = new BridgeEnd();
    const pinged = end.bridge.ping();
    await settled();
    await end.open();
    void end.clock.turn(20_000);
    await assert.rejects(pinged, {
      name: 'BridgeError',
      stage: 'hello',
      message: 'the kernel did not answer for 20 s',
      hint: 'see whether it is the wire bridge (Labwire), and the log of the Jupyter server',
    });
    assert.equal(end.socket.closed, true);
    assert.equal(end.bridge.status.state, 'down');
  });

  it('tells what the bridge refuses', async () => {
    const end = new BridgeEnd();
    const pinged = end.bridge.ping();
    await settled();
    await end.open();
    const { link } = end.take()[0]!.records[1]!.fields;
    const refusal = { stage: 'hello', rule: 'protocol', message: 'too new', hint: 'update', link };
    void end.sayRaw(null, [jsonRecord(Kind.FAILED, 0, refusal)]);
    await assert.rejects(pinged, { name: 'BridgeError', message: 'too new', hint: 'update' });
  });

  it('passes on what locate threw, as an error or as a Fault', async () => {
    const fault = {
      name: 'BridgeError' as const,
      message: 'no kernelspec is called labwire',
      hint: 'pip install labwire',
      facts: { stage: 'kernelspec' },
    };
    const end = new BridgeEnd({ locate: () => Promise.reject(fault) });
    await assert.rejects(end.bridge.connectTcp('scope', 1), {
      name: 'BridgeError',
      stage: 'kernelspec',
      message: fault.message,
      hint: fault.hint,
    });
    assert.equal(end.bridge.status.fault?.message, fault.message);
    const other = new BridgeEnd({ locate: () => Promise.reject(new Error('404')) });
    await assert.rejects(other.bridge.ping(), {
      name: 'BridgeError',
      stage: 'start',
      message: 'the bridge kernel cannot be reached: 404',
    });
  });

  it('tries v1, none, v1, none: text only where v1 failed twice and none did not', async () => {
    const end = new BridgeEnd();
    const pinged = end.bridge.ping();
    await settled();
    await end.drop();
    assert.deepEqual(end.socket.protocols, []);
    await end.open('');
    assert.equal(end.sockets[1]!.closed, true);
    assert.deepEqual(end.socket.protocols, ['v1.kernel.websocket.jupyter.org']);
    await end.drop();
    assert.deepEqual(end.socket.protocols, []);
    await end.open('');
    await end.welcome();
    assert.equal(end.bridge.status.text, true);
    assert.equal(
      end.socket.frames.every(frame => typeof frame === 'string'),
      true,
    );
    await end.pong();
    await pinged;
  });

  it('takes two websockets that do not open for a server that is away', async () => {
    const end = new BridgeEnd();
    const pinged = end.bridge.ping();
    await settled();
    await end.drop();
    void end.drop();
    await assert.rejects(pinged, {
      name: 'BridgeError',
      stage: 'websocket',
      message: 'the kernel channel could not be opened (code 1006)',
      hint: 'see whether the Jupyter server runs and you are logged in',
    });
    assert.equal(end.sockets.length, 2);
  });

  it('refuses a subprotocol it does not speak', async () => {
    const end = new BridgeEnd();
    const pinged = end.bridge.ping();
    await settled();
    void end.open('v9');
    await assert.rejects(pinged, {
      message: 'the server chose the websocket subprotocol v9, which Labwire does not speak',
    });
  });
});

describe('message numbers', () => {
  it('says HELLO again after a gap, attaches, and goes on at the byte', async () => {
    const statuses: BridgeStatus[] = [];
    const end = new BridgeEnd({ onStatus: status => statuses.push(status) });
    const stream = await end.stream();
    await end.say(data(1, bytes('one')));
    end.lose();
    await end.say(data(1, bytes('three')));
    assert.equal(end.sockets.length, 1);
    assert.equal(statuses.at(-1)!.state, 'reconnecting');
    assert.equal(statuses.at(-1)!.fault!.message, '1 messages of the bridge were lost on the way');
    const hello = end.socket.frames.length;
    assert.ok(hello > 0);
    await end.welcome();
    const attach = end.takeRecords().find(one => one.kind === 'ATTACH')!;
    assert.equal(attach.stream, 1);
    assert.deepEqual(attach.fields, { token: 'token-1', received: 3, credit: 524288 });
    await end.say(attached(1, { offset: 3, received: 0, credit: 1000 }));
    await end.say(data(1, bytes('two')));
    assert.equal(await readSome(stream, 6), 'onetwo');
    assert.equal(stream.token, 'token-1-next');
  });

  it('ignores a message that comes twice', async () => {
    const end = new BridgeEnd();
    const stream = await end.stream();
    await end.say(data(1, bytes('once')));
    end.repeat();
    await end.say(data(1, bytes('once')));
    await end.say(data(1, bytes('!')), endRecord(1, 5));
    assert.equal(await readAll(stream), 'once!');
  });

  it('ignores what carries another nonce', async () => {
    const end = new BridgeEnd();
    const stream = await end.stream();
    const late = [Buffer.concat([record(Kind.SEQ, 5), data(1, bytes('late'))])];
    await end.sayRaw('nonce-0', late);
    await end.sayRaw(null, late);
    await end.say(data(1, bytes('now')), endRecord(1, 3));
    assert.equal(await readAll(stream), 'now');
  });

  it('starts over on RESET, if it is meant for this link', async () => {
    const end = new BridgeEnd();
    await end.stream();
    const reset = (nonce: string | null) =>
      jsonRecord(Kind.RESET, 0, { reason: 'gap', nonce, message: 'lost', hint: 'again' });
    await end.sayRaw(null, [reset('nonce-0')]);
    await end.sayRaw(null, [reset(null)]);
    assert.equal(end.bridge.status.state, 'ready');
    await end.sayRaw(null, [reset('nonce-1')]);
    assert.equal(end.bridge.status.state, 'reconnecting');
    assert.equal(end.bridge.status.fault!.message, 'the bridge ended the link: lost');
    await end.welcome();
    assert.deepEqual(names(end.takeRecords()), ['PING', 'ATTACH']);
  });

  it('gives the websocket up when link after link ends', async () => {
    const end = new BridgeEnd();
    await end.stream();
    for (let i = 0; i < 4; i += 1) {
      end.lose();
      await end.say(data(1, bytes('x')));
      await end.welcome();
    }
    end.lose();
    await end.say(data(1, bytes('x')));
    assert.equal(end.socket.closed, true);
    assert.equal(end.bridge.status.fault!.message, '5 links ended within 20 s');
  });
});

describe('the micro-ack', () => {
  it('comes 2 ms after the first message that nothing has followed', async () => {
    const end = new BridgeEnd();
    await end.stream();
    await end.clock.turn(10);
    end.take();
    await end.say(data(1, bytes('a')));
    await end.clock.turn(1.5);
    await end.say(data(1, bytes('b')));
    assert.deepEqual(end.take(), []);
    await end.clock.turn(0.5);
    const [message, ...more] = end.take();
    assert.deepEqual(names(message!.records), ['SEQ', 'ACK', 'CREDIT']);
    assert.deepEqual(message!.records[2]!.fields, { received: 2, allowed: 524288 });
    assert.deepEqual(more, []);
    await end.clock.turn(100);
    assert.deepEqual(end.take(), []);
  });

  it('is left out where something else was sent', async () => {
    const end = new BridgeEnd();
    const stream = await end.stream();
    await end.clock.turn(10);
    end.take();
    await end.say(data(1, bytes('a')));
    stream.send(bytes('answer'));
    await end.clock.turn(50);
    assert.deepEqual(names(end.takeRecords()), ['CREDIT', 'DATA']);
  });

  it('numbers the message it has received last', async () => {
    const end = new BridgeEnd();
    await end.stream();
    await end.clock.turn(10);
    end.take();
    await end.say(data(1, bytes('a')));
    await end.say(data(1, bytes('b')));
    await end.clock.turn(2);
    const ack = end.takeRecords().find(one => one.kind === 'ACK');
    assert.equal(ack!.stream, end.lastNumber);
  });
});

describe('credit', () => {
  it('is given as the reader takes, by quarters of the window', async () => {
    const end = new BridgeEnd();
    const stream = await end.stream();
    await end.clock.turn(10);
    end.take();
    const quarter = new Uint8Array(128 * 1024);
    await end.say(data(1, quarter));
    // Not read: it was received, and nothing more is allowed.
    assert.deepEqual(end.takeRecords()[0]!.fields, { received: 131072, allowed: 524288 });
    await readSome(stream, 1);
    await settled();
    assert.deepEqual(end.takeRecords()[0]!.fields, { received: 131072, allowed: 655360 });
  });

  it('ends the link when the bridge sends beyond it', async () => {
    const end = new BridgeEnd();
    await end.stream();
    await end.say(data(1, new Uint8Array(524288)));
    assert.equal(end.bridge.status.state, 'ready');
    await end.say(data(1, bytes('x')));
    assert.equal(
      end.bridge.status.fault!.message,
      'a message of the bridge cannot be read: DATA up to byte 524289 of stream 1, 524288 were allowed',
    );
  });

  it('holds back what the bridge has not allowed, and tells so', async () => {
    const end = new BridgeEnd();
    const stream = await end.stream(5025, 10);
    stream.send(bytes('0123456'));
    stream.send(bytes('789abcdef'));
    await settled();
    assert.deepEqual(
      end.takeRecords().map(one => String(one.payload)),
      ['0123456789'],
    );
    assert.equal(stream.bufferedBytes, 6);
    await end.say(creditRecord(1, 10, 12));
    assert.deepEqual(
      end.takeRecords().map(one => String(one.payload)),
      ['ab'],
    );
    stream.end();
    await end.say(creditRecord(1, 12, 100));
    const [rest, last] = end.takeRecords();
    assert.equal(String(rest!.payload), 'cdef');
    assert.deepEqual(last!.payload, Buffer.from([16, 0, 0, 0, 0, 0, 0, 0]));
    assert.equal(stream.bufferedBytes, 0);
  });

  it('sends frames of at most 1 MiB, bulk alone in its buffer', async () => {
    const end = new BridgeEnd();
    const stream = await end.stream(5025, 8 * 1024 * 1024);
    stream.send(new Uint8Array(5 * 1024 * 1024).fill(7));
    await settled();
    const messages = end.take();
    assert.ok(messages.every(message => message.frameBytes <= 1024 * 1024));
    const sent = messages.flatMap(message => message.records.filter(one => one.kind === 'DATA'));
    assert.equal(
      sent.reduce((sum, one) => sum + one.payload.length, 0),
      5 * 1024 * 1024,
    );
    assert.ok(sent.every(one => one.payload.length <= 256 * 1024));
  });

  it('sends again after ATTACHED what the bridge does not have', async () => {
    const end = new BridgeEnd();
    const stream = await end.stream(5025, 1000);
    stream.send(bytes('0123456789'));
    await settled();
    await end.say(creditRecord(1, 3, 1000));
    await end.drop();
    assert.equal(end.bridge.status.state, 'reconnecting');
    stream.send(bytes('abc'));
    await end.clock.turn(120);
    assert.equal(end.sockets.length, 2);
    assert.match(end.socket.url, /session_id=worker-1-2$/);
    await end.open();
    assert.equal(readHello(end).fields.previous, 'nonce-1');
    await end.clock.turn(1000);
    await end.welcome();
    await end.say(attached(1, { offset: 0, received: 5, credit: 1000 }));
    const sent = end.takeRecords().filter(one => one.kind === 'DATA');
    assert.equal(sent.map(one => String(one.payload)).join(''), '56789abc');
  });
});

describe('a stream', () => {
  it('is opened with what was asked for', async () => {
    const end = new BridgeEnd();
    const options = { readOnly: true, label: 'datasets', timeoutMs: 2500 };
    void end.bridge.connectTcp('10.0.0.7', 5025, options).catch(() => undefined);
    await end.linked();
    assert.equal(end.bridge.streams.length, 1);
    const other = end.bridge.connectTcp('fd00::7', 1);
    await settled();
    const open = end.takeRecords()[0]!;
    assert.deepEqual(open.fields, {
      kind: 'tcp',
      host: 'fd00::7',
      port: 1,
      credit: 524288,
      timeout_s: 10,
    });
    await end.say(opened(open.stream, 1000));
    assert.equal((await other).endpoint, '[fd00::7]:1');
    assert.deepEqual((await other).route, {
      address: '10.0.0.7',
      port: 5025,
      rule: 'allow',
      budgetBytes: null,
    });
  });

  const refusals: [fields: Record<string, unknown>, expected: Record<string, unknown>][] = [
    [
      { stage: 'connect', rule: 'ECONNREFUSED', message: 'refused', hint: 'start it' },
      { name: 'ConnectError', message: 'refused', hint: 'start it', endpoint: 'scope:1' },
    ],
    [
      { stage: 'resolve', rule: 'unknown name', message: 'who?' },
      { name: 'ConnectError', message: 'who?' },
    ],
    [
      { stage: 'policy', rule: 'locked', message: 'not listed' },
      { name: 'PolicyError', rule: 'locked', endpoint: 'scope:1' },
    ],
    [
      { stage: 'open', rule: 'kind', feature: 'udp', message: 'later' },
      { name: 'UnsupportedError', feature: 'udp' },
    ],
    [
      {
        stage: 'open',
        rule: 'limit',
        limit: 'streams',
        value: 129,
        maximum: 128,
        unit: 'streams',
        message: 'many',
      },
      { name: 'LimitError', limit: 'streams', value: 129, maximum: 128, unit: 'streams' },
    ],
  ];
  for (const [fields, expected] of refusals) {
    it(`maps FAILED ${fields.stage} ${fields.rule} to ${expected.name}`, async () => {
      const end = new BridgeEnd();
      const pending = end.bridge.connectTcp('scope', 1);
      await end.linked();
      void end.say(jsonRecord(Kind.FAILED, 1, fields));
      await assert.rejects(pending, expected);
      assert.deepEqual(end.bridge.streams, []);
    });
  }

  const closings: [reason: string, expected: Record<string, unknown>][] = [
    ['lost', { message: 'told', sent: 'unknown' }],
    ['budget', { message: 'told' }],
    ['stop', { message: 'scope:5025: told' }],
    ['lease', { message: 'scope:5025: told' }],
    ['claimed', { message: 'scope:5025: told' }],
    ['shutdown', { message: 'scope:5025: told' }],
    ['protocol', { message: 'scope:5025: told' }],
  ];
  for (const [reason, expected] of closings) {
    it(`is lost when it was CLOSED by ${reason}, after what came before`, async () => {
      const end = new BridgeEnd();
      const stream = await end.stream();
      stream.send(bytes('12'));
      const closed = { reason, message: 'told', sent: 1, received: 3, lost: 1 };
      await end.say(data(1, bytes('abc')), jsonRecord(Kind.CLOSED, 1, closed));
      assert.equal(await readSome(stream, 3), 'abc');
      await assert.rejects(readAll(stream), { name: 'ConnectionLostError', ...expected });
      assert.throws(() => stream.send(bytes('x')), { name: 'ConnectionLostError' });
      await assert.rejects(stream.drained(), { name: 'ConnectionLostError' });
      await stream.close();
    });
  }

  it('ends cleanly, and confirms that it was closed', async () => {
    const end = new BridgeEnd();
    const stream = await end.stream();
    await end.say(data(1, bytes('abc')), endRecord(1, 3));
    assert.equal(await readAll(stream), 'abc');
    stream.send(bytes('bye'));
    stream.end();
    await settled();
    assert.deepEqual(names(end.takeRecords()), ['CREDIT', 'DATA', 'END']);
    const done = { reason: 'done', message: 'both', sent: 3, received: 3, lost: 0 };
    await end.say(jsonRecord(Kind.CLOSED, 1, done));
    assert.deepEqual(names(end.takeRecords()), ['CLOSE']);
    assert.throws(() => stream.send(bytes('x')), {
      name: 'ConnectionLostError',
      message: 'scope:5025 has closed the connection',
      sent: 'yes',
    });
    assert.deepEqual(end.bridge.streams, []);
  });

  it('ends the link when END does not count what came', async () => {
    const end = new BridgeEnd();
    await end.stream();
    await end.say(data(1, bytes('abc')), endRecord(1, 4));
    assert.match(end.bridge.status.fault!.message, /END after 4 bytes, 3 arrived$/);
  });

  it('lets what is queued leave before CLOSE, but waits no longer than a second', async () => {
    const end = new BridgeEnd();
    const stream = await end.stream(5025, 4);
    stream.send(bytes('last words'));
    const gone = stream.close('enough');
    await settled();
    assert.deepEqual(names(end.takeRecords()), ['DATA']);
    await end.clock.turn(1000);
    const [close] = end.takeRecords();
    assert.deepEqual([close!.kind, close!.fields], ['CLOSE', { reason: 'enough' }]);
    const closed = { reason: 'client', message: '', sent: 4, received: 0, lost: 0 };
    await end.say(jsonRecord(Kind.CLOSED, 1, closed));
    await gone;
    assert.throws(() => stream.send(bytes('x')), {
      name: 'ClosedError',
      message: 'scope:5025: send() after close()',
    });
  });

  it('is gone 2 s after close, whatever the bridge says', async () => {
    const end = new BridgeEnd();
    const stream = await end.stream();
    const gone = stream.close();
    await end.clock.turn(2000);
    await gone;
    assert.deepEqual(end.bridge.streams, []);
    await end.say(data(1, bytes('late')));
    assert.equal(end.bridge.status.state, 'ready');
  });

  it('says CLOSE for an opening that was given up', async () => {
    const end = new BridgeEnd();
    const controller = new AbortController();
    const pending = end.bridge.connectTcp('scope', 1, { signal: controller.signal });
    await end.linked();
    controller.abort(new Error('enough'));
    await assert.rejects(pending, { message: 'enough' });
    assert.deepEqual(names(end.takeRecords()), ['CLOSE']);
    await end.say(opened(1, 100)); // crossed our CLOSE
    assert.equal(end.bridge.status.state, 'ready');
  });

  it('is lost where it cannot be claimed back', async () => {
    const end = new BridgeEnd();
    const stream = await end.stream();
    const reading = assert.rejects(readAll(stream), {
      name: 'ConnectionLostError',
      message: 'the connection to scope:5025 is gone: the bridge kernel was restarted',
    });
    await end.drop();
    await end.clock.turn(120);
    await end.open();
    await end.welcome({ pid: 4712 });
    const failed = { stage: 'attach', rule: 'token', message: 'unknown token' };
    await end.say(jsonRecord(Kind.FAILED, 1, failed));
    await reading;
  });

  it('opens again when the link went before it was open', async () => {
    const end = new BridgeEnd();
    const pending = end.bridge.connectTcp('scope', 1);
    await end.linked();
    end.lose();
    await end.say(record(Kind.PONG, 0, new Uint8Array(8)));
    await end.welcome();
    const open = end.takeRecords().find(one => one.kind === 'OPEN')!;
    await end.say(opened(open.stream, 100));
    assert.equal((await pending).endpoint, 'scope:1');
  });
});

describe('a websocket that goes', () => {
  it('comes back after 0.1, 0.2, 0.5, 1, 1 s while streams wait for it', async () => {
    const reasons: string[] = [];
    const end = new BridgeEnd({
      locate: async reason => {
        reasons.push(reason);
        return { wsUrl: 'ws://server/1' };
      },
    });
    await end.stream();
    const delays: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      await end.drop();
      if (i > 0) {
        await end.drop(); // the plain one does not open either
      }
      const before = end.clock.nowMs();
      const opened = end.sockets.length;
      while (end.sockets.length === opened) {
        await end.clock.turn(1);
      }
      delays.push(end.clock.nowMs() - before);
    }
    for (const [i, expected] of [100, 200, 500, 1000, 1000].entries()) {
      assert.ok(Math.abs(delays[i]! - expected) <= expected / 10 + 1, `${delays}`);
    }
    assert.deepEqual(reasons, ['first', 'lost', 'lost', 'lost']);
  });

  it('is not missed when no stream needs it', async () => {
    const end = new BridgeEnd();
    const pinged = end.bridge.ping();
    await settled();
    await end.open();
    await end.welcome();
    await end.pong();
    await pinged;
    await end.drop(1001, 'server stops');
    assert.equal(end.bridge.status.state, 'down');
    assert.equal(
      end.bridge.status.fault!.message,
      'the kernel channel was closed (code 1001: server stops)',
    );
    await end.clock.turn(60_000);
    assert.equal(end.sockets.length, 1);
    void end.bridge.ping().catch(() => undefined);
    await settled();
    assert.equal(end.sockets.length, 2);
  });

  it('is tried by everybody together, not by each', async () => {
    const end = new BridgeEnd();
    const opening = () => assert.rejects(end.bridge.connectTcp('scope', 1), { stage: 'websocket' });
    const first = [opening(), opening(), opening()];
    await settled();
    await end.drop();
    await end.drop();
    await Promise.all(first);
    const again = [opening(), opening()];
    await end.clock.turn(50);
    assert.equal(end.sockets.length, 2);
    await end.clock.turn(70);
    assert.equal(end.sockets.length, 3);
    await end.drop();
    await end.drop();
    await Promise.all(again);
    const person = opening();
    await end.clock.turn(50);
    assert.equal(end.sockets.length, 4);
    end.bridge.retryNow();
    await settled();
    assert.equal(end.sockets.length, 5);
    await end.drop();
    await end.drop();
    await person;
  });

  it('takes streams with it when the lease is over', async () => {
    const end = new BridgeEnd();
    const stream = await end.stream();
    const reading = assert.rejects(readAll(stream), {
      message:
        'the connection to scope:5025 is gone: the bridge was out of reach for 30 s, and has closed its connections',
    });
    await end.drop();
    await end.clock.turn(29_000);
    assert.equal(end.bridge.streams.length, 1);
    await end.clock.turn(1001);
    await reading;
    assert.deepEqual(end.bridge.streams, []);
  });

  it('is given up after two silent heartbeats', async () => {
    const end = new BridgeEnd();
    await end.stream();
    await end.clock.turn(5000);
    assert.deepEqual(names(end.takeRecords()).includes('PING'), true);
    await end.clock.turn(4999);
    assert.equal(end.bridge.status.state, 'ready');
    await end.clock.turn(6000);
    assert.equal(end.bridge.status.fault!.message, 'nothing was heard of the bridge for 10 s');
  });

  it('is not given up because we stood still ourselves', async () => {
    const end = new BridgeEnd();
    await end.stream();
    await end.clock.turn(10_000);
    end.clock.freeze(60_000);
    await end.clock.turn(1);
    assert.equal(end.bridge.status.state, 'ready');
  });

  it('takes streams with it at once when the kernel died', async () => {
    for (const [state, words] of [
      ['restarting', 'the bridge kernel died and is being restarted'],
      ['dead', 'the bridge kernel died and is not started again'],
      ['starting', 'the bridge kernel was restarted'],
    ]) {
      const end = new BridgeEnd();
      const stream = await end.stream();
      await end.status('busy');
      await end.status(state!);
      await assert.rejects(readAll(stream), {
        message: `the connection to scope:5025 is gone: ${words}`,
      });
    }
  });

  it('names a message that the server finds too large', async () => {
    const end = new BridgeEnd();
    await end.stream();
    await end.drop(1009, 'message too big');
    assert.deepEqual(
      [end.bridge.status.fault!.message, end.bridge.status.fault!.hint],
      [
        'the server refused a message as too large (code 1009: message too big)',
        'raise websocket_max_message_size of the server or of the proxy before it',
      ],
    );
  });
});

describe('questions', () => {
  const question = {
    question: 'q1',
    endpoint: 'scope:1',
    address: '10.0.0.7',
    port: 1,
    rule: 'not listed',
    message: 'labwire wants to connect to scope:1 (10.0.0.7)',
    choices: ['once', 'no', 'surely'],
    expires_s: 120,
  };

  it('are put once, answered on the stream, and settled by what follows', async () => {
    const asked: BridgeQuestion[] = [];
    const events: string[] = [];
    const end = new BridgeEnd({
      onQuestion: one => asked.push(one),
      onQuestionSettled: id => events.push(`settled ${id}`),
      onAnswerRefused: (id, fault) => events.push(`refused ${id}: ${fault.message}`),
    });
    const onAsking = (asking: boolean) => void events.push(`asking ${asking}`);
    const one = end.bridge.connectTcp('scope', 1, { onAsking });
    await end.linked();
    const two = end.bridge.connectTcp('scope', 1);
    await settled();
    await end.say(jsonRecord(Kind.QUESTION, 1, question), jsonRecord(Kind.QUESTION, 2, question));
    assert.deepEqual(asked, [
      {
        id: 'q1',
        endpoint: 'scope:1',
        address: '10.0.0.7',
        port: 1,
        rule: 'not listed',
        message: question.message,
        choices: ['once', 'no'],
        expiresMs: 120_000,
      },
    ]);
    end.take();
    assert.equal(end.bridge.answer('q1', 'once'), true);
    assert.equal(end.bridge.answer('q2', 'once'), false);
    await settled();
    const [answer] = end.takeRecords();
    assert.deepEqual(
      [answer!.kind, answer!.stream, answer!.fields],
      ['ANSWER', 1, { question: 'q1', choice: 'once' }],
    );
    await end.say(opened(1, 10));
    await end.say(opened(2, 10));
    await Promise.all([one, two]);
    assert.deepEqual(events, ['asking true', 'asking false', 'settled q1']);
    const late = { stage: 'answer', rule: 'twice', message: 'was answered', question: 'q1' };
    await end.say(jsonRecord(Kind.FAILED, 0, late));
    assert.equal(events.at(-1), 'refused q1: was answered');
  });

  it('are withdrawn with the link', async () => {
    const settledIds: string[] = [];
    const end = new BridgeEnd({ onQuestionSettled: id => settledIds.push(id) });
    void end.bridge.connectTcp('scope', 1).catch(() => undefined);
    await end.linked();
    await end.say(jsonRecord(Kind.QUESTION, 1, question));
    await end.drop();
    assert.deepEqual(settledIds, ['q1']);
  });
});

describe('what the whole bridge does', () => {
  it('stops on the control channel, without a number', async () => {
    const end = new BridgeEnd();
    await end.stream();
    const stopping = end.bridge.stopAll();
    const [message] = end.take();
    assert.equal(message!.channel, 'control');
    assert.equal(message!.nonce, 'nonce-1');
    assert.deepEqual(
      message!.records.map(one => [one.kind, one.stream, one.fields]),
      [['STOP', 0, {}]],
    );
    const stopped = jsonRecord(Kind.STOPPED, 0, { streams: 1, dropped: 1380 });
    await end.sayRaw(end.nonce, [stopped], 'control');
    assert.deepEqual(await stopping, { streams: 1, droppedBytes: 1380 });
  });

  it('says when a stop was not confirmed, or not possible', async () => {
    const end = new BridgeEnd();
    await assert.rejects(end.bridge.stopAll(), {
      name: 'BridgeError',
      message: 'the bridge cannot be reached: nothing was stopped',
    });
    await end.stream();
    const stopping = assert.rejects(end.bridge.stopAll(), {
      name: 'DeadlineError',
      message: 'the bridge did not confirm the stop within 5 s',
    });
    await end.clock.turn(5000);
    await stopping;
  });

  it('keeps audit lines until there is a link', async () => {
    const end = new BridgeEnd();
    const write = { action: 'write', endpoint: 'ca://PV', old: '1', new: '2' };
    const call = { action: 'call', endpoint: 'x', method: 'set' };
    end.bridge.audit(write);
    void end.bridge.ping().catch(() => undefined);
    await settled();
    await end.open();
    await end.welcome();
    end.bridge.audit(call);
    await settled();
    assert.deepEqual(
      end
        .takeRecords()
        .filter(one => one.kind === 'AUDIT')
        .map(one => one.fields),
      [write, call],
    );
  });

  it('says how many audit lines were too many to keep', async () => {
    const end = new BridgeEnd();
    for (let i = 0; i < 1003; i += 1) {
      end.bridge.audit({ action: 'write', endpoint: 'ca://PV', new: String(i) });
    }
    void end.bridge.ping().catch(() => undefined);
    await settled();
    await end.open();
    await end.welcome();
    const lines = end.takeRecords().filter(one => one.kind === 'AUDIT');
    assert.equal(lines.length, 1001);
    assert.deepEqual(lines.at(-1)!.fields, {
      action: 'left out',
      endpoint: '',
      detail: '3 lines, while the bridge was out of reach',
    });
  });

  it('says BYE, and leaves to the bridge what is to be claimed', async () => {
    const end = new BridgeEnd();
    const stream = await end.stream();
    end.bridge.close([stream]);
    end.bridge.close();
    const [bye] = end.takeRecords();
    assert.deepEqual([bye!.kind, bye!.fields], ['BYE', { keep: [1] }]);
    assert.equal(end.socket.closed, true);
    assert.equal(end.bridge.status.state, 'closed');
    await assert.rejects(readAll(stream), { name: 'ClosedError' });
    await assert.rejects(end.bridge.connectTcp('scope', 1), { name: 'ClosedError' });
    await assert.rejects(end.bridge.ping(), { name: 'ClosedError' });
    assert.equal(end.clock.nextInMs, null, 'no timer is left');
  });

  it('claims a stream of another page from the oldest byte that is kept', async () => {
    const end = new BridgeEnd();
    const pending = end.bridge.claim('left-here', 'the scope');
    await end.linked();
    await end.say(attached(1, { offset: 1_000_000, received: 77, credit: 1077 }));
    const stream = await pending;
    const [credit] = end.takeRecords();
    assert.deepEqual(credit!.fields, { received: 1_000_000, allowed: 1_524_288 });
    await end.say(data(1, bytes('on')), endRecord(1, 1_000_002));
    assert.equal(await readAll(stream), 'on');
    stream.send(bytes('more'));
    stream.end();
    await settled();
    const last = end.takeRecords().at(-1)!;
    assert.deepEqual([last.kind, last.payload.readUInt32LE(0)], ['END', 81]);
  });
});

describe('frames that nobody should send', () => {
  it('end the link at most, and never throw', async () => {
    const header = { msg_type: 'comm_msg' };
    const content = { comm_id: 'labwire', data: { nonce: 'nonce-1' } };
    const good = Buffer.from(
      frameOf('shell', header, content, [record(Kind.SEQ, 1), data(1, bytes('abc'))]),
    );
    const cut = (length: number) => new Uint8Array(good.subarray(0, length)).buffer;
    const bad: [string, unknown][] = [
      ['nothing', new ArrayBuffer(0)],
      ['text', '{}'],
      ['an object', {}],
      ...[1, 7, 8, 15, 64, 72, 100, good.length - 1].map((length): [string, unknown] => [
        `${length} bytes of a frame`,
        cut(length),
      ]),
      ['trailing bytes', new Uint8Array(Buffer.concat([good, Buffer.alloc(1)])).buffer],
      ['content that is no JSON', frameOf('shell', header, content, []).slice(0, 80)],
      ['a record without a number', frameOf('shell', header, content, [data(1, bytes('x'))])],
      ['half a header', frameOf('shell', header, content, [record(Kind.SEQ, 1).subarray(0, 7)])],
      ['flags', frameOf('shell', header, content, [Uint8Array.of(1, 1, ...new Array(10).fill(0))])],
      [
        'a long record',
        frameOf('shell', header, content, [
          Uint8Array.of(0x23, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255),
        ]),
      ],
      [
        'OPEN from the bridge',
        frameOf('shell', header, content, [record(Kind.OPEN, 1, bytes('{}'))]),
      ],
      [
        'JSON that is no object',
        frameOf('shell', header, content, [
          record(Kind.SEQ, 2),
          record(Kind.CLOSED, 1, bytes('[1]')),
        ]),
      ],
      [
        'a short CREDIT',
        frameOf('shell', header, content, [record(Kind.CREDIT, 1, new Uint8Array(15))]),
      ],
    ];
    for (const [what, frame] of bad) {
      const end = new BridgeEnd();
      const stream = await end.stream();
      await end.frame(frame);
      assert.equal(end.bridge.status.state, 'reconnecting', what);
      assert.match(end.bridge.status.fault!.message, /cannot be read/, what);
      await end.welcome();
      await end.say(attached(1, { offset: 0, received: 0, credit: 10 }));
      await end.say(data(1, bytes('well')));
      assert.equal(await readSome(stream, 4), 'well', what);
    }
  });
});
