import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isLabwireError,
  type PyValue,
  parseDtype,
  pyEquals,
  pyExact,
  pyRepr,
} from '../../../values/index.js';
import {
  convertV1ToV2,
  decode,
  encode,
  encodeBytes,
  fileText,
  fromTree,
  type PyonVersion,
  type Tree,
} from '../index.js';
import { comparable, type FileRow, type TextRow, type ValueRow, vectors } from './vectors.js';

/** The bytes between the fields of an aligned record are whatever was in the peer's memory. */
const PADDING = new Set(['array structured aligned']);

const encoder = new TextEncoder();
const VERSIONS: readonly PyonVersion[] = [1, 2];

function assertExact(actual: PyValue, expected: Tree) {
  const wanted = fromTree(expected);
  assert.ok(pyExact(actual, wanted), `${pyRepr(actual)}\n  is not ${pyRepr(wanted)}`);
}

function assertRefused(act: () => unknown) {
  assert.throws(act, (error: unknown) => isLabwireError(error));
}

for (const version of VERSIONS) {
  describe(`PYON v${version}, as SiPyCo writes it`, () => {
    for (const row of vectors<ValueRow>(`sipyco/pyon_v${version}`)) {
      const { name, desc, wire, pretty, back } = row as Required<ValueRow>;
      it(`encodes: ${name}`, { skip: PADDING.has(name) }, () => {
        const value = fromTree(desc);
        const text = encode(value, { version });
        assert.equal(comparable(text, desc), comparable(wire, desc));
        assert.deepEqual(encodeBytes(value, { version }), encoder.encode(text));
        if (pretty !== undefined) {
          const ours = encode(value, { version, pretty: true });
          assert.equal(comparable(ours, desc), comparable(pretty, desc));
        }
      });
      it(`decodes: ${name}`, () => {
        for (const text of [wire, encoder.encode(wire)]) {
          if (row.decode_error !== undefined) {
            assertRefused(() => decode(text, { version }));
          } else {
            assertExact(decode(text, { version }), back ?? desc);
          }
        }
      });
    }
  });

  describe(`PYON v${version}, as others write it`, () => {
    for (const { text, cat, value, reencoded } of vectors<TextRow>(
      `sipyco/pyon_v${version}_lenient`,
    )) {
      const name = JSON.stringify(text).slice(0, 80);
      if (cat === 'operator' || cat === 'code') {
        it(`refuses what needs evaluation: ${name}`, () => {
          assert.throws(
            () => decode(text, { version }),
            (error: unknown) => isLabwireError(error, 'ParseError'),
          );
        });
        continue;
      }
      it(`takes ${name}`, () => {
        const decoded = decode(text, { version });
        assertExact(decoded, value as Tree);
        if (reencoded === undefined) {
          assertRefused(() => encode(decoded, { version }));
        } else {
          const again = encode(decoded, { version });
          assert.equal(comparable(again, value as Tree), comparable(reencoded, value as Tree));
        }
      });
    }

    for (const { text } of vectors<TextRow>(`sipyco/pyon_v${version}_bad`)) {
      it(`refuses ${JSON.stringify(text).slice(0, 80)}`, () => {
        assertRefused(() => decode(text, { version }));
      });
    }

    for (const { name, desc, error, wire } of vectors<ValueRow>(
      `sipyco/pyon_v${version}_unencodable`,
    )) {
      // Rows without a tree are values that only Python can have: a range, a module, a generator.
      if (desc !== undefined) {
        it(`does not encode ${name}`, () => {
          const value = fromTree(desc);
          if (error === undefined) {
            assert.equal(encode(value, { version }), wire);
          } else {
            assertRefused(() => encode(value, { version }));
          }
        });
      }
    }
  });

  describe(`PYON v${version}, as Python itself reads it`, () => {
    for (const { text, value } of vectors<TextRow>(`pyon/v${version}`)) {
      it(`${value === undefined ? 'refuses' : 'takes'} ${JSON.stringify(text)}`, () => {
        if (value === undefined) {
          assertRefused(() => decode(text, { version }));
        } else {
          assertExact(decode(text, { version }), value);
          assertExact(decode(encoder.encode(text), { version }), value);
        }
      });
    }
  });
}

describe('PYON files, as SiPyCo writes and converts them', () => {
  for (const { name, desc, v1_file, v2_file, v1_converted } of vectors<FileRow>(
    'sipyco/pyon_files',
  )) {
    it(name, () => {
      assert.equal(fileText(fromTree(desc), 1), v1_file);
      assert.equal(fileText(fromTree(desc), 2), v2_file);
      assert.equal(convertV1ToV2(v1_file), v1_converted ?? v2_file);
      // Version 1 sorts the keys, so the order is another one; the entries are the same.
      assert.ok(pyEquals(decode(v1_file, { version: 1 }), fromTree(desc)));
    });
  }
});

type DtypeRow = {
  readonly name: string;
  readonly error?: true;
  readonly str: string;
  readonly itemsize: number;
  readonly base?: string;
  readonly shape?: readonly number[];
};

describe('dtype names, as numpy reads them', () => {
  for (const { name, error, str, itemsize, base, shape } of vectors<DtypeRow>('pyon/dtypes')) {
    it(`${error === undefined ? 'takes' : 'refuses'} ${JSON.stringify(name)}`, () => {
      if (error !== undefined) {
        assert.throws(() => parseDtype(name), TypeError);
        return;
      }
      const dtype = parseDtype(name);
      assert.deepEqual([dtype.str, dtype.itemsize], [str, itemsize]);
      assert.deepEqual([dtype.subarray?.base.str, dtype.subarray?.shape], [base, shape]);
    });
  }
});
