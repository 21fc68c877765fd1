import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { py } from '../../protocols/pyon/index.js';
import { parseSignature } from '../../protocols/sipyco/index.js';
import {
  dict,
  NDArray,
  NumpyScalar,
  PyDict,
  PythonError,
  type PyValue,
} from '../../values/index.js';
import { bind } from '../rpcbind.js';

function bound(signature: string, args: PyValue[] = [], kwargs: { [name: string]: PyValue } = {}) {
  const { name, argspec } = parseSignature(signature);
  return bind(`T.${name}`, argspec, args, dict(kwargs));
}

const SET = 'set_freq(self, channel: int, freq: float = 1e6, *, phase=0.0) -> float';
const ALL = 'sweep(self, start, stop=2, *points, unit="Hz", **extra)';

describe('bind', () => {
  it('puts positional and keyword arguments and defaults where they belong', () => {
    const args = bound(SET, [1n], { phase: 0.5 });
    assert.equal(args.int('channel'), 1n);
    assert.equal(args.float('freq'), 1e6);
    assert.equal(args.get('phase'), 0.5);
    assert.equal(bound(SET, [], { freq: 3n, channel: 0n }).float('freq'), 3);
  });

  it('gives what is left to *args and **kwargs', () => {
    const args = bound(ALL, [1n, 3n, 4n, 5n], { unit: 'kHz', note: 'n' });
    assert.deepEqual(args.varargs, [4n, 5n]);
    assert.equal(args.get('unit'), 'kHz');
    assert.deepEqual([...args.varkw], [['note', 'n']]);
    assert.deepEqual(bound(ALL, [1n]).varargs, []);
    assert.equal(bound(ALL, [1n]).varkw.size, 0);
  });

  it('binds without self where the signature has none', () => {
    const args = bound('add(a, b=(1, 2))', [1n]);
    assert.equal(args.get('a'), 1n);
    assert.deepEqual(args.get('b'), py`(1, 2)`);
  });

  it('takes None for a value', () => {
    assert.ok(bound('f(self, x)', [null]).isNone('x'));
    assert.ok(bound('f(self, x=None)').isNone('x'));
    assert.ok(bound('f(self, *, x=None)').isNone('x'));
  });

  // What CPython 3.11 says, asked for each of these calls.
  for (const [signature, args, kwargs, message] of [
    ['f(self, x)', [], {}, "T.f() missing 1 required positional argument: 'x'"],
    ['f(self, a, b)', [], {}, "T.f() missing 2 required positional arguments: 'a' and 'b'"],
    [
      'f(self, a, b, c)',
      [],
      {},
      "T.f() missing 3 required positional arguments: 'a', 'b', and 'c'",
    ],
    ['f(self, a, b=1)', [], { b: 2n }, "T.f() missing 1 required positional argument: 'a'"],
    ['f(self, *, a)', [], {}, "T.f() missing 1 required keyword-only argument: 'a'"],
    ['f(self, *, a, b)', [], {}, "T.f() missing 2 required keyword-only arguments: 'a' and 'b'"],
    ['f(self)', [1n], {}, 'T.f() takes 1 positional argument but 2 were given'],
    ['f(self, x)', [1n, 2n], {}, 'T.f() takes 2 positional arguments but 3 were given'],
    ['f(self, x=1)', [1n, 2n], {}, 'T.f() takes from 1 to 2 positional arguments but 3 were given'],
    ['f()', [1n], {}, 'T.f() takes 0 positional arguments but 1 was given'],
    ['f(self, *, a=1)', [1n], {}, 'T.f() takes 1 positional argument but 2 were given'],
    [
      'f(self, *, a=1)',
      [1n],
      { a: 2n },
      'T.f() takes 1 positional argument but 2 positional arguments (and 1 keyword-only argument) were given',
    ],
    [
      'f(*, a=1, b=1)',
      [1n],
      { a: 2n, b: 3n },
      'T.f() takes 0 positional arguments but 1 positional argument (and 2 keyword-only arguments) were given',
    ],
    ['f(self, x)', [1n], { y: 2n }, "T.f() got an unexpected keyword argument 'y'"],
    ['f(self, x)', [1n], { x: 2n }, "T.f() got multiple values for argument 'x'"],
    ['f(self, x)', [1n], { self: 2n }, "T.f() got multiple values for argument 'self'"],
    // An unexpected keyword is found before a surplus argument, and that before a missing one.
    ['f(self, x)', [1n, 2n], { y: 2n }, "T.f() got an unexpected keyword argument 'y'"],
    ['f(self, x, *, k)', [1n, 2n], {}, 'T.f() takes 2 positional arguments but 3 were given'],
    ['f(self, x, *, k)', [], {}, "T.f() missing 1 required positional argument: 'x'"],
    [
      'f(self, x)',
      [1n],
      { constructor: 2n },
      "T.f() got an unexpected keyword argument 'constructor'",
    ],
    ['f(self, x)', [], { __proto__x: 2n }, "T.f() got an unexpected keyword argument '__proto__x'"],
  ] as const) {
    it(`refuses ${signature} called with ${args.length} and {${Object.keys(kwargs)}} as Python does`, () => {
      assert.throws(
        () => bound(signature, [...args], kwargs),
        new PythonError('TypeError', message),
      );
    });
  }

  it('keeps keywords named as JavaScript names things', () => {
    const args = bind(
      'f',
      parseSignature('f(**kwargs)').argspec,
      [],
      new PyDict([
        ['__proto__', 1n],
        ['constructor', 2n],
      ]),
    );
    assert.equal(args.varkw.get('__proto__'), 1n);
    assert.equal(args.varkw.get('constructor'), 2n);
    assert.throws(() => args.get('constructor'), RangeError);
  });
});

describe('BoundArguments', () => {
  const args = bound('f(self, b, i, x, s, n, half, zero)', [
    true,
    3n,
    0.5,
    'text',
    null,
    NumpyScalar.of('<f2', 0.5),
    NDArray.of(Float64Array.of(7), []),
  ]);

  it('takes for an int what Python does', () => {
    assert.equal(args.int('i'), 3n);
    assert.equal(args.int('b'), 1n);
    for (const [name, type] of [
      ['x', 'float'],
      ['s', 'str'],
      ['n', 'NoneType'],
    ] as const) {
      assert.throws(
        () => args.int(name),
        new PythonError(
          'TypeError',
          `argument '${name}': '${type}' object cannot be interpreted as an integer`,
        ),
      );
    }
  });

  it('takes for a float what Python does', () => {
    assert.equal(args.float('x'), 0.5);
    assert.equal(args.float('i'), 3);
    assert.equal(args.float('b'), 1);
    assert.equal(args.float('half'), 0.5);
    assert.equal(args.float('zero'), 7);
    assert.throws(
      () => args.float('s'),
      new PythonError('TypeError', "argument 's': must be real number, not str"),
    );
    assert.throws(
      () => bound('f(self, x)', [10n ** 400n]).float('x'),
      new PythonError('OverflowError', 'int too large to convert to float'),
    );
  });

  it('takes no truth but True and False', () => {
    assert.equal(args.bool('b'), true);
    assert.throws(
      () => args.bool('i'),
      new PythonError('TypeError', "argument 'i': must be bool, not int"),
    );
  });

  it('names what there is when asked for what there is not', () => {
    assert.throws(() => bound('f(self, a, b)', [1n, 2n]).get('c'), {
      name: 'RangeError',
      message: 'there is no parameter c; there are: a, b',
    });
  });
});
