// Against programs that share nothing with us: sync_struct in plain Python, over TCP, both ways.

import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Subscriber } from '../../clients/index.js';
import { decode, encode } from '../../protocols/pyon/index.js';
import { Notifier } from '../../protocols/sipyco/index.js';
import { PlatformClock } from '../../transports/index.js';
import { connectTcp, listenTcp } from '../../transports/node/index.js';
import {
  Complex,
  dict,
  Fraction,
  type LinkState,
  NDArray,
  NumpyScalar,
  PyDict,
  type PyValue,
  pyExact,
  set,
  tuple,
} from '../../values/index.js';
import { Publisher } from '../index.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PYTHON = process.env.LABWIRE_PYTHON ?? 'python3';
const version = spawnSync(PYTHON, ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']);
const skip = version.status === 0 ? false : `${PYTHON} is not Python 3.10 or newer`;

/** One of tests/peers/, spoken to line by line. */
class Peer {
  private readonly _process: ChildProcessWithoutNullStreams;
  private readonly _lines: AsyncIterator<string>;
  private _stderr = '';
  static readonly all: Peer[] = [];

  constructor(module: string, ...args: string[]) {
    this._process = spawn(PYTHON, ['-m', `tests.peers.${module}`, ...args], { cwd: ROOT });
    this._process.stderr.setEncoding('utf8').on('data', text => {
      this._stderr += text;
    });
    this._lines = createInterface(this._process.stdout)[Symbol.asyncIterator]();
    Peer.all.push(this);
  }

  /** What follows `word` on the next line that begins with it. */
  async says(word: string): Promise<string> {
    for (;;) {
      const { value, done } = await this._lines.next();
      if (done === true) {
        throw new Error(`the peer ended and never said ${word}: ${this._stderr}`);
      }
      if (value === word || value.startsWith(`${word} `)) {
        return value.slice(word.length + 1);
      }
    }
  }

  tell(line: string): void {
    this._process.stdin.write(`${line}\n`);
  }

  kill(): void {
    this._process.kill('SIGKILL');
  }
}

after(() => {
  for (const peer of Peer.all) {
    peer.kill();
  }
});

/** A struct of every type that both versions carry unharmed. */
function everything(): PyDict {
  return dict({
    none: null,
    bool: true,
    int: 10n ** 30n,
    float: -0,
    str: 'µ "quoted" \\ \n',
    bytes: Uint8Array.of(0, 39, 255),
    tuple: tuple(1n, 1, tuple()),
    list: [1n, [2]],
    dict: new PyDict([
      [1n, 'a'],
      [tuple(1n, 'x'), null],
    ]),
    set: set(5n),
    complex: new Complex(1.5, -2),
    fraction: new Fraction(22n, 7n),
    array: NDArray.of(Float64Array.of(1, Number.NaN, 3)),
    image: NDArray.of(Uint16Array.of(1, 2, 3, 4, 5, 6), [2, 3]),
    scalar: NumpyScalar.of('<i8', 2n ** 53n + 1n),
  });
}

describe('a Python subscriber', { skip }, () => {
  for (const pyon of [2, 1] as const) {
    it(`follows our publisher in version ${pyon}`, async () => {
      const notifier = new Notifier(everything(), { pyon });
      const publisher = new Publisher({ notifiers: { 'with blank': notifier } });
      const listener = await listenTcp();
      publisher.start(listener);
      const peer = new Peer('sync_subscriber', listener.host, String(listener.port), 'with blank');
      assert.equal(await peer.says('mod'), 'init');

      notifier.at('array').set(-1n, 2.5);
      notifier.at('list').append(everything());
      notifier.at('list', 1n).insert(0n, 'first');
      notifier.at('list').pop(0n);
      notifier.at('dict').pop(1n);
      notifier.set('array', NDArray.of(new Float64Array(50_000).fill(Math.PI)));
      notifier.delete('image');
      for (let i = 0; i < 500; i++) {
        notifier.at('array').set(BigInt(i), i / 3);
      }
      for (let i = 0; i < 507; i++) {
        await peer.says('mod');
      }
      peer.tell('dump');
      assert.equal(await peer.says('struct'), encode(notifier.rawView));
      await publisher.stop();
      await peer.says('eof');
    });
  }
});

describe('a Python publisher', { skip }, () => {
  for (const pyon of [2, 1] as const) {
    it(`is followed in version ${pyon}, killed and started again`, async () => {
      const start = (port: number, struct: PyValue) =>
        new Peer(
          'sync_publisher',
          ...['--port', String(port), '--pyon', String(pyon), '--struct', encode(struct)],
        );
      const first = start(0, everything());
      const port = Number(await first.says('port'));
      const states = new States();
      const subscriber = new Subscriber({
        notifierName: 'datasets',
        connect: options => connectTcp({ host: '127.0.0.1', port, ...options }),
        clock: new PlatformClock(),
        statusCb: ({ state }) => states.add(state),
      });
      await subscriber.connect({ deadlineMs: 20_000 });
      assert.equal(subscriber.pyon, pyon);
      assert.ok(pyExact(subscriber.target ?? null, everything()));

      const heard = new Heard(subscriber);
      const commands: { [name: string]: PyValue }[] = [
        { op: 'setitem', path: ['array'], key: 1n, value: 0.25 },
        { op: 'append', path: ['list'], x: everything() },
        { op: 'insert', path: ['list', 1n], i: 0n, x: tuple(null) },
        { op: 'pop', path: ['list'], i: 0n },
        { op: 'delitem', path: [], key: 'image' },
        { op: 'setitem', path: ['dict'], key: tuple(1n, 'x'), value: Number.NaN },
      ];
      for (const command of commands) {
        first.tell(encode(dict(command)));
      }
      await heard.mods(6);
      first.tell('{"op":"dump"}');
      const struct = decode(await first.says('struct'));
      assert.ok(pyExact(subscriber.target ?? null, struct));

      first.kill();
      await states.seen('stale');
      const other = dict({ ...entries(everything()), none: 'changed', new: 1n });
      other.delete('set');
      const second = start(port, other);
      await second.says('port');
      subscriber.retryNow();
      await states.seen('live');
      assert.ok(pyExact(subscriber.target ?? null, other));
      assert.deepEqual(heard.last?.added, ['image', 'new']);
      assert.deepEqual(heard.last?.removed, ['set']);
      assert.deepEqual(heard.last?.changed, ['none', 'list', 'dict', 'array']);

      // A mod that does not apply: one fresh struct, counted.
      second.tell(encode(dict({ op: 'raw', line: '{"action":"pop","path":["nowhere"],"i":0}' })));
      await states.seen('live');
      assert.equal(subscriber.status.outOfStepCount, 1);
      assert.ok(pyExact(subscriber.target ?? null, other));
      await subscriber.close();
    });
  }
});

/** The states of a subscriber, taken in order. */
class States {
  private readonly _states: LinkState[] = [];
  private _wake: () => void = () => {};

  add(state: LinkState): void {
    this._states.push(state);
    this._wake();
  }

  /** Resolves when `state` comes after what was taken before. */
  async seen(state: LinkState): Promise<void> {
    for (;;) {
      const next = this._states.shift();
      if (next === state) {
        return;
      }
      if (next === undefined) {
        await new Promise<void>(resolve => {
          this._wake = resolve;
        });
      }
    }
  }
}

/** What a subscriber was told from now on. */
class Heard {
  private _count = 0;
  private _wake: () => void = () => {};
  last: {
    added: readonly PyValue[];
    changed: readonly PyValue[];
    removed: readonly PyValue[];
  } | null = null;

  constructor(subscriber: Subscriber) {
    subscriber.notifyCbs.push((_mod, difference) => {
      this._count += 1;
      this.last = difference ?? this.last;
      this._wake();
    });
  }

  async mods(count: number): Promise<void> {
    while (this._count < count) {
      await new Promise<void>(resolve => {
        this._wake = resolve;
      });
    }
  }
}

function entries(struct: PyDict): { [key: string]: PyValue } {
  return Object.fromEntries(struct) as { [key: string]: PyValue };
}
