import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  appendItem,
  deleteItem,
  dict,
  getItem,
  insertItem,
  iterate,
  NDArray,
  NumpyScalar,
  PythonError,
  type PyValue,
  popItem,
  pyRepr,
  Slice,
  set,
  setItem,
  slice,
  tuple,
} from '../index.js';

/** The exception's class and message, as Python prints them. */
function raised(job: () => unknown): string {
  try {
    job();
  } catch (error) {
    assert.ok(error instanceof PythonError, String(error));
    return `${error.pythonClass}: ${error.message}`;
  }
  return 'nothing';
}

const BACKWARDS = new Slice(null, null, -1n);

describe('getItem', () => {
  it('reads lists and tuples, negative and sliced', () => {
    assert.equal(getItem([1n, 2n, 3n], -1n), 3n);
    assert.equal(pyRepr(getItem([1n, 2n, 3n], BACKWARDS)), '[3, 2, 1]');
    assert.equal(pyRepr(getItem(tuple(1n, 2n, 3n), slice(1n, null))), '(2, 3)');
    assert.equal(getItem([1n, 2n], NumpyScalar.of('<u2', 1n)), 2n);
    assert.equal(getItem([1n, 2n], true), 2n);
  });

  it('reads texts by character and bytes as ints', () => {
    assert.equal(getItem('a😀b', 1n), '😀');
    assert.equal(getItem('a😀b', BACKWARDS), 'b😀a');
    assert.equal(getItem(Uint8Array.of(7, 9), -1n), 9n);
    assert.deepEqual(
      getItem(Uint8Array.of(7, 8, 9), new Slice(null, null, 2n)),
      Uint8Array.of(7, 9),
    );
    assert.equal(getItem(new NumpyScalar('<U1', Uint8Array.of(97, 0, 0, 0)), 0n), 'a');
  });

  it('reads dicts by Python’s key identity', () => {
    const struct = dict([
      [1n, 'int'],
      [tuple(0n, 1n), 'tuple'],
      [null, 'none'],
    ]);
    assert.equal(getItem(struct, 1), 'int');
    assert.equal(getItem(struct, true), 'int');
    assert.equal(getItem(struct, NumpyScalar.of('<f4', 1)), 'int');
    assert.equal(getItem(struct, tuple(0, true)), 'tuple');
    assert.equal(getItem(struct, null), 'none');
  });

  it('gives a row as a view, an element as a scalar, a list of rows as a copy', () => {
    const array = NDArray.from('>i2', [1n, 2n, 3n, 4n], [2, 2]);
    const row = getItem(array, 1n);
    setItem(row, 0n, 9n);
    assert.equal(pyRepr(array), "array([[1, 2], [9, 4]], dtype='>i2')");
    assert.equal(pyRepr(getItem(row, 0n)), 'np.int16(9)');
    setItem(getItem(array, [0n]), 0n, 7n);
    assert.equal(pyRepr(array), "array([[1, 2], [9, 4]], dtype='>i2')");
  });

  it('takes new axes on a numpy scalar, as numpy does, and nothing else', () => {
    const scalar = NumpyScalar.of('<f8', 1.5);
    assert.equal(pyRepr(getItem(scalar, tuple())), 'np.float64(1.5)');
    assert.equal(pyRepr(getItem(scalar, tuple(null, null))), 'array([[1.5]])');
    assert.equal(pyRepr(getItem(scalar, new NDArray('?', []))), 'array([], dtype=float64)');
    assert.equal(pyRepr(getItem(scalar, tuple(null, true))), 'array([[1.5]])');
    assert.equal(
      raised(() => getItem(scalar, 0n)),
      'IndexError: invalid index to scalar variable.',
    );
  });

  it('reads and sets the field of a record', () => {
    const records = new NDArray('i2,f8', [2]);
    setItem(records, 'f1', [0.5, 1.5]);
    setItem(records, 0n, tuple(7n, 2.5));
    assert.equal(pyRepr(getItem(records, 'f1')), 'array([2.5, 1.5])');
    assert.equal(pyRepr(getItem(records, 'f0')), 'array([7, 0], dtype=int16)');
  });

  it('says what Python says', () => {
    const cases: [PyValue, PyValue, string][] = [
      [[1n], 1n, 'IndexError: list index out of range'],
      [[1n], 1, 'TypeError: list indices must be integers or slices, not float'],
      [[1n], 1n << 70n, "IndexError: cannot fit 'int' into an index-sized integer"],
      [tuple(1n), 'a', 'TypeError: tuple indices must be integers or slices, not str'],
      ['ab', 5n, 'IndexError: string index out of range'],
      ['ab', 1.5, "TypeError: string indices must be integers, not 'float'"],
      [Uint8Array.of(1), 9n, 'IndexError: index out of range'],
      [dict({ a: 1n }), 'b', "KeyError: 'b'"],
      [dict(), [1n], "TypeError: unhashable type: 'list'"],
      [dict(), tuple(1n, [2n]), "TypeError: unhashable type: 'list'"],
      [5n, 0n, "TypeError: 'int' object is not subscriptable"],
      [set(1n), 0n, "TypeError: 'set' object is not subscriptable"],
      [null, 0n, "TypeError: 'NoneType' object is not subscriptable"],
      [
        [1n],
        NDArray.from('<i8', [0n]),
        'TypeError: only integer scalar arrays can be converted to a scalar index',
      ],
    ];
    for (const [value, key, text] of cases) {
      assert.equal(
        raised(() => getItem(value, key)),
        text,
      );
    }
  });
});

describe('setItem and deleteItem', () => {
  it('change the length of a list through a slice, also with more items than a call has room for', () => {
    const list: PyValue[] = [0n, 1n, 2n];
    setItem(list, slice(1n, 2n), new Array<PyValue>(200_000).fill(null));
    assert.equal(list.length, 200_002);
    assert.equal(list.at(-1), 2n);
    deleteItem(list, slice(1n, -1n));
    assert.deepEqual(list, [0n, 2n]);
  });

  it('put a list into itself', () => {
    const list: PyValue[] = [1n, 2n];
    setItem(list, slice(1n, 1n), list);
    assert.deepEqual(list, [1n, 1n, 2n, 2n]);
  });

  it('read a value that overlaps what they write as it was', () => {
    const array = NDArray.from('<i8', [0n, 1n, 2n, 3n]);
    setItem(array, slice(1n, null), getItem(array, slice(null, -1n)));
    assert.equal(pyRepr(array), 'array([0, 0, 1, 2])');
  });

  it('say what Python says', () => {
    assert.equal(
      raised(() => setItem(tuple(1n), 0n, 2n)),
      "AttributeError: 'tuple' object has no attribute '__setitem__'",
    );
    assert.equal(
      raised(() => setItem([1n], slice(0n, 1n), 5n)),
      'TypeError: can only assign an iterable',
    );
    assert.equal(
      raised(() => setItem([1n], BACKWARDS, 5n)),
      'TypeError: must assign iterable to extended slice',
    );
    assert.equal(
      raised(() => deleteItem('abc', 0n)),
      "AttributeError: 'str' object has no attribute '__delitem__'",
    );
    assert.equal(
      raised(() => deleteItem(new NDArray('<f8', [1]), 0n)),
      'ValueError: cannot delete array elements',
    );
  });
});

describe('an index beyond int64', () => {
  const array = NDArray.of(Float64Array.of(1, 2));
  it('has no place in an array, and is none from uint64 on', () => {
    for (const key of [1n << 63n, tuple((1n << 64n) - 1n)]) {
      assert.equal(
        raised(() => getItem(array, key)),
        'OverflowError: Python int too large to convert to C long',
      );
    }
    assert.match(
      raised(() => getItem(array, 1n << 64n)),
      /^IndexError: only integers/,
    );
  });
});

describe('list methods', () => {
  it('clamp an insert and refuse a pop', () => {
    const list: PyValue[] = [];
    insertItem(list, 99n, 'a');
    insertItem(list, -99n, 'b');
    insertItem(list, -1n, 'c');
    appendItem(list, 'd');
    assert.deepEqual(list, ['b', 'c', 'a', 'd']);
    assert.equal(popItem(list, -1n), 'd');
    assert.equal(
      raised(() => popItem(list, 3n)),
      'IndexError: pop index out of range',
    );
    assert.equal(
      raised(() => popItem([], 0n)),
      'IndexError: pop from empty list',
    );
    assert.equal(
      raised(() => popItem(dict({}), [])),
      'KeyError: []',
    );
    assert.equal(
      raised(() => popItem(dict({ a: 1n }), [])),
      "TypeError: unhashable type: 'list'",
    );
    assert.equal(
      raised(() => insertItem(list, 1n << 64n, 0n)),
      'OverflowError: Python int too large to convert to C ssize_t',
    );
  });
});

describe('limits', () => {
  it('bound what a few bytes of a key can name', () => {
    const index = new NDArray('|i1', [5000, 1]);
    const other = new NDArray('|i1', [5000]);
    const array = new NDArray('<f8', [2, 2]);
    const named = { name: 'LimitError', limit: 'MAXIMUM_PLACES', value: 25_000_000 };
    assert.throws(() => getItem(array, tuple(index, other)), named);
    assert.throws(() => setItem(array, tuple(index, other), 1), named);
  });

  it('bound copies of large elements, and what is taken apart', () => {
    const wide = new NDArray('|V1000000', [1]);
    const often = new NDArray('|i1', [5000]);
    assert.throws(() => getItem(wide, often), { name: 'LimitError', limit: 'MAXIMUM_COPY_BYTES' });
    assert.throws(() => setItem([], slice(null), new NDArray('|u1', [2 ** 20 + 1])), {
      name: 'LimitError',
      limit: 'MAXIMUM_ITEMS',
    });
    assert.throws(() => iterate('x'.repeat(2 ** 20 + 1)), { name: 'LimitError' });
  });
});

describe('long things from a peer', () => {
  it('do not make long messages, and no deep stacks', () => {
    const key = 'k'.repeat(1_000_000);
    assert.ok(raised(() => getItem(dict(), key)).length < 400);
    assert.ok(raised(() => setItem(new NDArray('<i4', [1]), 0n, key)).length < 400);
    const array = new NDArray('<f8', [4]);
    const axes = tuple(...new Array<null>(100_000).fill(null));
    assert.match(
      raised(() => getItem(array, axes)),
      /^IndexError: number of dimensions/,
    );
    setItem(array, [new NDArray('<i8', [200_000])], 1.5);
    assert.equal(pyRepr(array), 'array([1.5, 0.0, 0.0, 0.0])');
  });
});
