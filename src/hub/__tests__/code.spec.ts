// A call as a program: Python reads it back to the same values, TypeScript parses.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { decode, py } from '../../protocols/pyon/index.js';
import {
  Complex,
  Fraction,
  NDArray,
  NumpyScalar,
  OrderedDict,
  PyDict,
  PySet,
  type PyValue,
  parseAddress,
  pyExact,
  Slice,
  Tuple,
} from '../../values/index.js';
import type { ProgramCall } from '../code.js';
import { pythonProgram } from '../codepython.js';
import { typescriptProgram } from '../codetypescript.js';

const PYTHON = fileURLToPath(new URL('../../../.venv/bin/python', import.meta.url));

function call(more: Partial<ProgramCall> = {}): ProgramCall {
  return {
    address: parseAddress('sipyco+rpc://lab:3251/schedule'),
    method: 'submit',
    args: [],
    kwargs: new PyDict(),
    ...more,
  };
}

const HOSTILE = [
  "'; import os; os.system('x') #",
  `\`\${process.exit()}\``,
  `\\\`\\\${1}`,
  '"""',
  "\\'",
  '\n\r\0\u2028\u2029',
  '😀 é',
  '\ud800',
  '</script>',
  '{0}%s',
  '\\',
];

const VALUES: readonly PyValue[] = [
  null,
  true,
  0n,
  -(2n ** 70n),
  1,
  -0,
  1e300,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  ...HOSTILE,
  Uint8Array.of(0, 96, 36, 123, 255, 39, 92),
  [],
  [1n, [2n, [3n]]],
  new Tuple([]),
  new Tuple([1n]),
  new PyDict([
    [new Tuple([1n, 'a']), 1],
    ['__proto__', null],
  ]),
  new PySet([1n, 'x']),
  new Slice(1n, null, 2n),
  new Complex(1, -2),
  new Complex(Number.NaN, Number.POSITIVE_INFINITY),
  new Fraction(1n, 3n),
  new OrderedDict([['b', 1n]]),
  NumpyScalar.of('<f4', 1.5),
  NumpyScalar.of('<f8', Number.NaN),
  NumpyScalar.of('<i8', 7n),
  NDArray.of(new Float64Array([1, Number.NaN, Number.NEGATIVE_INFINITY])),
  NDArray.of(Uint16Array.of(1, 2, 3, 4, 5, 6), [2, 3]),
  NDArray.of(new Int32Array(0)),
  NDArray.of(new Float32Array(3000).fill(0.5), [3, 1000]),
];

describe('a call as Python', () => {
  it('is a program for the sipyco package', () => {
    const kwargs = new PyDict([['priority', 1n]]);
    assert.equal(
      pythonProgram(call({ args: ['main'], kwargs })),
      [
        'from sipyco.pc_rpc import Client',
        '',
        "remote = Client('lab', 3251, 'schedule')",
        'try:',
        "    result = remote.submit('main', priority=1)",
        '    print(result)',
        'finally:',
        '    remote.close_rpc()',
        '',
      ].join('\n'),
    );
  });

  it('names the certificates that it needs where the address has a TLS profile', () => {
    const address = parseAddress('sipyco+rpc://lab:3251?tls=lab.1');
    assert.match(
      pythonProgram(call({ address })),
      /import Client\nfrom sipyco\.tools import SimpleSSLConfig\n\n# .* profile lab\.1: .*\nssl_config = SimpleSSLConfig\('cert\.pem', 'key\.pem', 'peer\.pem'\)\nremote = Client\('lab', 3251, ssl_config=ssl_config\)\n/,
    );
  });

  it('imports what its values need', () => {
    const args = [new Fraction(1n, 2n), NDArray.of(Uint8Array.of(1)), new OrderedDict()];
    const program = pythonProgram(call({ args }));
    assert.match(
      program,
      /^from collections import OrderedDict\nfrom fractions import Fraction\n\nimport numpy as np\nfrom sipyco/,
    );
  });

  it('reaches methods that are no names, or that the client has itself', () => {
    const statement = (method: string) =>
      /result = (.*)/.exec(pythonProgram(call({ method })))?.[1];
    assert.equal(statement('get_freq'), 'remote.get_freq()');
    assert.equal(statement('import'), "getattr(remote, 'import')()");
    assert.equal(statement("x'); y("), `getattr(remote, "x'); y(")()`);
    assert.equal(statement('close_rpc'), "remote.__getattr__('close_rpc')()");
    assert.equal(statement('__init__'), "remote.__getattr__('__init__')()");
  });

  it('gives keywords that are no names in a dict', () => {
    const kwargs = new PyDict([
      ['a b', 1n],
      ['phase', 2n],
      ['class', 3n],
      ['__proto__', 4n],
      ['__debug__', 5n],
    ]);
    const program = pythonProgram(call({ kwargs }));
    assert.match(
      program,
      /submit\(phase=2, __proto__=4, \*\*\{'a b': 1, 'class': 3, '__debug__': 5\}\)/,
    );
  });

  it('says where the demo lab is outside of the page, and takes the only target there is', () => {
    const demo = pythonProgram(call({ address: parseAddress('demo+sipyco+rpc:///siggen') }));
    assert.match(demo, /^# The demo lab .*labwire demolab/);
    assert.match(demo, /Client\('127\.0\.0\.1', 3251, 'siggen'\)/);
    const only = pythonProgram(call({ address: parseAddress('sipyco+rpc://[::1]:3251') }));
    assert.match(only, /Client\('::1', 3251\)/);
  });

  it('makes the same values again', { skip: !existsSync(PYTHON) && 'no .venv here' }, () => {
    // A client that takes note, in the place of SiPyCo's: what arrives is compared through pickle-free
    // reprs, and arrays by type, shape and bytes.
    const programs = [
      ...VALUES.map(value => pythonProgram(call({ args: [value] }))),
      ...HOSTILE.map(method => pythonProgram(call({ method }))),
      ...HOSTILE.map(name => pythonProgram(call({ kwargs: new PyDict([[name, 1n]]) }))),
      pythonProgram(call({ method: 'close_rpc', args: [1n] })),
    ];
    const script = `
import ast, json, sys, types
seen = []
class Client:
    def __init__(self, *where): pass
    def __getattr__(self, name): return lambda *args, **kwargs: seen.append((name, args, kwargs))
    def close_rpc(self): pass
pc_rpc = types.ModuleType("sipyco.pc_rpc"); pc_rpc.Client = Client
sys.modules["sipyco"] = types.ModuleType("sipyco"); sys.modules["sipyco.pc_rpc"] = pc_rpc
def shown(value):
    import numpy as np
    if isinstance(value, (np.ndarray, np.generic)):
        return [value.dtype.str, list(value.shape), value.tobytes().hex()]
    return ascii(value)
for program in json.load(sys.stdin):
    ast.parse(program)
    exec(program, {"print": lambda *_: None})
print(json.dumps([[name, [shown(a) for a in args], {k: shown(v) for k, v in kwargs.items()}]
                  for name, args, kwargs in seen]))
`;
    const seen = JSON.parse(
      execFileSync(PYTHON, ['-c', script], { input: JSON.stringify(programs), encoding: 'utf8' }),
    ) as [string, (string | [string, number[], string])[], { [name: string]: string }][];
    assert.equal(seen.length, programs.length);
    VALUES.forEach((value, i) => {
      const got = seen[i]![1][0]!;
      if (value instanceof NDArray || value instanceof NumpyScalar) {
        const bytes = value instanceof NDArray ? value.toBytes() : value.bytes;
        const shape = value instanceof NDArray ? [...value.shape] : [];
        assert.deepEqual(got, [value.dtype.str, shape, Buffer.from(bytes).toString('hex')]);
      } else if (typeof got === 'string' && !/nan|inf|slice|Fraction|Ordered/.test(got)) {
        assert.ok(pyExact(decode(got, { version: 1 }), value), got);
      }
    });
    HOSTILE.forEach((text, i) => {
      assert.equal(seen[VALUES.length + i]![0], text);
      const kwargs = seen[VALUES.length + HOSTILE.length + i]![2];
      assert.deepEqual(Object.keys(kwargs), [text]);
    });
    assert.deepEqual(seen.at(-1)?.slice(0, 2), ['close_rpc', ['1']]);
  });
});

describe('a call as TypeScript', () => {
  it('is a program for this library', () => {
    const kwargs = new PyDict([['priority', 1n]]);
    const program = typescriptProgram(call({ args: ['main'], kwargs }));
    assert.match(program, /^import \{ connectTcp, NodeClock \} from 'labwire\/node';\n/);
    assert.match(program, /\n {2}target: 'schedule',\n/);
    assert.match(program, /client\.call\('submit', \[py`"main"`\], \{ priority: py`1` \}\);/);
    assert.doesNotMatch(typescriptProgram(call()), /\bpy\b/);
  });

  it('names the certificates that it needs where the address has a TLS profile', () => {
    const address = parseAddress('sipyco+rpc://lab:3251?tls=lab.1');
    const program = typescriptProgram(call({ address }));
    assert.match(program, /^import \{ connectTcp, NodeClock, SimpleSSLConfig \} from/);
    assert.match(
      program,
      /\n\/\/ .* profile lab\.1: .*\nconst ssl = new SimpleSSLConfig\('cert\.pem', 'key\.pem', 'peer\.pem'\);\n/,
    );
    assert.match(program, /connectTcp\(\{ host: 'lab', port: 3251, ssl, \.\.\.options \}\)/);
  });

  it('parses, whatever is called with whatever, and its literals are the values', () => {
    const literals = VALUES.filter(hasLiteral).map(value => ({
      value,
      made: call({ args: [value] }),
    }));
    const others = HOSTILE.flatMap(text => [
      call({ method: text }),
      call({ kwargs: new PyDict([[text, text]]) }),
      call({ address: { ...parseAddress('sipyco+rpc://lab:1/x'), host: text, path: text } }),
    ]);
    for (const { value, made } of [...literals, ...others.map(made => ({ value: null, made }))]) {
      const program = typescriptProgram(made);
      const file = ts.createSourceFile('call.ts', program, ts.ScriptTarget.ES2022, true);
      const { parseDiagnostics } = file as unknown as { parseDiagnostics: readonly unknown[] };
      assert.deepEqual(parseDiagnostics, [], program);
      const templates = templatesOf(file);
      if (made.args.length > 0) {
        assert.equal(templates.length, 1, program);
        const raw = templates[0]!;
        const strings = Object.assign([raw], { raw: [raw] }) as unknown as TemplateStringsArray;
        assert.ok(pyExact(py(strings), value), raw);
      }
    }
  });

  it('is refused for a value that no literal gives', () => {
    const args = [decode('[1e999j]', { version: 1 })];
    assert.throws(() => typescriptProgram(call({ args })), { name: 'EncodeError' });
  });

  it('gives keywords no meaning of JavaScript’s own', () => {
    const kwargs = new PyDict([
      ['__proto__', 1n],
      ['a b', 2n],
    ]);
    assert.match(
      typescriptProgram(call({ kwargs })),
      /call\('submit', \[\], \{ \['__proto__'\]: py`1`, \['a b'\]: py`2` \}\)/,
    );
  });
});

/** No literal gives a complex number with parts that are not finite. */
function hasLiteral(value: PyValue): boolean {
  return !(value instanceof Complex) || Number.isFinite(value.re + value.im);
}

/** Raw texts of all `py` templates; none of them has a part that is evaluated. */
function templatesOf(file: ts.SourceFile): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node)) {
      assert.ok(ts.isNoSubstitutionTemplateLiteral(node.template));
      texts.push(node.template.getText(file).slice(1, -1));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return texts;
}
