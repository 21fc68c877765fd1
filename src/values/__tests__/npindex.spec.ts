import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NDArray, PythonError, type PyValue, pyExact, pyRepr } from '../index.js';
import { getArrayItem, setArrayItem } from '../npassign.js';
import { Slice, type Tuple } from '../python.js';
import { fromTree, type Tree } from './valuetree.js';

const SEED = Number(process.env.LABWIRE_SEED ?? 20261121);
const COUNT = 6000;
const ROOT = new URL('../../../', import.meta.url);
const PYTHON = fileURLToPath(new URL('.venv/bin/python', ROOT));
const PEER = fileURLToPath(new URL('tests/peers/numpy_index.py', ROOT));

type Case = {
  readonly array: Tree;
  readonly path: Tree;
  readonly key: Tree;
  readonly value?: Tree;
  readonly got?: Tree;
  readonly shared?: boolean;
  readonly result?: Tree;
  readonly error?: string;
  readonly message?: string;
};

describe('indexing, beside numpy', () => {
  const reason = missing();
  it(`answers ${COUNT} random keys as numpy does (seed ${SEED})`, { skip: reason ?? false }, () => {
    const run = spawnSync(PYTHON, [PEER, String(SEED), String(COUNT)], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    assert.equal(run.status, 0, run.stderr);
    const faults = run.stdout
      .split('\n')
      .filter(line => line !== '')
      .map(line => check(JSON.parse(line) as Case))
      .filter(fault => fault !== null);
    assert.equal(faults.length, 0, `${faults.length} differ:\n${faults.slice(0, 20).join('\n')}`);
  });
});

/** Why numpy cannot be asked, or null. */
function missing(): string | null {
  if (!existsSync(PYTHON)) {
    return 'skipped: no .venv here';
  }
  return spawnSync(PYTHON, ['-c', 'import numpy']).status === 0
    ? null
    : 'skipped: .venv has no numpy';
}

/** What differs from numpy, in words; null where nothing does. */
function check(line: Case): string | null {
  const array = fromTree(line.array) as NDArray;
  const path = fromTree(line.path) as Tuple;
  const key = fromTree(line.key);
  const view = path.length === 0 ? array : (getArrayItem(array, path) as NDArray);
  const value = line.value === undefined ? undefined : fromTree(line.value);
  const title = `${pyRepr(array)}[${pyRepr(path)}][${pyRepr(key)}]${value === undefined ? '' : ` = ${pyRepr(value)}`}`;
  let error: PythonError | null = null;
  let got: PyValue = null;
  try {
    if (value === undefined) {
      got = getArrayItem(view, key);
    } else {
      setArrayItem(view, key, value);
    }
  } catch (thrown) {
    if (!(thrown instanceof PythonError)) {
      return `${title}\n    threw ${thrown instanceof Error ? thrown.stack : thrown}`;
    }
    error = thrown;
  }
  const isTexts = value instanceof NDArray && 'SUVM'.includes(value.dtype.kind);
  if (isTexts && error !== null && line.error !== undefined) {
    return null; // which text numpy stops at, and what it wrote before, is its buffers' business
  }
  if (!isSameFault(error?.pythonClass, line.error)) {
    return `${title}\n    error ${error?.pythonClass}: ${error?.message}, numpy ${line.error}: ${line.message}`;
  }
  if (line.result !== undefined) {
    const result = fromTree(line.result);
    return pyExact(array, result)
      ? null
      : `${title}\n    left ${pyRepr(array)}, numpy ${pyRepr(result)}`;
  }
  if (line.got === undefined) {
    return null;
  }
  const expected = fromTree(line.got);
  const shared = got instanceof NDArray && got.size > 0 && got.bytes.buffer === array.bytes.buffer;
  return pyExact(got, expected) && shared === line.shared
    ? null
    : `${title}\n    gave ${pyRepr(got)} (shared: ${shared}), numpy ${pyRepr(expected)} (${line.shared})`;
}

// Where both the key and the value are wrong, numpy's fast paths decide which of them it names. And a
// UnicodeEncodeError is a ValueError.
function isSameFault(ours: string | undefined, numpys: string | undefined): boolean {
  if (ours === numpys) {
    return true;
  }
  const faults = [ours, numpys].map(name => name?.replace(/^Unicode.*/, 'ValueError'));
  return !faults.includes(undefined) && (faults[0] === faults[1] || faults.includes('IndexError'));
}

describe('slices', () => {
  it('clamp what lies far outside', () => {
    const array = NDArray.from('<i8', [0n, 1n, 2n, 3n]);
    const far = 1n << 70n;
    const cut = (...members: [PyValue, PyValue, PyValue]) =>
      pyRepr(getArrayItem(array, new Slice(...members)));
    assert.equal(cut(far, null, null), 'array([], dtype=int64)');
    assert.equal(cut(null, far, null), 'array([0, 1, 2, 3])');
    assert.equal(cut(null, null, far), 'array([0])');
    assert.equal(cut(null, null, -far), 'array([3])');
  });
});
