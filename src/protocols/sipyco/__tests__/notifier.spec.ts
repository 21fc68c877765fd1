import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  dict,
  isLabwireError,
  NDArray,
  PyDict,
  PythonError,
  type PyValue,
  pyExact,
  pyRepr,
  Slice,
} from '../../../values/index.js';
import { encodeLine, Notifier, PyonLineDecoder, processMod, updateFromDict } from '../index.js';
import { fromTree, recording, type Tree } from './recordings.js';

type Op = {
  readonly op: string;
  readonly path: readonly Tree[];
  readonly key?: Tree;
  readonly value?: Tree;
  readonly x?: Tree;
  readonly i?: Tree;
  readonly source?: Tree;
  readonly returned?: Tree;
  readonly error?: { readonly class: string; readonly message: string };
  readonly lines: readonly string[];
};

type Case = {
  readonly name: string;
  readonly cat: string;
  readonly initial: Tree;
  readonly ops: readonly Op[];
  readonly raw_view: Tree;
};

/** What Python offers on a Notifier and ours does not: these read, and `rawView` reads better. */
const PYTHON_ONLY = new Set(['len', 'in', 'iter', 'read', 'iadd']);

describe('Notifier, as recorded', () => {
  for (const { name, cat, initial, ops, raw_view } of recording<Case>('notifier.jsonl')) {
    it(`${cat}: ${name}`, () => {
      const notifier = new Notifier(fromTree(initial));
      let lines: string[] = [];
      notifier.publish = (_, line) => lines.push(Buffer.from(line).toString());
      let refused = false;
      for (const op of ops) {
        if (PYTHON_ONLY.has(op.op)) {
          continue;
        }
        lines = [];
        const { returned, error } = run(notifier, op);
        if (isLabwireError(error, 'EncodeError')) {
          // Python changes the struct and then finds that it cannot say so. Ours is as it was.
          assert.equal(op.error?.class, 'TypeError');
          refused = true;
          continue;
        }
        if (refused && error instanceof PythonError && op.error === undefined) {
          continue; // Python takes away what it should not have taken in
        }
        assert.equal(error?.pythonClass, op.error?.class, op.error?.message);
        assert.deepEqual(
          lines,
          op.lines.map(line => `${line}\n`),
        );
        if (op.returned !== undefined && op.returned.t !== 'other') {
          assert.ok(pyExact(returned ?? null, fromTree(op.returned)), pyRepr(returned ?? null));
        }
      }
      if (!refused) {
        const expected = fromTree(raw_view);
        assert.ok(pyExact(notifier.rawView, expected), pyRepr(notifier.rawView));
      }
    });
  }
});

type Result = { readonly returned?: PyValue; readonly error?: PythonError };

function run(root: Notifier, op: Op): Result {
  const value = (tree: Tree | undefined) => fromTree(tree as Tree);
  try {
    const part = root.at(...op.path.map(fromTree));
    switch (op.op) {
      case 'setitem':
        part.set(value(op.key), value(op.value));
        return {};
      case 'delitem':
        part.delete(value(op.key));
        return {};
      case 'append':
        part.append(value(op.x));
        return {};
      case 'insert':
        part.insert(value(op.i), value(op.x));
        return {};
      case 'pop':
        return { returned: part.pop() };
      case 'pop_i':
        return { returned: part.pop(value(op.i)) };
      case 'update_from_dict':
        updateFromDict(part, value(op.source) as PyDict);
        return {};
      default:
        throw new Error(`a recording of ${op.op}`);
    }
  } catch (error) {
    if (error instanceof PythonError || isLabwireError(error, 'EncodeError')) {
      return { error: error as PythonError };
    }
    throw error;
  }
}

describe('Notifier', () => {
  it('refuses what cannot be sent before the struct changes', () => {
    const notifier = new Notifier(dict({ k: 1n, l: [1n] }));
    const before = pyRepr(notifier.rawView);
    const lines: string[] = [];
    notifier.publish = (_, line) => lines.push(Buffer.from(line).toString());
    const bad = new NDArray('<M8[s]', [2]);
    assert.throws(() => notifier.set('k', bad), isEncodeError);
    assert.throws(() => notifier.at('l').append(bad), isEncodeError);
    assert.throws(() => notifier.at('l').insert(0n, [bad]), isEncodeError);
    assert.throws(() => notifier.set('__jsonclass__', 1n), isEncodeError);
    assert.equal(pyRepr(notifier.rawView), before);
    assert.deepEqual(lines, []);
    assert.equal(
      Buffer.from(notifier.initLine()).toString(),
      '{"action":"init","struct":{"k":1,"l":[1]}}\n',
    );
  });

  it('looks at the items of a slice, which may be what the value is not', () => {
    const notifier = new Notifier([1n, 2n], { pyon: 1 });
    const mask = NDArray.from('|b1', [true, false]); // version 1 has arrays of bool, and no np.bool
    assert.throws(() => notifier.set(new Slice(null, null, null), mask), isEncodeError);
    assert.equal(pyRepr(notifier.rawView), '[1, 2]');
  });

  it('finds a wrong key where it is written', () => {
    const notifier = new Notifier(dict({ a: [1n] }));
    assert.throws(() => notifier.at('b'), { name: 'PythonError', pythonClass: 'KeyError' });
    assert.throws(() => notifier.at('a', 7n), { name: 'PythonError', pythonClass: 'IndexError' });
  });

  it('follows a part that was replaced', () => {
    const notifier = new Notifier(dict({ a: [1n] }));
    const part = notifier.at('a');
    notifier.set('a', [2n]);
    part.append(3n);
    assert.equal(pyRepr(notifier.rawView), "{'a': [2, 3]}");
  });
});

function isEncodeError(error: unknown): boolean {
  return isLabwireError(error, 'EncodeError');
}

// A publisher and a subscriber that begins somewhere in the middle: afterwards both have the same.
describe('mods applied to a copy give the publisher’s struct', () => {
  for (const pyon of [1, 2] as const) {
    it(`2000 random changes, version ${pyon}`, () => {
      const random = seeded(20261121 + pyon);
      const notifier = new Notifier(
        dict({ t: [0.5], d: new PyDict(), a: new NDArray('<f8', [3, 4]) }),
        { pyon },
      );
      const decoder = new PyonLineDecoder();
      const decode = (line: Uint8Array) => decoder.decode(line.subarray(0, -1)) as PyDict;
      let copy: PyValue;
      notifier.publish = (_, line) => {
        if (copy !== undefined) {
          processMod(copy, decode(line));
        }
      };
      for (let step = 0; step < 2000; step += 1) {
        if (step % 250 === 100) {
          copy = decode(notifier.initLine()).get('struct')!;
        }
        try {
          change(notifier, random);
        } catch (error) {
          assert.ok(error instanceof PythonError, String(error));
        }
        if (step > 100) {
          assert.ok(
            pyExact(copy!, notifier.rawView),
            `step ${step}: ${pyRepr(copy!)}\n${pyRepr(notifier.rawView)}`,
          );
        }
      }
    });
  }
});

type Random = (below: number) => number;

function change(notifier: Notifier, random: Random): void {
  const int = () => BigInt(random(9) - 3);
  const value = (): PyValue =>
    [
      null,
      true,
      int(),
      random(100) / 8,
      'µ',
      new Uint8Array([random(256)]),
      [int()],
      dict({ k: int() }),
    ][random(8)]!;
  const cut = () =>
    new Slice(
      random(3) === 0 ? null : int(),
      random(3) === 0 ? null : int(),
      [null, 1n, 2n, -1n][random(4)]!,
    );
  const list = notifier.at('t');
  const array = notifier.at('a');
  switch (random(11)) {
    case 0:
      list.append(value());
      return;
    case 1:
      list.insert(int(), value());
      return;
    case 2:
      list.pop(int());
      return;
    case 3:
      list.set(cut(), [value(), value()].slice(0, random(3)));
      return;
    case 4:
      list.delete(cut());
      return;
    case 5:
      notifier.at('d').set([int(), 'x', null, 1.5][random(4)]!, value());
      return;
    case 6:
      notifier.at('d').delete([int(), 'x'][random(2)]!);
      return;
    case 7:
      array.set(cut(), random(100) / 8);
      return;
    case 8:
      array.at(int()).set(int(), int());
      return;
    case 9:
      array.at(cut()).set(cut(), [1n, 2n, 3n, int()]);
      return;
    default:
      list.set(int(), value());
  }
}

/** Small, seeded, good enough: a linear congruential generator's upper bits. */
function seeded(seed: number): Random {
  let state = seed >>> 0;
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('lines', () => {
  it('stay as they are while others follow, short and long', () => {
    const notifier = new Notifier(dict({}));
    const kept: Uint8Array[] = [];
    notifier.publish = (_, line) => kept.push(line);
    const values = Array.from({ length: 2000 }, (_, i) => 'x'.repeat((i * 37) % 700));
    for (const value of values) {
      notifier.set('k', value);
    }
    for (const [i, value] of values.entries()) {
      const line = `{"action":"setitem","path":[],"key":"k","value":"${value}"}\n`;
      assert.equal(Buffer.from(kept[i]!).toString(), line);
    }
  });

  it('end with one newline and hold none', () => {
    const line = Buffer.from(encodeLine('a\nb', 2)).toString();
    assert.equal(line, '"a\\nb"\n');
  });
});
