// The instruments of vectors/sipyco/sessions/lab_targets.py, as far as the rpctool captures call them.

import {
  method,
  RpcServer,
  type RpcServerOptions,
  type RpcTarget,
  rpcTarget,
} from '../../servers/index.js';
import { listenTcp } from '../../transports/node/index.js';
import {
  NDArray,
  PyDict,
  PythonError,
  type PyValue,
  RemoteError,
  tuple,
} from '../../values/index.js';

const PROCESSED = [
  '  File "sipyco/pc_rpc.py", line 633, in _process_and_pyonize\n',
  '  File "sipyco/pc_rpc.py", line 618, in _process_action\n',
];

/** An exception with the frames that Python's server has. */
function raised(remoteClass: string, remoteMessage: string, where: string): RemoteError {
  const remoteTraceback = [...PROCESSED, `  File "lab_targets.py", ${where}\n`];
  return new RemoteError(remoteMessage, { remoteClass, remoteMessage, remoteTraceback });
}

function failure(kind: PyValue): RemoteError {
  switch (kind) {
    case 'custom':
      return raised(
        'GenericRemoteException',
        'lab_targets.LabFault: laser unlocked',
        `line 114, in fail\n    if kind == "custom": raise LabFault("laser unlocked")\n${' '.repeat(25)}${'^'.repeat(32)}`,
      );
    case 'multi':
      return raised(
        'ValueError',
        'line one\nline two\n',
        `line 113, in fail\n    if kind == "multi": raise ValueError("line one\\nline two\\n")\n${' '.repeat(24)}${'^'.repeat(40)}`,
      );
    default:
      return raised('ValueError', 'frequency out of range: 50 MHz > 40 MHz', 'line 105, in fail');
  }
}

function oscillator(): RpcTarget {
  const freq = new PyDict([
    [0n, 1e6],
    [1n, 2e6],
  ]);
  const unused = () => null;
  return rpcTarget({
    className: 'Oscillator',
    docstring: 'A bench oscillator.\n\n    Two channels, 1 kHz to 40 MHz.\n    ',
    methods: [
      method('add(a, b=(1, 2))', 'Static.', unused),
      method('agen(self)', null, unused),
      method('deeper(self)', null, unused),
      method(
        "defaults(self, a, b=None, c=[1, 2], d={'k': 1.5}, e=-0.0, f=b'\\x00', g=inf)",
        null,
        args => args.get('a'),
      ),
      method('echo(self, x)', null, args => args.get('x')),
      method('fail(self, kind)', 'Raise something.', args => {
        throw failure(args.get('kind'));
      }),
      method('frozen(self)', null, unused),
      method('gen(self)', null, unused),
      method('get_freq(self, channel)', null, args => {
        const value = freq.get(args.get('channel'));
        if (value === undefined) {
          const where = `line 36, in get_freq\n    return self.freq[channel]\n${' '.repeat(11)}~~~~~~~~~^^^^^^^^^`;
          throw raised('KeyError', String(args.get('channel')), where);
        }
        return value;
      }),
      method('later(self, x, delay=0.01)', 'Coroutine.', args => args.get('x')),
      method("make(cls, name='o')", 'Class method.', unused),
      method('mean(self, arr)', null, unused),
      method('nothing(self)', '', unused),
      method("only_kw(self, *, a, b: str = 'x', c=None)", 'Keyword-only arguments.', args => [
        args.get('a'),
        args.get('b'),
        args.get('c'),
      ]),
      method('opaque(self)', null, unused),
      method('ping(self)', null, () => true),
      method(
        "set_freq(self, channel: int, freq: float = 1e6, *, phase=0.0, tags=('a',)) -> float",
        'Set one channel and give the applied frequency.',
        args => {
          freq.set(args.get('channel'), args.float('freq'));
          return args.float('freq');
        },
      ),
      method(
        'status(self)',
        null,
        () =>
          new PyDict([
            ['locked', true],
            ['temps', [21.5, 22]],
            [3n, tuple('ok', null)],
          ]),
      ),
      method(
        "sweep(self, start, stop, *points, unit='Hz', **extra)",
        'Sweep.\n\n            indented line\n        last line \u00b5\n        ',
        args =>
          tuple(
            args.get('start'),
            args.get('stop'),
            tuple(...args.varargs),
            args.get('unit'),
            args.varkw,
          ),
      ),
      method("trace(self, n, dtype='<f8')", 'A ramp of n points.', args => {
        const count = Number(args.int('n'));
        if (args.get('dtype') !== '<f8') {
          throw new PythonError('TypeError', 'only <f8 here');
        }
        return NDArray.of(Float64Array.from({ length: count }, (_, i) => i));
      }),
    ],
  });
}

function shutter(): RpcTarget {
  return rpcTarget({
    className: 'Shutter',
    methods: [
      method('open(self, on=True)', null, args => args.get('on')),
      method('close(self)', null, () => false),
    ],
  });
}

/** What the captures' first lines call `targets`. */
const SERVERS: { readonly [targets: string]: () => RpcServerOptions } = {
  one: () => ({ targets: { osc: oscillator() }, description: 'bench oscillator' }),
  three: () => ({ targets: { shutter: shutter(), osc: oscillator(), Zeta_2: shutter() } }),
  empty: () => ({ targets: {}, description: '' }),
  term: () => ({ targets: { osc: oscillator() }, builtinTerminate: true }),
};

/** Serve on a port of this computer. */
export async function serveLab(targets: string): Promise<{ server: RpcServer; port: number }> {
  const server = new RpcServer(SERVERS[targets]!());
  const listener = await listenTcp();
  server.start(listener);
  return { server, port: listener.port };
}
