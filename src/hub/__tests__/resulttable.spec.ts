// A result as a table: which values are one, and what its cells say.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  Complex,
  NDArray,
  NumpyScalar,
  PyDict,
  type PyValue,
  parseDtype,
  structDtype,
  Tuple,
} from '../../values/index.js';
import type { CellWindow } from '../remoteapi.js';
import { argumentsOf } from '../remoteliteral.js';
import { cellsOf, tableShapeOf } from '../resulttable.js';

const ALL: CellWindow = { firstRow: 0, rowCount: 1000, firstColumn: 0, columnCount: 1000 };

function read(literal: string): PyValue {
  return argumentsOf({ args: [literal], kwargs: [] }).args[0] ?? null;
}

function column(array: NDArray): readonly string[] {
  return cellsOf(array, ALL).flat();
}

function times(dtype: string, ...ticks: bigint[]): NDArray {
  return new NDArray(dtype, [ticks.length], new Uint8Array(new BigInt64Array(ticks).buffer));
}

describe('tableShapeOf', () => {
  it('finds rows and columns in arrays, lists of rows, and records', () => {
    const shape = (rowCount: number, columnCount: number, columns: unknown) => ({
      rowCount,
      columnCount,
      columns,
    });
    const record = structDtype([
      { name: 'x', dtype: parseDtype('<f4') },
      { name: '__proto__', dtype: parseDtype('<i8') },
    ]);
    for (const [value, expected] of [
      [NDArray.of(new Float64Array(5)), shape(5, 1, 'single')],
      [NDArray.of(new Float64Array(6), [2, 3]), shape(2, 3, 'numbered')],
      [new NDArray(record, [4]), shape(4, 2, ['x', '__proto__'])],
      [new NDArray(record, [2, 2]), shape(2, 2, 'numbered')],
      [read('[1, 2.5, "a", None]'), shape(4, 1, 'single')],
      [read('[(1, 2), [3, 4]]'), shape(2, 2, 'numbered')],
      [read('((1, [2]), (3, {}), (5, 6))'), shape(3, 2, 'numbered')],
      [[NDArray.of(new Uint8Array(3)), [1n, 2n, 3n]], shape(2, 3, 'numbered')],
      [read("[{'a': 1, 2: 3}, {2: 4, 'a': 5}]"), shape(2, 2, ['a', '2'])],
    ] as const) {
      assert.deepEqual(tableShapeOf(value as PyValue), expected);
    }
  });

  it('takes nothing for a table that is none', () => {
    for (const value of [
      ...['1', '"text"', 'None', '{}', '{1, 2}', '[]', '[[], []]', '[[1], [2, 3]]', '[[1], 2]'],
      ...['[1, [2]]', "[{'a': 1}, {'b': 2}]", "[{'a': 1}, {'a': 1, 'b': 2}]", "[{'a': 1}, 2]"],
    ].map(read)) {
      assert.equal(tableShapeOf(value), null);
    }
    for (const shape of [[], [0], [0, 3], [3, 0], [2, 2, 2]]) {
      assert.equal(tableShapeOf(new NDArray('<f8', shape)), null);
    }
  });
});

describe('cellsOf', () => {
  it('writes every digit that tells a value from its neighbours', () => {
    for (const [array, texts] of [
      [
        NDArray.from('<i8', [2n ** 53n + 1n, -(2n ** 63n)]),
        ['9007199254740993', '-9223372036854775808'],
      ],
      [NDArray.from('>u8', [2n ** 64n - 1n]), ['18446744073709551615']],
      [NDArray.from('<f8', [0.1, 1, -0, 1e-7]), ['0.1', '1.0', '-0.0', '1e-07']],
      [NDArray.from('<f8', [NaN, Infinity, -Infinity]), ['nan', 'inf', '-inf']],
      [NDArray.from('<f4', [0.1, 16777216, 1 / 3]), ['0.1', '1.6777216e+07', '0.33333334']],
      [NDArray.from('<f2', [0.1, 65504]), ['0.1', '6.55e+04']],
      [new NDArray('<f16', [1]), ['0.0']],
      [new NDArray('<c32', [1]), ['0j']],
      [NDArray.from('>f4', [0.1]), ['0.1']],
      [NDArray.from('<c16', [new Complex(1, -2), new Complex(0, 0.1)]), ['1-2j', '0.1j']],
      [NDArray.from('<c8', [new Complex(0.1, 0.2)]), ['0.1+0.2j']],
      [NDArray.from('|b1', [true, false]), ['True', 'False']],
      [NDArray.from('<U4', ["a'b", 'é\n']), ['"a\'b"', "'é\\n'"]],
      [NDArray.from('|S3', [Uint8Array.of(97, 0, 255)]), ["b'a\\x00\\xff'"]],
      [
        times('<M8[ns]', 1_700_000_000_000_000_001n, -(2n ** 63n)),
        ['2023-11-14T22:13:20.000000001', 'NaT'],
      ],
      [times('<m8[us]', -5n, -(2n ** 63n)), ['-5 us', 'NaT']],
    ] as const) {
      assert.deepEqual(column(array), texts, array.dtype.name);
    }
  });

  it('writes fields by their own type, and items of lists as Python does', () => {
    const record = structDtype([
      { name: 'x', dtype: parseDtype('<f4') },
      { name: 'n', dtype: parseDtype('<i4') },
    ]);
    const records = new NDArray(record, [1], Uint8Array.of(205, 204, 204, 61, 7, 0, 0, 0));
    assert.deepEqual(cellsOf(records, ALL), [['0.1', '7']]);
    assert.deepEqual(cellsOf(read("[{'a': 1.0, 'b': 'x'}, {'b': (2,), 'a': None}]"), ALL), [
      ['1.0', "'x'"],
      ['None', '(2,)'],
    ]);
    const rows = [new Tuple([1n, NumpyScalar.of('<f4', 0.1)]), NDArray.from('<f4', [0.1, 2])];
    assert.deepEqual(cellsOf(rows, ALL), [
      ['1', 'np.float32(0.1)'],
      ['0.1', '2.0'],
    ]);
  });

  it('gives the window that is asked for, of a view of an array too', () => {
    const whole = NDArray.of(
      Int32Array.from({ length: 12 }, (_, i) => i),
      [3, 4],
    );
    const turned = new NDArray('<i4', [4, 3], whole.bytes, 0, [4, 16]);
    const window = { firstRow: 1, rowCount: 2, firstColumn: 1, columnCount: 9 };
    assert.deepEqual(cellsOf(whole, window), [
      ['5', '6', '7'],
      ['9', '10', '11'],
    ]);
    assert.deepEqual(cellsOf(turned, window), [
      ['5', '9'],
      ['6', '10'],
    ]);
    for (const firstRow of [3, 1e9, NaN]) {
      assert.deepEqual(cellsOf(whole, { ...window, firstRow }), []);
    }
    assert.deepEqual(cellsOf(whole, { ...window, firstRow: -5, rowCount: 1, columnCount: 1 }), [
      ['1'],
    ]);
  });

  it('gives no more than a screen shows, however much is asked for', () => {
    const wide = NDArray.of(new Uint8Array(4_000_000), [1000, 4000]);
    const cells = cellsOf(wide, { ...ALL, columnCount: 4000 });
    assert.deepEqual([cells.length, cells[0]?.length], [2, 4000]);
    const long = cellsOf([new Tuple(['x'.repeat(1000), 1n])], ALL);
    assert.equal(long[0]?.[0]?.length, 200);
    const one = cellsOf([['x'.repeat(1000)]], ALL);
    assert.equal(one[0]?.[0]?.length, 1002);
  });

  it('refuses what is no table', () => {
    assert.throws(() => cellsOf(new PyDict(), ALL), {
      name: 'RangeError',
      message: 'a value of type dict[0] is no table',
    });
  });
});
