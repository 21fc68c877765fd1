import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  dict,
  type PyDict,
  type PyValue,
  pyExact,
  pyRepr,
  toFault,
  tuple,
} from '../../../values/index.js';
import { decode } from '../../pyon/index.js';
import { encodeLine, type Mod, ModError, processMod } from '../index.js';
import { fromTree, recording, type Tree } from './recordings.js';

type Case = {
  readonly name: string;
  readonly cat: string;
  readonly initial: Tree;
  readonly mods: readonly { readonly mod: Tree; readonly v1?: string; readonly v2?: string }[];
  readonly result: Tree;
  readonly error?: { readonly at: number; readonly class: string; readonly message: string };
};

const CASES = recording<Case>('process_mod.jsonl');

describe('processMod, as recorded', () => {
  for (const { name, cat, initial, mods, result, error } of CASES) {
    it(`${cat}: ${name}`, () => {
      const target = fromTree(initial);
      const failed = applyAll(
        target,
        mods.map(({ mod }) => fromTree(mod) as PyDict),
      );
      const expected = fromTree(result);
      assert.ok(pyExact(target, expected), `${pyRepr(target)}\n  is not ${pyRepr(expected)}`);
      assert.equal(failed?.at, error?.at);
      assert.equal(failed?.error.pythonClass, error?.class);
    });
  }
});

describe('processMod, from the text of each version', () => {
  for (const version of ['v1', 'v2'] as const) {
    for (const { name, cat, initial, mods, result, error } of CASES) {
      const texts = mods.map(mod => mod[version]).filter(text => text !== undefined);
      if (texts.length < mods.length) {
        continue; // a value of this mod has no form in this version
      }
      it(`${version}, ${cat}: ${name}`, () => {
        const target = fromTree(initial);
        const decoded = texts.map(text => decode(text, { version: VERSIONS[version] }) as PyDict);
        const failed = applyAll(target, decoded);
        assert.ok(pyExact(target, fromTree(result)), pyRepr(target));
        assert.equal(failed?.error.pythonClass, error?.class);
      });
    }
  }
});

describe('mods, written as recorded', () => {
  for (const version of ['v1', 'v2'] as const) {
    it(version, () => {
      for (const { name, mods } of CASES) {
        for (const mod of mods) {
          if (mod[version] !== undefined) {
            const line = Buffer.from(encodeLine(fromTree(mod.mod), VERSIONS[version])).toString();
            assert.equal(line, `${mod[version]}\n`, name);
          }
        }
      }
    });
  }
});

const VERSIONS = { v1: 1, v2: 2 } as const;

describe('ModError', () => {
  const failing = (struct: PyValue, mod: Mod | PyDict) => {
    try {
      processMod(struct, mod);
    } catch (error) {
      assert.ok(error instanceof ModError);
      return error;
    }
    return assert.fail('it applied');
  };

  it('says what was to be done, where, and what was there', () => {
    const struct = dict({ scan: tuple(false, [1n, 2n]) });
    const error = failing(struct, { action: 'setitem', path: ['scan', 1n], key: 9n, value: 0n });
    assert.equal(
      error.message,
      'setitem does not apply at ["scan"][1]: list assignment index out of range',
    );
    assert.deepEqual(toFault(error), {
      name: 'RemoteProtocolError',
      message: error.message,
      hint: 'The copy is out of step with the publisher; subscribe again to get a fresh one.',
      protocol: 'sipyco',
      facts: {
        offset: 0,
        expected: 'a place where setitem applies',
        received: 'a list of 2',
        action: 'setitem',
        path: '["scan"][1]',
        pythonClass: 'IndexError',
      },
    });
  });

  it('says how far a path leads', () => {
    const error = failing(dict({ a: [1n] }), { action: 'pop', path: ['a', 3n, 'b'], i: 0n });
    assert.equal(error.received, 'a list of 1 at ["a"]');
    assert.equal(error.message, 'pop does not apply at ["a"][3]["b"]: list index out of range');
  });

  it('looks for the method before the fields, as Python does', () => {
    const error = failing(dict({ a: 5n }), dict({ action: 'append', path: ['a'] }));
    assert.equal(error.pythonClass, 'AttributeError');
    assert.match(error.message, /'int' object has no attribute 'append'/);
    const missing = failing(dict({ a: [] }), dict({ action: 'append', path: ['a'] }));
    assert.equal(missing.pythonClass, 'KeyError');
  });

  it('refuses an init, which has nothing to apply to', () => {
    const error = failing([], { action: 'init', struct: 5n });
    assert.equal(error.message, "init does not apply to the struct: <ModAction.init: 'init'>");
  });
});

function applyAll(target: Parameters<typeof processMod>[0], mods: readonly PyDict[]) {
  for (const [at, mod] of mods.entries()) {
    try {
      processMod(target, mod);
    } catch (error) {
      assert.ok(error instanceof ModError, String(error instanceof Error ? error.stack : error));
      return { at, error };
    }
  }
  return undefined;
}
