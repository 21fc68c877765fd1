import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { isLabwireError, OrderedDict, PyDict, type PyValue, tuple } from '../../values/index.js';
import { fromTree, treeText } from '../tree.js';

const ROOT = new URL('../../../vectors/sipyco/', import.meta.url);

describe('the tree form', () => {
  for (const file of ['pyon_v2.jsonl', 'pyon_v1.jsonl']) {
    it(`reads and writes every value of ${file}`, () => {
      let count = 0;
      for (const line of lines(file)) {
        const { name, desc, back } = JSON.parse(line);
        for (const tree of [desc, back]) {
          // Objects and subclasses have no value of their own here.
          if (tree !== undefined && !/"t":"(sub|other)"/.test(JSON.stringify(tree))) {
            const again = JSON.parse(treeText(fromTree(asPython(tree)), false));
            assert.deepEqual(comparable(again), comparable(tree), name);
            count += 1;
          }
        }
      }
      assert.ok(count > 450, `${count} values`);
    });
  }

  it('is ASCII, and spells out lone surrogates', () => {
    assert.equal(treeText('µ🔬', false), '{"t":"str","v":"\\u00b5\\ud83d\\udd2c"}');
    assert.equal(treeText('a\ud800', false), '{"t":"str","v":"a\\ud800","cp":["61","d800"]}');
  });

  it('says where a tree is wrong', () => {
    const wrong: [PyValue, string][] = [
      [1n, 'tree form, at the root: expected an object with a member "t", found 1'],
      [new PyDict(), 'tree form, at the root: expected a member "t", found none'],
      [node('unknown'), 'tree form, at t: expected a type of the tree form, found "unknown"'],
      [
        node('list', ['v', [node('int', ['v', '0x1'])]]),
        'tree form, at v[0].v: expected decimal digits, found "0x1"',
      ],
      [
        node('float', ['bits', '3ff']),
        'tree form, at bits: expected sixteen hex digits, or "nan", found "3ff"',
      ],
      [node('bytes', ['b', 'QQ']), 'tree form, at b: expected base64 with padding, found "QQ"'],
      [
        node('ndarray', ['dtype', '<f8'], ['shape', [2n]], ['b', '']),
        'tree form, at b: expected 16 bytes, found 0 bytes',
      ],
      [
        node('ndarray', ['dtype', 'float7'], ['shape', []], ['b', '']),
        'tree form, at dtype: expected numpy\'s name of a dtype, found "float7"',
      ],
      [
        node('dict', ['v', [[node('list', ['v', []]), node('none')]]]),
        "tree form, at the root: expected hashable keys, found unhashable type: 'list'",
      ],
      [
        node('fraction', ['n', '1'], ['d', '0']),
        'tree form, at d: expected a denominator, found 0',
      ],
    ];
    for (const [tree, message] of wrong) {
      assert.throws(
        () => fromTree(tree),
        (error: unknown) => isLabwireError(error, 'ParseError') && error.message === message,
        message,
      );
    }
  });

  it('keeps a tuple, a dict and its order', () => {
    const value = new OrderedDict([
      [tuple(2n), 1],
      [1n, -0],
    ]);
    assert.equal(
      treeText(value, false),
      '{"t":"odict","v":[[{"t":"tuple","v":[{"t":"int","v":"2"}]},{"t":"float","bits":"3ff0000000000000"}],' +
        '[{"t":"int","v":"1"},{"t":"float","bits":"8000000000000000"}]]}',
    );
  });
});

function lines(file: string): string[] {
  return readFileSync(new URL(file, ROOT), 'utf8').trimEnd().split('\n');
}

function node(type: string, ...members: [string, PyValue][]): PyDict {
  return new PyDict([['t', type], ...members]);
}

/** JSON as PYON v2 would decode it. */
function asPython(json: unknown): PyValue {
  if (Array.isArray(json)) {
    return json.map(asPython);
  }
  if (typeof json === 'object' && json !== null) {
    return new PyDict(Object.entries(json).map(([key, value]) => [key, asPython(value)]));
  }
  return typeof json === 'number' ? BigInt(json) : (json as PyValue);
}

/** Without what is for the eye, or means nothing. */
function comparable(tree: unknown): unknown {
  if (Array.isArray(tree)) {
    return tree.map(comparable);
  }
  if (typeof tree !== 'object' || tree === null) {
    return tree;
  }
  const { s: _, ...members } = tree as { [name: string]: unknown };
  const all = Object.entries(members).map(([name, value]) => [name, comparable(value)]);
  const copy = Object.fromEntries(all);
  if (copy.t === 'set') {
    copy.v = copy.v.map((member: unknown) => JSON.stringify(member)).sort();
  }
  if (copy.cp !== undefined) {
    // Two surrogates in a row are one character here.
    copy.v = copy.cp.map((point: string) => String.fromCodePoint(Number.parseInt(point, 16)));
    copy.v = copy.v.join('');
    delete copy.cp;
  }
  return copy;
}
