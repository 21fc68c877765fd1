import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Fault, isLabwireError, pyRepr } from '../../../values/index.js';
import {
  ModError,
  PublisherMachine,
  processMod,
  type SubscriberEvent,
  SubscriberMachine,
} from '../index.js';
import { seeded } from './chance.js';
import { mutate } from './mutants.js';
import { conversations } from './recordings.js';

function hear(text: string | Uint8Array, eof = false, lineBytes?: number): SubscriberEvent[] {
  const machine = new SubscriberMachine('datasets', lineBytes);
  machine.receive(typeof text === 'string' ? Buffer.from(text) : text);
  if (eof) {
    machine.receiveEof();
  }
  return machine.takeEvents();
}

function faultOf(events: readonly SubscriberEvent[]): Fault {
  const last = events.at(-1);
  assert.equal(last?.type, 'failed');
  return (last as { fault: Fault }).fault;
}

const INIT = '{"action":"init","struct":{}}\n';

describe('SubscriberMachine', () => {
  it('writes banner and name at once, and nothing else ever', () => {
    const machine = new SubscriberMachine('datasets');
    assert.equal(Buffer.concat(machine.takeOutput()).toString(), 'ARTIQ sync_struct\ndatasets\n');
    assert.deepEqual(machine.takeOutput(), []);
  });

  it('refuses a name that would end the line', () => {
    assert.throws(() => new SubscriberMachine('a\nb'), {
      name: 'LocalProtocolError',
      message: 'the name "a\\nb" holds the control character 0x0a at 1',
    });
  });

  it('says which version the struct came in, and follows a change of version', () => {
    const events = hear(
      '{"action": "init", "struct": (1, )}\n{"action":"init","struct":{"__jsonclass__":["tuple",[[2]]]}}\n',
    );
    assert.deepEqual(
      events.map(event => event.type === 'init' && [event.pyon, pyRepr(event.struct)]),
      [
        [1, '(1,)'],
        [2, '(2,)'],
      ],
    );
  });

  it('takes an end between lines for an end', () => {
    assert.deepEqual(hear(INIT, true).at(-1), { type: 'eof' });
  });

  it('names both causes when the server just closes', () => {
    const fault = faultOf(hear('', true));
    assert.equal(fault.name, 'RemoteProtocolError');
    assert.equal(
      fault.message,
      'the server closed the connection without a word: it has no notifier "datasets", or it is not a sync_struct server',
    );
    assert.equal(fault.hint, 'Check the name of the notifier, then host and port.');
  });

  it('says that a peer is no SiPyCo server', () => {
    const strangers = [
      'HTTP/1.1 400 Bad Request\r\n',
      'SSH-2.0-OpenSSH_9.2\r\n',
      '5\n',
      '[]\n',
      '{"jsonrpc":"2.0"}\n',
    ];
    for (const text of strangers) {
      assert.match(
        faultOf(hear(text)).message,
        /^this is not a SiPyCo server: it answered "/,
        text,
      );
    }
    assert.equal(
      faultOf(hear('HTTP/1.1 400 Bad Request\r\n')).message,
      'this is not a SiPyCo server: it answered "HTTP/1.1 400 Bad Request\\r"',
    );
  });

  it('does not wait for the newline of a stranger who sends none', () => {
    assert.deepEqual(hear('\x00'.repeat(63)), []);
    assert.match(faultOf(hear('\x00'.repeat(64))).message, /not a SiPyCo server/);
    assert.match(faultOf(hear('login: ', true)).message, /answered "login: " and then the end/);
  });

  it('says where a line is no PYON', () => {
    const fault = faultOf(hear(`${INIT}{"action":"append","path":[],"x":}\n`));
    assert.equal(fault.name, 'RemoteProtocolError');
    assert.match(fault.message, /^a line is no PYON: /);
    assert.equal(fault.facts.offset, INIT.length + '{"action":"append","path":[],"x":'.length);
    assert.equal(fault.cause?.name, 'ParseError');
    assert.match(faultOf(hear('{"action":"init","struct":[}\n')).message, /^a line is no PYON: /);
  });

  it('says that the connection ended inside a line', () => {
    const fault = faultOf(hear(`${INIT}{"action":`, true));
    assert.equal(fault.message, 'the connection ended inside a line, 10 bytes after its start');
    assert.equal(fault.facts.offset, INIT.length);
  });

  it('wants an init first', () => {
    const fault = faultOf(hear('{"action":"append","path":[],"x":1}\n'));
    assert.equal(fault.message, 'a mod came before the struct it would change');
    assert.equal(faultOf(hear('{"action":"init"}\n')).message, 'an init has no struct');
  });

  it('wants dicts', () => {
    assert.equal(faultOf(hear(`${INIT}[1]\n`)).message, 'a line is no mod');
  });

  it('stops at a line over the limit', () => {
    const fault = faultOf(hear(`${INIT}${' '.repeat(101)}`, false, 100));
    assert.equal(fault.name, 'LimitError');
    assert.deepEqual(fault.facts, { limit: 'lineBytes', value: 101, maximum: 100, unit: 'bytes' });
  });

  it('delivers what came before a fault, and nothing after', () => {
    const machine = new SubscriberMachine('x');
    machine.receive(Buffer.from(`${INIT}{"action":"pop","path":[],"i":1}\n}\n${INIT}`));
    machine.receive(Buffer.from(INIT));
    machine.receiveEof();
    assert.deepEqual(
      machine.takeEvents().map(event => event.type),
      ['init', 'mod', 'failed'],
    );
  });

  it('takes no commands', () => {
    assert.throws(() => new SubscriberMachine('x').send('hello' as never), {
      name: 'LocalProtocolError',
    });
  });
});

describe('PublisherMachine', () => {
  const subscribed = () => {
    const machine = new PublisherMachine();
    machine.receive(Buffer.from('ARTIQ sync_struct\nx\n'));
    machine.takeEvents();
    return machine;
  };
  const line = Uint8Array.from(Buffer.from(INIT));

  it('passes lines on without copying them', () => {
    const machine = subscribed();
    machine.send({ type: 'init', line });
    machine.send({ type: 'mod', line });
    machine.send({ type: 'init', line });
    const [first, second, third] = machine.takeOutput();
    assert.ok(first === line && second === line && third === line);
  });

  it('sends nothing before it knows what is wanted, and no mod before an init', () => {
    const machine = new PublisherMachine();
    assert.throws(() => machine.send({ type: 'init', line }), {
      name: 'LocalProtocolError',
      message: 'init cannot be sent now: the connection is at banner',
    });
    assert.throws(() => subscribed().send({ type: 'mod', line }), { name: 'LocalProtocolError' });
    assert.deepEqual(machine.takeOutput(), []);
  });

  it('refuses another banner, a long one, and one that ends', () => {
    const fail = (text: string, eof = false) => {
      const machine = new PublisherMachine();
      machine.receive(Buffer.from(text));
      if (eof) {
        machine.receiveEof();
      }
      const [event] = machine.takeEvents();
      assert.equal(event?.type, 'failed');
      return (event as { fault: Fault }).fault;
    };
    assert.equal(
      fail('ARTIQ sync_struct\r\nx\n').message,
      'a client sent "ARTIQ sync_struct\\r", expected the banner "ARTIQ sync_struct\\n"',
    );
    assert.equal(fail('x'.repeat(70_000)).name, 'LimitError');
    assert.match(fail('ARTIQ sync', true).message, /^a client sent the end of the connection/);
  });

  it('hears that a subscriber left, whether it ever subscribed or not', () => {
    const machine = subscribed();
    machine.receive(Buffer.from('later bytes are never read'));
    machine.receiveEof();
    assert.deepEqual(machine.takeEvents(), [{ type: 'eof' }]);
    const early = new PublisherMachine();
    early.receiveEof();
    assert.deepEqual(early.takeEvents(), [{ type: 'eof' }]);
  });
});

describe('hostile publishers', () => {
  const MUTANTS = 60_000;

  it(`${MUTANTS} mutated streams end in our own faults or not at all`, () => {
    const chance = seeded(20261121);
    const random = (below: number) => Math.floor(chance() * below);
    const streams = conversations('sync_struct_')
      .map(({ s2c }) => s2c)
      .filter(({ length }) => length > 0);
    for (let i = 0; i < MUTANTS; i += 1) {
      const stream = mutate(streams[random(streams.length)]!, chance);
      const machine = new SubscriberMachine('x');
      try {
        const cut = random(stream.length + 1);
        machine.receive(stream.subarray(0, cut));
        machine.receive(stream.subarray(cut));
        machine.receiveEof();
        followTo(machine.takeEvents());
      } catch (error) {
        assert.fail(
          `mutant ${i}: ${Buffer.from(stream).toString('latin1')}\n${(error as Error).stack}`,
        );
      }
    }
  });
});

/** Apply the mods of one connection as a client does; whatever a peer sends, only a ModError stops it. */
function followTo(events: readonly SubscriberEvent[]): void {
  let struct: Parameters<typeof processMod>[0] | undefined;
  for (const event of events) {
    if (event.type === 'init') {
      struct = event.struct;
    } else if (event.type === 'mod') {
      try {
        processMod(struct!, event.mod);
      } catch (error) {
        assert.ok(
          error instanceof ModError || isLabwireError(error, 'LimitError'),
          String((error as Error).stack),
        );
        return;
      }
    }
  }
}
