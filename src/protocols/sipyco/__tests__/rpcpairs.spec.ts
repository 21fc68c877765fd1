import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { pyValue } from '../../../values/__tests__/arbitrary.js';
import {
  isLabwireError,
  PyDict,
  type PyValue,
  pyExact,
  pyRepr,
  Tuple,
} from '../../../values/index.js';
import type { PyonVersion } from '../../pyon/index.js';
import {
  BUILTIN_TERMINATE,
  formatArgspec,
  methodListOf,
  methodListToValue,
  parseSignature,
  type RpcClientCommand,
  type RpcClientEvent,
  RpcClientMachine,
  type RpcServerCommand,
  type RpcServerEvent,
  RpcServerMachine,
} from '../index.js';
import { seeded } from './chance.js';
import { mutate } from './mutants.js';
import { rpcConversations } from './rpcrecordings.js';

const RUNS = { numRuns: 400, seed: 1_764_300_000 };
const NO_KWARGS = new PyDict();
const SERVED = { targets: ['osc', 'µ'], description: 'two' };

/** Two machines that hear each other, with no network. */
class Pair {
  readonly client: RpcClientMachine;
  readonly server: RpcServerMachine;

  constructor(pyon: PyonVersion, features?: readonly string[]) {
    this.client = new RpcClientMachine({ pyon: pyon === 1 ? 1 : 'best' });
    this.server = new RpcServerMachine(SERVED, features === undefined ? {} : { features });
  }

  toServer(): RpcServerEvent[] {
    for (const chunk of this.client.takeOutput()) {
      this.server.receive(chunk);
    }
    return this.server.takeEvents();
  }

  toClient(): RpcClientEvent[] {
    for (const chunk of this.server.takeOutput()) {
      this.client.receive(chunk);
    }
    return this.client.takeEvents();
  }

  /** Up to the first call. */
  open(target = 'osc'): this {
    this.toServer();
    assert.equal(this.toClient()[0]?.type, 'identified');
    this.client.send({ type: 'select', target });
    assert.equal(this.toServer()[0]?.type, 'select');
    this.server.send({ type: 'methods', names: ['echo'] });
    assert.equal(this.toClient()[0]?.type, 'selected');
    return this;
  }

  call(id: number, args: readonly PyValue[], kwargs: PyDict = NO_KWARGS): RpcServerEvent {
    this.client.send({ type: 'call', id, name: 'echo', args, kwargs });
    return this.toServer()[0]!;
  }
}

/** What each version keeps of a value: see the algebra of PYON. */
const KEPT = {
  1: pyValue({ without: ['empty set', 'odd complex', 'str scalar', 'slice of anything'] }),
  2: pyValue({ without: ['odict', 'float64 scalar', 'str scalar'] }),
};

for (const pyon of [1, 2] as const) {
  describe(`two machines in version ${pyon}`, () => {
    it('agree on target and version', () => {
      const pair = new Pair(pyon);
      assert.deepEqual(pair.toServer(), []);
      assert.deepEqual(pair.toClient(), [
        { type: 'identified', rpcId: { ...SERVED, features: ['pyon_v2'] } },
      ]);
      pair.client.send({ type: 'select', target: 'µ' });
      assert.deepEqual(pair.toServer(), [{ type: 'select', target: 'µ', pyon }]);
      pair.server.send({ type: 'methods', names: ['a', '_b'] });
      assert.deepEqual(pair.toClient(), [
        { type: 'selected', target: 'µ', methods: new Set(['a', '_b']), pyon },
      ]);
    });

    it('pass any value there and back', () => {
      const pair = new Pair(pyon).open();
      let id = 0;
      fc.assert(
        fc.property(KEPT[pyon], KEPT[pyon], (first, second) => {
          id += 1;
          const event = pair.call(id, [first], new PyDict([['µ', second]]));
          assert.ok(event.type === 'call' && event.name === 'echo');
          assert.ok(pyExact([...event.args], [first]), pyRepr([...event.args]));
          const value = event.kwargs.get('µ')!;
          assert.ok(pyExact(value, second), pyRepr(value));
          pair.server.send({ type: 'return', id: event.id, value: new Tuple([first, second]) });
          const [answer] = pair.toClient();
          assert.ok(answer?.type === 'returned' && answer.id === id);
          assert.ok(pyExact(answer.value, new Tuple([first, second])), pyRepr(answer.value));
        }),
        RUNS,
      );
    });

    it('pass an exception', () => {
      const pair = new Pair(pyon).open();
      const exception = { class: 'KeyError', message: "'µ\n'", traceback: ['  File "a"\n    b\n'] };
      const event = pair.call(5, []);
      assert.ok(event.type === 'call');
      pair.server.send({ type: 'raise', id: event.id, exception });
      assert.deepEqual(pair.toClient(), [{ type: 'raised', id: 5, exception }]);
    });

    it('pass a method list', () => {
      const pair = new Pair(pyon).open();
      const methods = new Map([
        [
          'set',
          {
            argspec: parseSignature('set(self, a: int, *, b=(1,)) -> str').argspec,
            docstring: 'Set.\n',
          },
        ],
        ['terminate', BUILTIN_TERMINATE],
      ]);
      pair.client.send({ type: 'get_rpc_method_list', id: 9 });
      assert.deepEqual(pair.toServer(), [{ type: 'get_rpc_method_list', id: 1 }]);
      pair.server.send({
        type: 'return',
        id: 1,
        value: methodListToValue({ docstring: null, methods }),
      });
      const [answer] = pair.toClient();
      assert.ok(answer?.type === 'returned' && answer.id === 9);
      const list = methodListOf(answer.value);
      assert.equal(
        formatArgspec(list.methods.get('set')!.argspec),
        "(self, a: 'int', *, b=(1,)) -> 'str'",
      );
      assert.equal(list.methods.get('set')!.docstring, 'Set.\n');
      assert.equal(list.methods.get('terminate'), BUILTIN_TERMINATE);
    });

    it('go on behind what the server refuses, and what it cannot write', () => {
      const pair = new Pair(pyon).open();
      assert.equal(pair.call(1, [], new PyDict([[1n, 2n]])), undefined);
      const [refused] = pair.toClient();
      assert.ok(refused?.type === 'raised');
      assert.deepEqual(refused.exception, {
        class: 'TypeError',
        message: 'keywords must be strings',
        traceback: [],
      });
      const event = pair.call(2, []);
      assert.ok(event.type === 'call');
      pair.server.send({ type: 'return', id: event.id, value: {} as unknown as PyValue });
      const [unwritten] = pair.toClient();
      assert.ok(unwritten?.type === 'raised' && unwritten.exception.class === 'TypeError');
      assert.equal(pair.call(3, []).type, 'call');
    });

    it('keep the order of a hundred calls of which the 50th fails', () => {
      const pair = new Pair(pyon).open();
      for (let id = 1; id <= 100; id += 1) {
        pair.client.send({ type: 'call', id, name: 'echo', args: [BigInt(id)], kwargs: NO_KWARGS });
      }
      for (const event of pair.toServer()) {
        assert.ok(event.type === 'call');
        const exception = { class: 'ValueError', message: 'no', traceback: [] };
        pair.server.send(
          event.args[0] === 50n
            ? { type: 'raise', id: event.id, exception }
            : { type: 'return', id: event.id, value: event.args[0]! },
        );
      }
      const answers = pair.toClient();
      assert.deepEqual(
        answers.map(event => (event.type === 'returned' ? Number(event.value) : -1)),
        Array.from({ length: 100 }, (_, i) => (i === 49 ? -1 : i + 1)),
      );
      assert.ok(answers.every((event, i) => 'id' in event && event.id === i + 1));
    });

    it('part without a fault', () => {
      const pair = new Pair(pyon).open();
      pair.server.receiveEof();
      pair.client.receiveEof();
      assert.deepEqual(pair.server.takeEvents(), [{ type: 'eof' }]);
      assert.deepEqual(pair.client.takeEvents(), [{ type: 'eof' }]);
    });
  });
}

it('a client that wants version 2 speaks 1 to a server that has no features', () => {
  const pair = new Pair(2, []).open();
  assert.equal(pair.call(1, []).type, 'call');
});

describe('a command that is illegal now', () => {
  const CLIENT: readonly RpcClientCommand[] = [
    { type: 'select', target: 'osc' },
    { type: 'call', id: 1, name: 'echo', args: [], kwargs: NO_KWARGS },
    { type: 'get_rpc_method_list', id: 1 },
  ];
  const SERVER: readonly RpcServerCommand[] = [
    { type: 'methods', names: [] },
    { type: 'return', id: 1, value: null },
    { type: 'raise', id: 1, exception: { class: 'E', message: '', traceback: [] } },
  ];

  it('changes nothing, in any state of either end', () => {
    const pair = new Pair(2);
    const check = (client: readonly number[], server: readonly number[]) => {
      const refuse = (send: () => void) => assert.throws(send, { name: 'LocalProtocolError' });
      CLIENT.forEach((command, i) => {
        if (!client.includes(i)) {
          refuse(() => pair.client.send(command));
        }
      });
      SERVER.forEach((command, i) => {
        if (!server.includes(i)) {
          refuse(() => pair.server.send(command));
        }
      });
    };
    check([], []);
    pair.toServer();
    check([], []);
    pair.toClient();
    check([0], []);
    pair.client.send(CLIENT[0]!);
    check([], []);
    pair.toServer();
    check([], [0]);
    pair.server.send(SERVER[0]!);
    check([], []);
    pair.toClient();
    check([1, 2], []);
    assert.equal(pair.call(1, []).type, 'call');
    check([1, 2], [1, 2]);
    pair.server.send(SERVER[1]!);
    check([1, 2], []);
    assert.deepEqual(pair.toClient(), [{ type: 'returned', id: 1, value: null }]);
    pair.client.receiveEof();
    pair.server.receiveEof();
    check([], []);
    assert.deepEqual(pair.toServer(), [{ type: 'eof' }]);
    assert.deepEqual(pair.toClient(), [{ type: 'eof' }]);
  });
});

describe('hostile peers', () => {
  const MUTANTS = 30_000;
  /** Streams of a few kilobytes: a mutant of a long one is rarely about anything but its values. */
  const LONGEST = 6000;

  const streams = (dir: 'c2s' | 's2c') =>
    rpcConversations()
      .map(({ steps, pyon }) => ({
        pyon,
        stream: Buffer.concat(steps.filter(step => step.dir === dir).map(({ bytes }) => bytes)),
      }))
      .filter(({ stream }) => stream.length > 60 && stream.length < LONGEST);

  /** Each mutant is heard to its end. @returns how often each type of event came. */
  function attack(
    dir: 'c2s' | 's2c',
    seed: number,
    play: (stream: Uint8Array, cut: number, pyon: PyonVersion) => readonly { type: string }[],
  ): Map<string, number> {
    const chance = seeded(seed);
    const random = (below: number) => Math.floor(chance() * below);
    const all = streams(dir);
    const counts = new Map<string, number>();
    assert.ok(all.length > 25, String(all.length));
    for (let i = 0; i < MUTANTS; i += 1) {
      const { pyon, stream: original } = all[random(all.length)]!;
      const stream = mutate(original, chance);
      try {
        const events = play(stream, random(stream.length + 1), pyon);
        assertEnds(events);
        for (const { type } of events) {
          counts.set(type, (counts.get(type) ?? 0) + 1);
        }
      } catch (error) {
        const text = Buffer.from(stream).toString('latin1');
        assert.fail(`mutant ${i}: ${text}\n${(error as Error).stack}`);
      }
    }
    return counts;
  }

  /** A fuzz that never gets through the door proves little. */
  function assertWentFar(counts: ReadonlyMap<string, number>, types: readonly string[]): void {
    for (const type of types) {
      assert.ok((counts.get(type) ?? 0) > MUTANTS / 20, `${type}: ${counts.get(type)}`);
    }
  }

  it(`${MUTANTS} mutated servers end in our own faults or not at all`, () => {
    const counts = attack('s2c', 20261121, (stream, cut, pyon) => {
      const machine = new RpcClientMachine({ pyon: pyon === 1 ? 1 : 'best' });
      const events: RpcClientEvent[] = [];
      const take = () => {
        for (const event of machine.takeEvents()) {
          events.push(event);
          if (event.type === 'returned') {
            readAsMethodList(event.value);
          }
        }
      };
      // Line by line, so that there is something to answer; one line in two pieces.
      for (const line of linesOf(stream, cut)) {
        machine.receive(line);
        const before = events.length;
        take();
        const last = events.length > before ? events.at(-1) : undefined;
        if (last?.type === 'identified') {
          machine.send({ type: 'select', target: 'x' });
        } else if (
          last?.type === 'selected' ||
          last?.type === 'returned' ||
          last?.type === 'raised'
        ) {
          machine.send({ type: 'call', id: events.length, name: 'f', args: [], kwargs: NO_KWARGS });
        }
      }
      machine.receiveEof();
      take();
      return events;
    });
    assertWentFar(counts, ['selected', 'returned', 'raised', 'failed']);
  });

  it(`${MUTANTS} mutated clients end in our own faults or not at all`, () => {
    const counts = attack('c2s', 20261122, (stream, cut) => {
      const machine = new RpcServerMachine({
        targets: ['osc', 'shutter', 'tally'],
        description: null,
      });
      const events: RpcServerEvent[] = [];
      const take = () => {
        for (const event of machine.takeEvents()) {
          events.push(event);
          if (event.type === 'select') {
            machine.send({ type: 'methods', names: ['echo'] });
          } else if (event.type === 'call') {
            const value = new Tuple([[...event.args], event.kwargs]);
            machine.send({ type: 'return', id: event.id, value });
          } else if (event.type === 'get_rpc_method_list') {
            machine.send({ type: 'return', id: event.id, value: null });
          }
        }
      };
      machine.receive(stream.subarray(0, cut));
      take();
      machine.receive(stream.subarray(cut));
      take();
      machine.receiveEof();
      take();
      for (const line of machine.takeOutput()) {
        assert.match(Buffer.from(line).toString('latin1'), /^[\x20-\x7e]*\n$/);
      }
      return events;
    });
    assertWentFar(counts, ['select', 'call', 'eof', 'failed']);
  });
});

function assertEnds(events: readonly { readonly type: string }[]): void {
  const ends = events.filter(({ type }) => type === 'eof' || type === 'failed');
  assert.equal(ends.length, 1);
  assert.equal(events.at(-1), ends[0]);
}

/** A method list of a mutant is one, or a fault of ours. */
function readAsMethodList(value: PyValue): void {
  try {
    for (const { argspec } of methodListOf(value).methods.values()) {
      formatArgspec(argspec);
    }
  } catch (error) {
    assert.ok(isLabwireError(error, 'UnsupportedError'), String((error as Error).stack));
  }
}

function* linesOf(stream: Uint8Array, cut: number): Iterable<Uint8Array> {
  for (let start = 0; start < stream.length; ) {
    const newline = stream.indexOf(10, start);
    const end = newline < 0 ? stream.length : newline + 1;
    const middle = cut > start && cut < end ? cut : end;
    yield stream.subarray(start, middle);
    yield stream.subarray(middle, end);
    start = end;
  }
}
