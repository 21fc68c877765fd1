import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  dict,
  isLabwireError,
  NDArray,
  NumpyScalar,
  PyObject,
  type PyValue,
  set,
  tuple,
} from '../../../values/index.js';
import { decode, encode, fromTree, PyonRegistry, type PyonVersion } from '../index.js';

type Said = {
  readonly name: string;
  readonly message: string;
  readonly hint?: string;
  readonly [fact: string]: unknown;
};

/** Everything an error says, hint included. */
function said(act: () => unknown): Said {
  try {
    act();
  } catch (error) {
    if (isLabwireError(error)) {
      const { name, message, hint } = error;
      return { name, message, ...(hint === undefined ? {} : { hint }), ...error.facts() };
    }
    throw error;
  }
  return assert.fail('nothing was thrown');
}

const NOTHING_EVALUATED = 'PYON holds values; nothing is evaluated';
const NAMES =
  'names are null, true, false, inf, nan, slice, Fraction, OrderedDict, nparray, npscalar';

type Row = readonly [
  version: PyonVersion,
  text: string | Uint8Array,
  position: number,
  expected: string,
  found: string,
  hint?: string,
];

describe('a text that breaks the grammar', () => {
  const rows: readonly Row[] = [
    [2, '', 0, 'a value', 'the end of the text'],
    [2, '[1,2', 4, "',' or ']'", 'the end of the text'],
    [2, '[1 2]', 3, "',' or ']'", "'2'"],
    [2, '[1,]', 3, 'a value', "']'"],
    [2, '{"a" 1}', 5, "':'", "'1'"],
    [2, '{"a":1,}', 7, 'a name in double quotes', "'}'"],
    [2, '{a:1}', 1, 'a name in double quotes', "'a'"],
    [2, 'nul', 0, 'a value', "'nul'"],
    [2, '01', 1, 'the end of the text', "'1'"],
    [2, '\ufeff1', 0, 'a value', "'\\u{feff}'"],
    [2, '"abc', 4, "'\"'", 'the end of the text', 'the string begins at position 0'],
    [2, '"a\tb"', 2, 'no control character in a string', 'U+0009', 'write it as \\u0009'],
    [2, '"\\x41"', 1, 'an escape of JSON', "'\\' and 'x41'"],
    [2, '"\\u12g4"', 5, "four hexadecimal digits after '\\u'", "'g4'"],
    [2, '["é😀", 1 2]', 10, "',' or ']'", "'2'"], // UTF-16 units
    [2, new TextEncoder().encode('["é😀", 1 2]'), 13, "',' or ']'", "'2'"], // bytes
    [2, Uint8Array.of(0x22, 0xff, 0x22), 1, 'UTF-8', 'byte 0xff'],
    [2, Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), 2, 'UTF-8', 'byte 0xa0'], // half a pair
    [1, '1+2', 1, 'no operator', "'+'", NOTHING_EVALUATED],
    [1, '[1.5 - 2]', 5, 'no operator', "'-'", NOTHING_EVALUATED],
    [1, '2 * 3', 2, 'the end of the text', "'*'", NOTHING_EVALUATED],
    [1, '-(1)', 0, 'a number behind the sign, no operator', "'-'", NOTHING_EVALUATED],
    [1, '"a".upper()', 3, 'the end of the text', "'.upper'", NOTHING_EVALUATED],
    [1, '[1][0]', 3, 'the end of the text', "'['", NOTHING_EVALUATED],
    [1, 'lambda: 1', 0, 'a value', "'lambda'", NOTHING_EVALUATED],
    [1, "f'{x}'", 0, 'a string without code in it', "'f'", NOTHING_EVALUATED],
    [1, '__import__("os")', 0, 'a value', "'__import__'", NAMES],
    [1, 'nanj', 0, 'a value', "'nanj'", NAMES],
    [1, 'slice', 0, 'arguments behind slice', "'slice'", 'slice itself is no value'],
    [1, '01', 0, 'a number', "'01'", 'octal numbers are written 0o…'],
    [1, '1a', 0, 'a number', "'1a'"],
    [1, '(1]', 2, "',' or ')'", "']'"],
    [1, '{1: 2, 3}', 8, "':'", "'}'"],
    [1, ' \n 1', 3, 'a first line without indentation', "'1'"],
    [1, "'a' b'b'", 4, 'strings of one kind side by side', "'b'"],
    [1, 'a\0b', 1, 'no NUL character', 'U+0000'],
    [1, '“a”', 0, 'a value', "'“'"],
    [
      1,
      "['abc",
      5,
      'the quote at the end of the string',
      'the end of the text',
      'the string begins at position 1',
    ],
    [
      1,
      "'''a",
      4,
      'three quotes at the end of the string',
      'the end of the text',
      'the string begins at position 0',
    ],
    [1, "'\\x4'", 4, '2 hexadecimal digits in an escape', "'''"],
    [
      1,
      "'\\N{NO SUCH SIGN}'",
      1,
      'the name of a character, as in \\N{MICRO SIGN}',
      "'NO SUCH SIGN'",
      'write \\u and its number instead: only common names are known here',
    ],
    [1, Uint8Array.of(0x23, 0xff, 0x0a, 0x31), 1, 'UTF-8', 'byte 0xff'],
  ];
  for (const [version, text, position, expected, found, hint] of rows) {
    it(`v${version} ${typeof text === 'string' ? JSON.stringify(text) : `bytes ${text}`}`, () => {
      assert.deepEqual(
        said(() => decode(text, { version })),
        {
          name: 'ParseError',
          message: `expected ${expected} at position ${position}, found ${found}`,
          ...(hint === undefined ? {} : { hint }),
          position,
          expected,
          found,
        },
      );
    });
  }
});

describe('a text whose values do not make what it names', () => {
  const nparray = (shape: string, dtype: string, data: string) =>
    `[{"__jsonclass__":["nparray",[${shape},${dtype},${data}]]}]`;
  const rows: readonly (readonly [
    text: string,
    message: string,
    expected: string,
    found: string,
  ])[] = [
    [
      '[{"__jsonclass__":["Tuple",[[1]]]}]',
      "'Tuple' is not a class that PYON decodes",
      'a class PYON knows',
      "'Tuple'",
    ],
    ['[{"__jsonclass__":["tuple",[1]]}]', "'int' is not iterable", 'an iterable', 'int'],
    ['[{"__jsonclass__":["set",[[[1]]]]}]', 'a key cannot be a list', 'a hashable value', 'list'],
    ['[{"__jsonclass__":["tuple"]}]', '__jsonclass__ has 1 part', 'a name and arguments', '1 part'],
    [
      '[{"__jsonclass__":["dict",[[[1,2,3]]]]}]',
      'an entry of dict has 3 items',
      'a key and a value',
      '3 items',
    ],
    [
      nparray('[3]', '"<i2"', '"AQACAA=="'),
      'shape (3,) does not hold 2 elements',
      'shape (3,)',
      '2 elements',
    ],
    [
      nparray('[2]', '"<i3"', '"AQACAA=="'),
      "data type '<i3' not understood",
      'a dtype of numpy',
      "'<i3'",
    ],
    [
      nparray('[2]', '"<i4"', '"AQACAAAA"'),
      '6 bytes cannot be a whole number of <i4',
      'a multiple of 4 bytes',
      '6 bytes',
    ],
    [
      nparray('[1]', '"|O"', '"AQACAA=="'),
      'an array of dtype object holds pointers into another process',
      'a dtype with bytes of its own',
      'dtype object',
    ],
    [
      nparray('[2.0]', '"<i2"', '"AQACAA=="'),
      "a length in an array's shape is float",
      'an int',
      'float',
    ],
    [
      nparray('[2]', '"<i2"', '"AQACAA"'),
      'base64 lacks its padding',
      "'=' at the end",
      'the end of the data',
    ],
    [
      nparray('[2]', '"<i2"', '"AQACA"'),
      'base64 of 5 characters has one over',
      'groups of four characters',
      '5 characters',
    ],
    [
      '[{"__jsonclass__":["npscalar",["<i4"]]}]',
      'npscalar cannot be made of 1 argument',
      '2 arguments',
      '1 argument',
    ],
    [
      '[{"__jsonclass__":["complex",["x"]]}]',
      'complex() takes a text such as "1+2j"',
      'a complex number',
      "'x'",
    ],
    [
      '[{"__jsonclass__":["Fraction",[1,0]]}]',
      'a Fraction has denominator 0',
      'a denominator other than 0',
      '0',
    ],
  ];
  for (const [text, message, expected, found] of rows) {
    it(text, () => {
      assert.deepEqual(
        said(() => decode(text)),
        {
          name: 'ParseError',
          message: `${message}, at position 1`,
          position: 1,
          expected,
          found,
        },
      );
    });
  }

  it('version 1 points to the call and to the key', () => {
    assert.equal(
      said(() => decode('[slice(a=1)]', { version: 1 })).message,
      'slice() does not take a=… here, at position 1',
    );
    assert.equal(
      said(() => decode('{1: 2, []: 3}', { version: 1 })).message,
      'a key cannot be a list, at position 7',
    );
  });
});

class Stage extends PyObject {
  override get pyType(): string {
    return 'Stage';
  }
}

describe('a value that has no form', () => {
  const encodeError = (message: string, path: string, hint?: string): Said => ({
    name: 'EncodeError',
    message: path === '' ? message : `${message}, at ${path}`,
    ...(hint === undefined ? {} : { hint }),
    path,
  });
  const stranger = (value: unknown) => value as PyValue;
  const rows: readonly (readonly [name: string, value: PyValue, version: PyonVersion, Said])[] = [
    [
      'an object of a class that nobody registered',
      [1n, dict({ a: tuple(2n, new Stage()) })],
      2,
      encodeError('a Stage has no form in PYON v2', '[1]["a"][1]', 'register its class'),
    ],
    [
      'in a set, under a tuple as key',
      dict([[tuple(1n), set(new Stage())]]),
      2,
      encodeError('a Stage has no form in PYON v2', '[(1,)][0]', 'register its class'),
    ],
    [
      'the key that marks classes',
      [dict({ __jsonclass__: 1n })],
      2,
      encodeError("a dict with the key '__jsonclass__' has no form in PYON v2", '[0]'),
    ],
    [
      'an array of datetimes',
      new NDArray('<M8[ns]', [1]),
      2,
      encodeError(
        'an array of dtype datetime64[ns] has no form in PYON v2',
        '',
        'send its ticks as int64',
      ),
    ],
    [
      'np.bool_ in version 1',
      [NumpyScalar.of('|b1', true)],
      1,
      encodeError('a numpy.bool has no form in PYON v1', '[0]'),
    ],
    [
      'a long double',
      new NumpyScalar('<f16', new Uint8Array(16)),
      2,
      encodeError('a numpy.longdouble has no form in PYON v2', ''),
    ],
    [
      'a plain object',
      stranger({ a: 1 }),
      2,
      encodeError('a JavaScript Object has no form in PYON v2', '', 'make it a dict: dict(…)'),
    ],
    [
      'undefined',
      [stranger(undefined)],
      1,
      encodeError('a JavaScript undefined has no form in PYON v1', '[0]', "Python's None is null"),
    ],
  ];
  for (const [name, value, version, expected] of rows) {
    it(name, () => {
      assert.deepEqual(
        said(() => encode(value, { version })),
        expected,
      );
    });
  }

  it('too large, or endless', () => {
    const endless: PyValue[] = [];
    endless.push(endless);
    for (const version of [1, 2] as const) {
      assert.deepEqual(
        said(() => encode(endless, { version })),
        {
          name: 'LimitError',
          message: 'a value is nested 991 deep, or holds itself, nesting allows 990',
          limit: 'nesting',
          value: 991,
          maximum: 990,
          unit: 'brackets',
        },
      );
      assert.equal(
        said(() => encode(-(10n ** 4300n), { version })).message,
        'an int of 4301 digits, intDigits allows 4300',
      );
    }
  });
});

describe('classes of your own that fail', () => {
  const registry = new PyonRegistry();
  registry.register(Stage, {
    name: 'Stage',
    encode: () => {
      throw new Error('no position yet');
    },
    decode: () => {
      throw new Error('needs a position');
    },
  });

  it('on the way out', () => {
    assert.deepEqual(
      said(() => encode([new Stage()], { registry })),
      {
        name: 'EncodeError',
        message: 'the encoder registered for Stage failed: no position yet, at [0]',
        path: '[0]',
      },
    );
  });

  it('on the way in', () => {
    assert.equal(
      said(() => decode('{"__jsonclass__":["Stage",[]]}', { registry })).message,
      'the decoder registered for Stage failed: needs a position, at position 0',
    );
  });
});

describe('a tree that is none', () => {
  it('says where', () => {
    assert.equal(
      said(() => fromTree({ t: 'list', v: [{ t: 'int', v: 1 }] })).message,
      "expected a string as the tree's v[0].v at position 0, found number",
    );
    assert.equal(
      said(() => fromTree({ t: 'nope' })).message,
      "expected the name of a type as the tree's t at position 0, found 'nope'",
    );
    assert.equal(
      said(() => fromTree(null)).message,
      'expected an object with t as the tree at position 0, found null',
    );
  });
});
