import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  dict,
  PyDict,
  type PyValue,
  pyRepr,
  Tuple,
  UnsupportedError,
} from '../../../values/index.js';
import { encode, py } from '../../pyon/index.js';
import {
  BUILTIN_TERMINATE,
  formatArgspec,
  type MethodList,
  methodListOf,
  methodListToValue,
  parseSignature,
} from '../index.js';
import { recording } from './recordings.js';
import { rpcConversations, valueIn } from './rpcrecordings.js';

/** The method lists that recorded servers gave, with the text of each. */
function methodLists(): { name: string; text: string; pyon: 1 | 2; value: PyValue }[] {
  return rpcConversations('pc_rpc_method_list').flatMap(({ name, steps, pyon }) =>
    steps.flatMap(({ dir, bytes }) => {
      const text = Buffer.from(bytes).toString().trimEnd();
      const isList = dir === 's2c' && text.includes('docstring');
      const reply = isList ? (valueIn(bytes, pyon) as PyDict) : undefined;
      return reply === undefined ? [] : [{ name, text, pyon, value: reply.get('ret')! }];
    }),
  );
}

/** What `sipyco_rpctool list-methods` printed on one of the recorded servers. */
function listing(targets: 'one' | 'term'): string {
  const lines = recording<{ argv?: string[]; stdout?: string }>(
    `sessions/rpctool_${targets}.jsonl`,
  );
  return lines.find(({ argv }) => argv?.at(-1) === 'list-methods')?.stdout ?? '';
}

function print(list: MethodList): string {
  const methods = [...list.methods].sort(([a], [b]) => (a < b ? -1 : 1));
  const entries = methods.map(([name, { argspec, docstring }]) => {
    const text = docstring === null ? '' : `${docstring.replace(/^(?=.)/gm, '    ')}\n`;
    return `${name}${formatArgspec(argspec)}\n${text}\n`;
  });
  return `${list.docstring}\n\n${entries.join('')}`;
}

describe('method lists', () => {
  const lists = methodLists();

  it('come back as they were sent, byte for byte', () => {
    assert.equal(lists.length, 5);
    for (const { name, text, pyon, value } of lists) {
      const reply = dict({ status: 'ok', ret: methodListToValue(methodListOf(value)) });
      assert.equal(encode(reply, { version: pyon }), text, name);
    }
  });

  it("are printed as SiPyCo's tool prints them", () => {
    const listOf = (session: string) =>
      methodListOf(lists.find(({ name }) => name === `${session} 0`)!.value);
    assert.equal(print(listOf('pc_rpc_method_list')), listing('one'));
    assert.equal(print(listOf('pc_rpc_method_list_terminate')), listing('term'));
  });

  it('know the entry that SiPyCo writes by hand', () => {
    const { value } = lists.find(({ name }) => name.includes('terminate'))!;
    assert.equal(methodListOf(value).methods.get('terminate'), BUILTIN_TERMINATE);
    const own = parseSignature('terminate(self)').argspec;
    const list = {
      docstring: null,
      methods: new Map([['terminate', { argspec: own, docstring: 'x' }]]),
    };
    assert.match(encode(methodListToValue(list)), /"annotations":\{\}/);
  });

  it('take the annotations of SiPyCo before 1.8, which are one string', () => {
    const value = py`{"docstring": None, "methods": {"m": ({"args": ["self", "a"], "varargs": None,
      "varkw": None, "defaults": None, "kwonlyargs": [], "kwonlydefaults": None,
      "annotations": "{'a': <class 'int'>, 'return': <class 'numpy.ndarray'>}"}, None)}}`;
    const argspec = methodListOf(value).methods.get('m')!.argspec;
    assert.equal(formatArgspec(argspec), "(self, a: 'int') -> 'ndarray'");
  });

  it('take lists for tuples, and what is missing for empty', () => {
    const list = methodListOf(
      py`{"methods": {"m": [{"args": ("self", "x"), "defaults": [1]}, 5], "n": ({},)}}`,
    );
    assert.equal(list.docstring, null);
    const [m, n] = [...list.methods.values()];
    assert.equal(formatArgspec(m!.argspec), '(self, x=1)');
    assert.equal(m!.docstring, null);
    assert.equal(formatArgspec(n!.argspec), '()');
  });

  it('drop defaults that belong to no parameter', () => {
    const list = methodListOf(
      py`{"methods": {"m": ({"args": ["a"], "defaults": (1, 2, 3)}, None)}}`,
    );
    assert.equal(formatArgspec(list.methods.get('m')!.argspec), '(a=3)');
  });

  it('say what is none, and what to do', () => {
    for (const value of [
      null,
      5n,
      [],
      new PyDict(),
      py`{"methods": {"m": 5}}`,
      py`{"methods": {"m": ()}}`,
    ]) {
      assert.throws(() => methodListOf(value), UnsupportedError, pyRepr(value));
    }
    assert.throws(() => methodListOf(new PyDict()), {
      message: "the server's method list is a dict of 0, expected a dict with methods",
      hint: 'Take the names from the method set instead.',
    });
  });
});

describe('parseSignature', () => {
  const format = (text: string) => {
    const { name, argspec } = parseSignature(text);
    return name + formatArgspec(argspec);
  };

  it('reads what the recorded servers were written as', () => {
    const source = [
      'set_freq(self, channel: int, freq: float = 1e6, *, phase=0.0, tags=("a",)) -> float',
      'sweep(self, start, stop, *points: int, unit="Hz", **extra)',
      'only_kw(self, *, a, b: str = "x", c=None)',
      `defaults(self, a, b=None, c=[1, 2], d={"k": 1.5}, e=-0.0, f=b"\\x00", g=inf)`,
      'def add(a, b=(1, 2)):',
      'async def later(self, x, delay=0.01):',
      'make(cls, name="o")',
      'trace(self, n, dtype="<f8")',
      'ping(self)',
    ];
    const list = methodListOf(methodLists()[0]!.value);
    for (const text of source) {
      const { name, argspec } = parseSignature(text);
      const recorded = list.methods.get(name)!;
      const entry = (spec: typeof argspec) =>
        encode(
          methodListToValue({
            docstring: null,
            methods: new Map([[name, { argspec: spec, docstring: '' }]]),
          }),
        );
      assert.equal(entry(argspec), entry(recorded.argspec), text);
    }
  });

  it('keeps the name of a type', () => {
    assert.equal(
      format(
        'f(a: np.ndarray, b: list[int], c: "str" = \'x\', d: int | None = None) -> typing.Any',
      ),
      "f(a: 'ndarray', b: 'list', c: 'str' = 'x', d: 'int | None' = None) -> 'Any'",
    );
  });

  it('finds the end of a default by its brackets and quotes', () => {
    assert.equal(
      format(`f(a=",)", b={"k": (1, ")")}, c='''"''')`),
      `f(a=',)', b={'k': (1, ')')}, c='"')`,
    );
    assert.equal(format('f(\n  a = 1 ,\n  b = 2,\n)'), 'f(a=1, b=2)');
  });

  it('takes positional-only parameters for ordinary ones, as an argspec does', () => {
    assert.equal(format('f(a, b=1, /, c=2, *, d)'), 'f(a, b=1, c=2, *, d)');
  });

  it('takes letters of any script', () => {
    assert.equal(format('größe(self, µ=1)'), 'größe(self, µ=1)');
  });

  it('marks where a text is no signature', () => {
    const faults: [string, string, number][] = [
      ['', 'expected the name of a method at position 0, found the end of the text', 0],
      ['f', "expected '(' at position 1, found the end of the text", 1],
      ['f(a', "expected ',' or ')' at position 3, found the end of the text", 3],
      ['f(a b)', "expected ',' or ')' at position 4, found 'b'", 4],
      ['f(1)', "expected the name of a parameter at position 2, found '1'", 2],
      ['f(a))', "expected the end of the signature at position 4, found ')'", 4],
      ['f(*)', "expected a parameter behind '*' at position 2, found '*'", 2],
      ['f(*, *a)', "expected one '*' only at position 5, found '*'", 5],
      ['f(/, a)', "expected a parameter at position 2, found '/'", 2],
      ['f(**k, a)', "expected ')' behind '**' and its name at position 7, found 'a'", 7],
      ['f(a, a)', "expected another name than a, which is taken at position 5, found 'a'", 5],
      [
        'f(a=1, b)',
        "expected a default for b, as the parameter before it has one at position 8, found ')'",
        8,
      ],
      ['f(a=1+2)', "expected no operator at position 5, found '+'", 5],
      ['f(a=[1)', "expected ',' or ']' at position 6, found ')'", 6],
      ['f(a:)', "expected a type before '=', ',' or ')' at position 4, found ')'", 4],
    ];
    for (const [text, message, position] of faults) {
      assert.throws(
        () => parseSignature(text),
        (error: Error & { position?: number }) => {
          assert.equal(error.name, 'ParseError', text);
          assert.equal(error.position, position, text);
          assert.equal(error.message, message);
          return true;
        },
      );
    }
  });

  it('is undone by formatArgspec where nothing is annotated', () => {
    for (const text of [
      'f()',
      'f(self, *a, b, c=1, **k)',
      'f(a, b=(1, 2), *, c)',
      'f(*, a=None)',
    ]) {
      assert.equal(format(text), text);
      assert.equal(format(format(text)), text);
    }
    assert.ok(parseSignature('f(a=(1,))').argspec.defaults?.[0] instanceof Tuple);
  });
});
