import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Fault, pyExact, pyRepr, tuple } from '../../../values/index.js';
import { BroadcasterMachine, encodeLine, type ReceiverEvent, ReceiverMachine } from '../index.js';
import { seeded } from './chance.js';
import { fromTree, recording, sessionNames, type Tree } from './recordings.js';

type Line = {
  readonly dir: 'note' | 'c2s' | 's2c';
  readonly conn?: number;
  readonly data?: string;
  readonly eof?: true;
  readonly event?: string;
  readonly pyon?: 1 | 2;
  readonly received?: readonly Tree[];
};

/** The connections of the recorded broadcasts. */
function connections(file: string) {
  const lines = recording<Line>(`sessions/${file}`);
  const received = lines.find(line => line.received !== undefined)?.received?.map(fromTree);
  const conns = lines.filter(line => line.event === 'connected').map(line => line.conn);
  return conns.map(conn => {
    const own = lines.filter(line => line.conn === conn);
    const said = (dir: string) =>
      Buffer.from(
        own
          .filter(line => line.dir === dir)
          .map(line => line.data ?? '')
          .join(''),
      );
    return {
      pyon: lines[0]?.pyon ?? 2,
      c2s: said('c2s'),
      s2c: said('s2c'),
      eof: own.some(line => line.dir === 's2c' && line.eof === true),
      received: conn === 0 ? received : undefined,
    };
  });
}

function hear(chunks: readonly Uint8Array[], eof: boolean): ReceiverEvent[] {
  const machine = new ReceiverMachine('c');
  for (const chunk of chunks) {
    machine.receive(chunk);
  }
  if (eof) {
    machine.receiveEof();
  }
  return machine.takeEvents();
}

function shown(events: readonly ReceiverEvent[]): string[] {
  return events.map(event =>
    event.type === 'message' ? `${event.pyon} ${pyRepr(event.value)}` : JSON.stringify(event),
  );
}

function faultOf(events: readonly { readonly type: string }[]): Fault {
  const last = events.at(-1);
  assert.equal(last?.type, 'failed');
  return (last as unknown as { fault: Fault }).fault;
}

describe('broadcast: every recording at every split, both ends', () => {
  for (const file of sessionNames('broadcast_')) {
    it(file, () => {
      for (const { pyon, c2s, s2c, eof, received } of connections(file)) {
        const whole = hear([s2c], eof);
        const messages = whole.filter(event => event.type === 'message');
        assert.equal(messages.length, s2c.toString().split('\n').length - 1);
        for (const [i, value] of (received ?? []).entries()) {
          assert.ok(pyExact(messages[i]!.value, value), pyRepr(value));
        }
        if (eof) {
          assert.deepEqual(whole.at(-1), { type: 'eof' });
        }
        const bytes = [...s2c].map(byte => Uint8Array.of(byte));
        assert.deepEqual(shown(hear(bytes, eof)), shown(whole), 'byte by byte');
        for (let at = 1; at < s2c.length; at += 1) {
          const cut = hear([s2c.subarray(0, at), s2c.subarray(at)], eof);
          assert.deepEqual(shown(cut), shown(whole), `cut at ${at}`);
        }

        const channel = c2s.toString().split('\n')[1]!;
        assert.equal(
          Buffer.concat(new ReceiverMachine(channel).takeOutput()).toString(),
          c2s.toString(),
        );
        for (let at = 0; at <= c2s.length; at += 1) {
          const server = new BroadcasterMachine();
          server.receive(c2s.subarray(0, at));
          server.receive(c2s.subarray(at));
          assert.deepEqual(server.takeEvents(), [{ type: 'subscribed', channel }]);
          for (const { value } of messages) {
            server.send({ type: 'message', line: encodeLine(value, pyon) });
          }
          assert.equal(Buffer.concat(server.takeOutput()).toString(), s2c.toString());
        }
      }
    });
  }
});

describe('ReceiverMachine', () => {
  it('reads each line in the version that it looks like', () => {
    const text = '(1, )\n{"__jsonclass__":["tuple",[[2]]]}\n{"a": (3, )}\n';
    assert.deepEqual(shown(hear([Buffer.from(text)], true)), [
      '1 (1,)',
      '2 (2,)',
      "1 {'a': (3,)}",
      '{"type":"eof"}',
    ]);
  });

  it('says that a peer is no SiPyCo broadcaster', () => {
    const fault = faultOf(hear([Buffer.from('HTTP/1.1 400 Bad Request\r\n')], false));
    assert.equal(fault.name, 'RemoteProtocolError');
    assert.equal(
      fault.message,
      'this is not a SiPyCo broadcaster: it answered "HTTP/1.1 400 Bad Request\\r"',
    );
  });

  it('says where a line is no PYON, delivers what came before, and nothing after', () => {
    const events = hear([Buffer.from('1\n[2,]]\n3\n')], true);
    assert.deepEqual(
      events.map(event => event.type),
      ['message', 'failed'],
    );
    assert.match(faultOf(events).message, /^a line is no PYON: /);
    assert.equal(faultOf(events).facts.offset, 2 + 3);
  });

  it('says that the connection ended inside a line', () => {
    const fault = faultOf(hear([Buffer.from('1\n"ab')], true));
    assert.equal(fault.message, 'the connection ended inside a line, 3 bytes after its start');
    assert.equal(fault.facts.offset, 2);
  });

  it('stops at a line over the limit', () => {
    const machine = new ReceiverMachine('c', 10);
    machine.receive(Buffer.from(`1\n${' '.repeat(11)}`));
    assert.equal(faultOf(machine.takeEvents()).name, 'LimitError');
  });

  it('refuses a name that would end the line, and takes no commands', () => {
    assert.throws(() => new ReceiverMachine('a\nb'), { name: 'LocalProtocolError' });
    assert.throws(() => new ReceiverMachine('a').send(null as never), {
      name: 'LocalProtocolError',
      message: 'a receiver has nothing to say',
    });
  });
});

describe('two machines', () => {
  it('talk with no network, in either version', () => {
    for (const pyon of [2, 1] as const) {
      const receiver = new ReceiverMachine('log');
      const broadcaster = new BroadcasterMachine();
      for (const chunk of receiver.takeOutput()) {
        broadcaster.receive(chunk);
      }
      assert.deepEqual(broadcaster.takeEvents(), [{ type: 'subscribed', channel: 'log' }]);
      const value = tuple(30n, 'master', 1.5, 'root:late');
      broadcaster.send({ type: 'message', line: encodeLine(value, pyon) });
      for (const chunk of broadcaster.takeOutput()) {
        receiver.receive(chunk);
      }
      receiver.receiveEof();
      assert.deepEqual(receiver.takeEvents(), [{ type: 'message', value, pyon }, { type: 'eof' }]);
    }
  });
});

describe('any bytes', () => {
  it('end in messages, an end or a fault, the same however they are cut', () => {
    const parts = [
      '1',
      '(',
      '[',
      '"a',
      '"',
      ']',
      ', ',
      '\n',
      '\n',
      '{"__jsonclass__":',
      '\xff',
      'nan',
      '',
    ];
    const random = seeded(5);
    for (let run = 0; run < 25_000; run += 1) {
      let text = '';
      for (let i = random() * 8; i > 0; i -= 1) {
        text += parts[Math.floor(random() * parts.length)];
      }
      const bytes = Buffer.from(text, 'latin1');
      const at = Math.floor(random() * bytes.length);
      const whole = shown(hear([bytes], true));
      const cut = shown(hear([bytes.subarray(0, at), bytes.subarray(at)], true));
      assert.deepEqual(cut, whole, JSON.stringify(text));
    }
  });
});

describe('BroadcasterMachine', () => {
  const greet = (text: string, eof = false) => {
    const machine = new BroadcasterMachine();
    machine.receive(Buffer.from(text));
    if (eof) {
      machine.receiveEof();
    }
    return machine.takeEvents();
  };

  it('takes any name for a channel, and what follows for nothing', () => {
    for (const channel of ['', 'with blank', 'constructor', 'µ']) {
      assert.deepEqual(greet(`ARTIQ broadcast\n${channel}\nmore\nand more`), [
        { type: 'subscribed', channel },
      ]);
    }
  });

  it('goes on for a receiver that has closed its side', () => {
    const machine = new BroadcasterMachine();
    machine.receive(Buffer.from('ARTIQ broadcast\nc\n'));
    machine.receiveEof();
    assert.deepEqual(machine.takeEvents().at(-1), { type: 'eof' });
    machine.send({ type: 'message', line: encodeLine(1n, 2) });
    assert.equal(Buffer.concat(machine.takeOutput()).toString(), '1\n');
  });

  it('refuses a message before there is somebody to hear it, and nothing changes', () => {
    const machine = new BroadcasterMachine();
    assert.throws(() => machine.send({ type: 'message', line: encodeLine(1n, 2) }), {
      name: 'LocalProtocolError',
      message: 'a message cannot be sent now: the connection is at banner',
    });
    assert.deepEqual(machine.takeOutput(), []);
  });

  for (const [what, text, message] of [
    [
      'another protocol',
      'ARTIQ sync_struct\nx\n',
      'a client sent "ARTIQ sync_struct", expected the banner "ARTIQ broadcast\\n"',
    ],
    [
      'a carriage return',
      'ARTIQ broadcast\r\nx\n',
      'a client sent "ARTIQ broadcast\\r", expected the banner "ARTIQ broadcast\\n"',
    ],
    [
      'half a banner',
      'ARTIQ',
      'a client sent the end of the connection, expected the banner "ARTIQ broadcast\\n"',
    ],
    [
      'no channel',
      'ARTIQ broadcast\n',
      'a client sent the end of the connection, expected a channel',
    ],
  ] as const) {
    it(`fails at ${what}`, () => {
      assert.equal(faultOf(greet(text, true)).message, message);
    });
  }

  it('fails at an endless name, and at one that is not UTF-8', () => {
    assert.equal(faultOf(greet('A'.repeat(70_000))).name, 'LimitError');
    const machine = new BroadcasterMachine();
    machine.receive(Buffer.from('ARTIQ broadcast\n\xff\n', 'latin1'));
    assert.match(faultOf(machine.takeEvents()).message, /expected a name in UTF-8$/);
  });

  it('hears a connection that opens and closes', () => {
    assert.deepEqual(greet('', true), [{ type: 'eof' }]);
  });
});
