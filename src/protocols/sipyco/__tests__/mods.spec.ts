import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type PyDict, pyExact, pyRepr } from '../../../values/index.js';
import { ModError, processMod } from '../mods.js';
import { fromTree, recording, type Tree } from './recordings.js';

type Case = {
  readonly name: string;
  readonly cat: string;
  readonly initial: Tree;
  readonly mods: readonly { readonly mod: Tree; readonly v1?: string; readonly v2?: string }[];
  readonly result: Tree;
  readonly error?: { readonly at: number; readonly class: string; readonly message: string };
};

describe('processMod, as recorded', () => {
  for (const { name, cat, initial, mods, result, error } of recording<Case>('process_mod.jsonl')) {
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
