// The oscillator of vectors/sipyco/sessions/lab_targets.py, described in TypeScript.

import { getItem, OpaqueObject, PyDict, type PyValue, pyRepr, Tuple } from '../../values/index.js';
import { method, PyError, type RpcTarget, rpcTarget } from '../index.js';

/** What PYON cannot write. */
export const OPAQUE = new OpaqueObject('Laser', '<Laser>');

/** A fresh one, with the methods that need no Python to make sense. */
export function oscillator(): RpcTarget {
  const freq = new PyDict([
    [0n, 1e6],
    [1n, 2e6],
  ]);
  return rpcTarget({
    className: 'Oscillator',
    docstring: `A bench oscillator.

      Two channels, 1 kHz to 40 MHz.
    `,
    methods: [
      method(
        'set_freq(self, channel: int, freq: float = 1e6, *, phase=0.0, tags=("a",)) -> float',
        'Set one channel and give the applied frequency.',
        args => {
          freq.set(args.get('channel'), args.float('freq'));
          return args.float('freq');
        },
      ),
      method('get_freq(self, channel)', null, args => getItem(freq, args.get('channel'))),
      method(
        'sweep(self, start, stop, *points: int, unit="Hz", **extra)',
        `Sweep.

            indented line
        last line µ
        `,
        args =>
          new Tuple([
            args.get('start'),
            args.get('stop'),
            new Tuple(args.varargs),
            args.get('unit'),
            args.varkw,
          ]),
      ),
      method('echo(self, x)', null, args => args.get('x')),
      method('nothing(self)', '', () => {}),
      method('only_kw(self, *, a, b: str = "x", c=None)', 'Keyword-only arguments.', args => [
        args.get('a'),
        args.get('b'),
        args.get('c'),
      ]),
      method(
        'defaults(self, a, b=None, c=[1, 2], d={"k": 1.5}, e=-0.0, f=b"\\x00", g=inf)',
        null,
        args => args.get('a'),
      ),
      method('add(a, b=(1, 2))', 'Static.', args => sum(args.get('a'), args.get('b'))),
      method('make(cls, name="o")', 'Class method.', args => `Oscillator${args.str('name')}`),
      method('opaque(self)', null, () => OPAQUE),
      method('frozen(self)', null, () => [1n, OPAQUE]),
      method('fail(self, kind)', 'Raise something.', args => fail(args.get('kind'))),
      method('_secret(self)', null, () => 'seen'),
      method('ping(self)', null, () => true),
    ],
  });
}

function sum(a: PyValue, b: PyValue): PyValue {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    return a + b;
  }
  if (typeof a === 'string' && typeof b === 'string') {
    return a + b;
  }
  if (a instanceof Tuple && b instanceof Tuple) {
    return new Tuple([...a.items, ...b.items]);
  }
  throw new PyError('TypeError', `unsupported operand: ${pyRepr(a)}, ${pyRepr(b)}`);
}

export const FAILURES: { readonly [kind: string]: readonly [name: string, message?: string] } = {
  value: ['ValueError', 'frequency out of range: 50 MHz > 40 MHz'],
  empty: ['ValueError'],
  key: ['KeyError', "'ch7'"],
  zero: ['ZeroDivisionError', 'division by zero'],
  unicode: ['RuntimeError', 'dérive µ 😀'],
  surrogate: ['RuntimeError', 'bad \udc80 char'],
  multi: ['ValueError', 'line one\nline two\n'],
  custom: ['lab_targets.LabFault', 'laser unlocked'],
  custommulti: ['lab_targets.LabFault', 'first\nsecond'],
  customempty: ['lab_targets.LabFault'],
  stop: ['StopIteration', '4'],
  kbd: ['KeyboardInterrupt'],
  exit: ['SystemExit', '4'],
  cancel: ['CancelledError', 'c'],
};

function fail(kind: PyValue): PyDict | null {
  const failure = FAILURES[String(kind)];
  if (failure !== undefined) {
    throw new PyError(...failure);
  }
  if (kind === 'bug') {
    (null as unknown as { voltage: number }).voltage = 3;
  }
  if (kind === 'thrown text') {
    throw 'no error at all';
  }
  return null;
}
