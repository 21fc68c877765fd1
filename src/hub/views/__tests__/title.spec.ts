import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  complex,
  Fraction,
  NDArray,
  NO_ALARM,
  NumpyScalar,
  PythonError,
  type PyValue,
  tuple,
} from '../../../values/index.js';
import type { SourceEvent } from '../../sources/source.js';
import { Title } from '../title.js';
import { formatValue, parseTemplate } from '../titleformat.js';

function reading(value: PyValue): SourceEvent {
  return {
    type: 'reading',
    reading: { value, type: '', timeNs: 0n, alarm: NO_ALARM, display: {}, persist: null },
    range: null,
  };
}

function format(value: PyValue, spec: string): string {
  return formatValue(value, { name: 'x', conversion: '', spec });
}

describe('formatValue', () => {
  // What CPython 3.11 answers to format(value, spec).
  const cases: readonly (readonly [value: PyValue, spec: string, text: string])[] = [
    [1.786e-6, '.3e', '1.786e-06'],
    [1.786e-6, '', '1.786e-06'],
    [0.5, '.0f', '0'],
    [1.5, '.0f', '2'],
    [2.5, '.0f', '2'],
    [-2.5, '.0f', '-2'],
    [0.125, '.2f', '0.12'],
    [0.375, '.2f', '0.38'],
    [9.995, '.2f', '9.99'],
    [99999.95, '.3g', '1e+05'],
    [0.9999999, 'g', '1'],
    [1, '#.3g', '1.00'],
    [1, '.1', '1e+00'],
    [123456.789, '.3', '1.23e+05'],
    [1, '.3', '1.0'],
    [1e22, 'f', '10000000000000000000000.000000'],
    [5e-324, '.3e', '4.941e-324'],
    [-0, '.1f', '-0.0'],
    [Number.NaN, '05', '00nan'],
    [Number.NEGATIVE_INFINITY, 'F', '-INF'],
    [0.256, '.1%', '25.6%'],
    [-1234567.891, ',.2f', '-1,234,567.89'],
    [1234.5, '015,.2f', '0,000,001,234.50'],
    [3.14, '*^12.1f', '****3.1*****'],
    [3.14, '=+10.2f', '+     3.14'],
    [7n, '05d', '00007'],
    [-255n, '#x', '-0xff'],
    [255n, '_b', '1111_1111'],
    [1234n, '08,', '0,001,234'],
    [2n ** 70n, ',', '1,180,591,620,717,411,303,424'],
    [65n, 'c', 'A'],
    [65n, '4c', '   A'],
    [1e-7, '.17g', '9.9999999999999995e-08'],
    [1e22, '#', '1.e+22'],
    [-0.04, 'z.1f', '0.0'],
    [-0.06, 'z.1f', '-0.1'],
    [-1e-9, '+z.0%', '+0%'],
    [3n, '.2e', '3.00e+00'],
    [true, '', 'True'],
    [true, 'd', '1'],
    ['abc', '', 'abc'],
    ['abc', '>5.2', '   ab'],
    ['a', '05', 'a0000'],
    ['é😀z', '^6', ' é😀z  '],
    [null, '', 'None'],
    [tuple(1n, 2.5), '', '(1, 2.5)'],
    [NumpyScalar.of('<f4', 0.1), '.3f', '0.100'],
    [NumpyScalar.of('<i4', 7), '03d', '007'],
  ];
  for (const [value, spec, text] of cases) {
    it(`writes ${JSON.stringify(spec)} as Python does: ${text}`, () => {
      assert.equal(format(value, spec), text);
    });
  }

  it('converts with repr first where the field says so', () => {
    assert.equal(formatValue('a', { name: 'x', conversion: 'r', spec: '>5' }), "  'a'");
    const str = (value: PyValue, spec = '') =>
      formatValue(value, { name: 'x', conversion: 's', spec });
    assert.equal(str(2n, '3'), '2  ');
    assert.equal(str(NumpyScalar.of('<f4', 0.1)), '0.1');
    assert.equal(str(NumpyScalar.of('|b1', true), '>6'), '  True');
    assert.equal(str(new Fraction(1n, 3n)), '1/3');
    assert.equal(str('a'), 'a');
  });

  for (const [value, spec, message] of [
    [1.5, 'd', "Unknown format code 'd' for object of type 'float'"],
    ['a', 'd', "Unknown format code 'd' for object of type 'str'"],
    [1n, '.2d', 'Precision not allowed in integer format specifier'],
    [1n, ',x', "Cannot specify ',' with 'x'."],
    ['a', '=5', "'=' alignment not allowed in string format specifier"],
    ['a', '0=5', "'=' alignment not allowed in string format specifier"],
    [1.5, '{w}', "Invalid format specifier '{w}'"],
    [1.5, '.999999f', "a width or precision of at most 200 is written here, not '.999999f'"],
    [null, '.3e', 'NoneType takes no format, not even ".3e"'],
    [complex(1, 2), '.1f', 'this type takes no format, not even ".1f"'],
    [NDArray.of(Float64Array.of(1, 2)), '.1f', 'this type takes no format, not even ".1f"'],
    [-1n, 'c', '%c arg not in range(0x110000)'],
    [65n, '#c', "Alternate form (#) not allowed with integer format specifier 'c'"],
    [65n, ',c', "Cannot specify ',' with 'c'."],
    [10n ** 400n, 'f', 'int too large to convert to float'],
    [1n, 'zd', 'Negative zero coercion (z) not allowed in integer format specifier'],
    ['a', 'z', 'Negative zero coercion (z) not allowed in string format specifier'],
  ] as const) {
    it(`refuses ${JSON.stringify(spec)}: ${message}`, () => {
      assert.throws(
        () => format(value, spec),
        (error: unknown) => error instanceof PythonError && error.message === message,
      );
    });
  }
});

describe('parseTemplate', () => {
  it('finds literal text, doubled braces and fields', () => {
    assert.deepEqual(parseTemplate('{{a}} {b/c:.3e} {d!r:>5}'), [
      '{',
      'a',
      '}',
      ' ',
      { name: 'b/c', conversion: '', spec: '.3e' },
      ' ',
      { name: 'd', conversion: 'r', spec: '>5' },
    ]);
  });

  for (const [template, message] of [
    ['50 } done', 'at 4: a partner of this brace, or }} for the character is expected, not }'],
    ['{a', 'at 1: a partner of this brace, or {{ for the character is expected, not {'],
    ['{}', 'at 2: the name of a dataset is expected, not {}'],
    ['{a!x}', 'at 1: the conversion r or s is expected, not !x'],
    ['{a!}', 'at 1: the conversion r or s is expected, not !'],
  ] as const) {
    it(`refuses ${template}`, () => {
      assert.throws(() => parseTemplate(template), { name: 'ParseError', message });
    });
  }
});

describe('Title', () => {
  it('puts values in as they come, and an ellipsis where there is none', () => {
    const title = new Title('Rabi {rabi/pi_time:.3e} s, {n}', ['rabi/pi_time', 'n']);
    assert.equal(title.text, 'Rabi … s, …');
    assert.equal(title.take('rabi/pi_time', reading(1.786e-6)), true);
    assert.equal(title.take('n', reading(5n)), true);
    assert.equal(title.text, 'Rabi 1.786e-06 s, 5');
    assert.equal(title.take('n', reading(5n)), false, 'the same text is no news');
    assert.equal(title.take('n', { type: 'gone' }), true);
    assert.equal(title.text, 'Rabi 1.786e-06 s, …');
  });

  it('says in its place what cannot be written, and recovers', () => {
    const title = new Title('n = {n:d}', ['n']);
    title.take('n', reading(1.5));
    assert.equal(title.text, "n = {n:d} (Unknown format code 'd' for object of type 'float')");
    title.take('n', reading(2n));
    assert.equal(title.text, 'n = 2');
    assert.equal(
      new Title('{n} }', ['n']).text,
      '{n} } (at 5: a partner of this brace, or }} for the character is expected, not })',
    );
    assert.equal(new Title('{m}', ['n']).text, '{m} (no source is called "m")');
    assert.equal(
      new Title('{__proto__}', ['n']).text,
      '{__proto__} (no source is called "__proto__")',
    );
  });

  it('stays one line long, whatever the instrument says', () => {
    const title = new Title('{a}{b}', ['a', 'b']);
    title.take('a', reading('x'.repeat(1_000_000)));
    title.take('b', reading(Array.from({ length: 100_000 }, () => 1n)));
    assert.equal(title.text.length, 300);
  });
});
