import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  dict,
  isLabwireError,
  ParseError,
  type PyDict,
  PythonError,
  type PyValue,
  pprint,
  pyExact,
  tuple,
} from '../../values/index.js';
import { evaluate } from '../rpctool/evaluate.js';
import { marked } from '../rpctool/interactive.js';
import { CALL_SCOPE, type IMethods, interactiveScope } from '../rpctool/scope.js';

/** The message of the error that `text` ends with, and where it points. */
async function fault(text: string, scope = CALL_SCOPE): Promise<[string, number]> {
  try {
    const value = await evaluate(text, scope);
    assert.fail(`${text} is ${pprint(value)}`);
  } catch (error) {
    assert.ok(error instanceof ParseError, String(error));
    return [error.message, error.position];
  }
}

describe('an expression', () => {
  const refused: readonly (readonly [string, string, number])[] = [
    ['[i for i in range(3)]', 'a comprehension', 3],
    ["{'key%02d' % i: i*0.5 for i in range(12)}", 'a comprehension', 22],
    ['list(x for x in y)', 'a comprehension', 7],
    ['np.arange(3).sum()', 'an attribute', 12],
    ['np.random.rand(3)', 'an attribute', 9],
    ["'a'.upper()", 'an attribute', 3],
    ['[1, 2][0]', 'a subscript', 6],
    ['np.arange(3)[1:]', 'a subscript', 12],
    ['lambda: 1', 'a lambda', 0],
    ['1 < 2', 'a comparison', 2],
    ['1 == 1', 'a comparison', 2],
    ['1 is None', 'a comparison', 2],
    ['1 not in ()', 'a comparison', 2],
    ['1 and 2', 'a boolean operator', 2],
    ['not 1', 'a boolean operator', 0],
    ['1 if True else 2', 'a conditional expression', 2],
    ['(x := 1)', 'an assignment expression', 3],
    ['x = 1', 'an assignment', 2],
    ['x += 1', 'an assignment', 2],
    ['1 | 2', 'a bitwise operator', 2],
    ['1 << 2', 'a bitwise operator', 2],
    ['~1', 'a bitwise operator', 0],
    ['1 @ 2', 'a matrix product', 2],
    ["f'{1}'", 'an f-string', 0],
    ["'a' f'{1}'", 'an f-string', 4],
    ['[*range(3)]', 'unpacking', 1],
    ['dict(**{})', 'unpacking', 5],
    ['{**{}}', 'unpacking', 1],
    ['...', 'an Ellipsis', 0],
    ['import os', 'a statement', 0],
    ['1; 2', 'a statement', 1],
    ['await 1', 'await', 0],
    ['yield', 'yield', 0],
    ['(1)(2)', 'a call of what has no name', 3],
    ['float()()', 'a call of what has no name', 7],
  ];
  for (const [text, construct, position] of refused) {
    it(`refuses ${construct}: ${text}`, async () => {
      assert.deepEqual(await fault(text), [
        `${construct} is refused at position ${position}`,
        position,
      ]);
    });
  }

  const wrong: readonly (readonly [string, string])[] = [
    ['', 'expected a value at position 0, found the end of the text'],
    ['1 +', 'expected a value at position 3, found the end of the text'],
    ['(1 +', 'expected a value at position 4, found the end of the text'],
    ['[1, 2', "expected ']' for the '[' at position 0 at position 5, found the end of the text"],
    ['(1 2)', "expected ',' or ')' at position 3, found '2'"],
    ['1 2', "expected the end of the expression at position 2, found '2'"],
    ["'µ' $", "expected the end of the expression at position 4, found '$'"],
    [
      "'abc",
      'expected the quote at the end of the string at position 4, found the end of the text',
    ],
    ['{1: 2, 3}', "expected ':' at position 8, found '}'"],
    ['dict(a=1, 2)', "expected positional arguments before keywords at position 10, found '2'"],
    ['dict(a=1, a=2)', 'expected one a= at position 10, found another one'],
    ['np', "expected a name of numpy, such as np.arange at position 0, found 'np' alone"],
    ['1 / 0', 'ZeroDivisionError at position 2: division by zero'],
    ['[1, 1 % 0]', 'ZeroDivisionError at position 6: integer modulo by zero'],
    ['-"a"', "TypeError at position 0: bad operand type for unary -: 'str'"],
    ['{[]: 1}', "TypeError at position 1: unhashable type: 'list'"],
    ['{list()}', "TypeError at position 1: unhashable type: 'list'"],
    ['np.int8(300)', 'OverflowError at position 0: Python integer 300 out of bounds for int8'],
    [
      'np.arange(3) * 2',
      "TypeError at position 13: * of 'numpy.ndarray' and 'int' is not done here: arithmetic is for int, float and complex",
    ],
    ['range(1, 2, 0)', 'ValueError at position 0: range() arg 3 must not be zero'],
    ['np.pi()', "TypeError at position 0: 'float' object is not callable"],
  ];
  for (const [text, message] of wrong) {
    it(`says what is wrong, and where: ${text}`, async () => {
      assert.equal((await fault(text))[0], message);
    });
  }

  it('names what there is where a name is unknown', async () => {
    const [message] = await fault('text');
    assert.match(message, /^NameError at position 0: name 'text' is not defined; there are list, /);
    assert.match(
      (await fault('np.sin(1)'))[0],
      /^AttributeError at position 0: np.sin is not there; np has array, /,
    );
  });

  it('refuses what would grow too large, before it does', async () => {
    const limits: readonly (readonly [string, string])[] = [
      ['9**9**9', 'intDigits'],
      ['10**4300', 'intDigits'],
      [`${'9'.repeat(4000)} * ${'9'.repeat(4000)}`, 'intDigits'],
      [`0x${'f'.repeat(5000)}`, 'intDigits'],
      ['list(range(10**12))', 'sequenceItems'],
      ['np.zeros(10**9)', 'arrayBytes'],
      ['np.zeros((10**9, 10**9, 10**9))', 'arrayBytes'],
      ['np.arange(0, 1, 1e-9)', 'sequenceItems'],
      ['np.linspace(0, 1, 10**8)', 'sequenceItems'],
      ['np.eye(10**5)', 'arrayBytes'],
      [`${'('.repeat(300)}1`, 'nesting'],
      [`${'-'.repeat(300)}1`, 'nesting'],
      [`1${'**1'.repeat(300)}`, 'nesting'],
    ];
    for (const [text, limit] of limits) {
      await assert.rejects(evaluate(text, CALL_SCOPE), { name: 'LimitError', limit }, text);
    }
    assert.equal(await evaluate('10**4299 % 7', CALL_SCOPE), 10n ** 4299n % 7n);
    assert.equal(await evaluate(`1${'+1'.repeat(50_000)}`, CALL_SCOPE), 50_001n);
  });

  it('has the value that Python gives it, to the last digit and letter', async () => {
    const shown: readonly (readonly [string, string])[] = [
      ['2**-0.5', '0.7071067811865476'],
      ['2**(1/12)', '1.0594630943592953'],
      ['10**-1.5', '0.03162277660168379'],
      ['1.0000000000000002**1e15', '1.2486270715390861'],
      ['(-1.1)**1001', '-2.7169262098066285e+41'],
      ["int('0x1f', 16)", '31'],
      ["int('-f_f', base=16)", '-255'],
      ["int('0b11', 0)", '3'],
      ["int('0b1', 16)", '177'],
      ['complex(real=1, imag=2)', '(1+2j)'],
      ["np.array([10, -2], dtype='S')", "array([b'10', b'-2'], dtype='|S2')"],
      ['np.arange(stop=3)', 'array([0, 1, 2])'],
      ['np.double(1)', 'np.float64(1.0)'],
      ['np.zeros(2, np.intc)', 'array([0, 0], dtype=int32)'],
      ['np.identity(2, dtype=int)', 'array([[1, 0],\n       [0, 1]])'],
      ['np.empty((0, 3))', 'array([], shape=(0, 3), dtype=float64)'],
    ];
    for (const [text, python] of shown) {
      assert.equal(pprint(await evaluate(text, CALL_SCOPE)), python, text);
    }
    for (const text of ["int('077', 0)", "int('9', 8)", "int('1', 37)", "int('f__f', 16)"]) {
      assert.match((await fault(text))[0], /^ValueError at position 0: /, text);
    }
    for (const text of ['int(5, 10)', "complex('1', 2)", 'np.float32(x=1)', 'np.arange()']) {
      assert.match((await fault(text))[0], /^TypeError at position 0: /, text);
    }
  });

  it("reckons with numpy's integers and floats, a Python number being weak", async () => {
    const shown: readonly (readonly [string, string])[] = [
      ['np.int32(5) + 1', 'np.int32(6)'],
      ['2 * np.float64(1.5)', 'np.float64(3.0)'],
      ['np.float32(0.1) * 3', 'np.float32(0.3)'],
      ['np.float16(1) + 0.1', 'np.float16(1.1)'],
      ['np.int8(100) * np.int8(2)', 'np.int8(-56)'],
      ['-np.uint8(1)', 'np.uint8(255)'],
      ['np.int64(7) / 2', 'np.float64(3.5)'],
      ['np.int8(7) * 1.5', 'np.float64(10.5)'],
      ['np.uint64(1) + np.int8(1)', 'np.float64(2.0)'],
      ['-7 // np.int16(2)', 'np.int16(-4)'],
      ['np.int16(-7) % 3', 'np.int16(2)'],
      ['np.int32(1) // 0', 'np.int32(0)'],
      ['np.float64(-1) / 0', 'np.float64(-inf)'],
      ['np.float64(1) % 0', 'np.float64(nan)'],
      ['np.float64(10) ** 400', 'np.float64(inf)'],
      ['np.int8(3) ** 100', 'np.int8(-47)'],
      ['np.float64(-8) ** 0.5', 'np.float64(nan)'],
      ['np.int64(1) + True', 'np.int64(2)'],
    ];
    for (const [text, numpy] of shown) {
      assert.equal(pprint(await evaluate(text, CALL_SCOPE)), numpy, text);
    }
    assert.match((await fault('np.int8(1) + 300'))[0], /^OverflowError at position 11: /);
    assert.match((await fault('np.int8(2) ** -1'))[0], /^ValueError at position 11: Integers to/);
    assert.match((await fault('np.int8(1) + "a"'))[0], /^TypeError at position 11: /);
  });

  it('may stand behind empty lines and comments, and be pointed to there', async () => {
    for (const text of ['\n5', '\r\n5', ' \n5', '#c\n5', '\n\n#c\n5\n#c\n\n']) {
      assert.equal(await evaluate(text, CALL_SCOPE), 5n, JSON.stringify(text));
    }
    for (const [text, shown] of [
      ['\n', ['', '^']],
      ['\n$', ['$', '^']],
      ['\n\n 1 +\n', [' 1 +', '    ^']],
    ] as const) {
      const error = await evaluate(text, CALL_SCOPE).catch(reason => reason);
      const lines = marked(text, error).split('\n').slice(1);
      assert.deepEqual(
        lines,
        shown.map(line => `    ${line}`),
        JSON.stringify(text),
      );
    }
  });

  it('takes comments, blanks, and new lines in brackets', async () => {
    assert.equal(await evaluate('  1 # one', CALL_SCOPE), 1n);
    assert.deepEqual(await evaluate('[1, # one\n 2,\r\n]', CALL_SCOPE), [1n, 2n]);
    assert.equal(await evaluate('1 + \\\n 2', CALL_SCOPE), 3n);
    assert.ok(pyExact(await evaluate('1, 2', CALL_SCOPE), tuple(1n, 2n)));
  });
});

/** An instrument with three methods, which keeps what it was asked. */
class Bench implements IMethods {
  readonly methods = new Set(['echo', 'get_freq', 'list']);
  readonly asked: [string, readonly PyValue[], PyDict][] = [];

  async call(name: string, args: readonly PyValue[], kwargs: PyDict): Promise<PyValue> {
    this.asked.push([name, args, kwargs]);
    return name === 'get_freq' ? 1e6 : (args[0] ?? null);
  }
}

describe('a line of interactive', () => {
  it('calls remote methods, inside each other too', async () => {
    const bench = new Bench();
    const value = await evaluate(
      'echo([get_freq(0) / 2, x], unit="Hz")'.replace('x', '3'),
      interactiveScope(bench),
    );
    assert.ok(pyExact(value, [5e5, 3n]));
    assert.deepEqual(
      bench.asked.map(([name]) => name),
      ['get_freq', 'echo'],
    );
    assert.ok(pyExact(bench.asked[1]![2], dict({ unit: 'Hz' })));
  });

  it('has no builtins, and methods of their names', async () => {
    const scope = interactiveScope(new Bench());
    assert.deepEqual(await fault("echo(len('abc'))", scope), [
      'AttributeError at position 5: no remote method len; len() of Python is not there either',
      5,
    ]);
    assert.deepEqual(await fault('echo(true)', scope), [
      'AttributeError at position 5: no remote method true',
      5,
    ]);
    assert.equal(await evaluate('list(4)', scope), 4n);
  });

  it('asks nothing where a later name is unknown to the reader, and stops at the first that is', async () => {
    const bench = new Bench();
    await fault('echo(nope(get_freq(0)))', interactiveScope(bench));
    assert.deepEqual(bench.asked, []);
  });

  it('shows a method that is not called as what it is', async () => {
    const scope = interactiveScope(new Bench());
    assert.equal(pprint(await evaluate('echo', scope)), '<remote method echo>');
  });
});

describe('the reader, fed with 50 000 damaged lines', () => {
  const LINES = [
    "echo([1, (2,), {'k': np.arange(2)}])",
    'np.array([[1, 2.5e-3], [0x1f, -1j]], dtype=np.complex64)',
    "list(range(3)) + dict(a=b'x\\x00', c={1, 2})",
    'np.linspace(0, 1, 5) # comment',
    "-(2 ** 3) // 7 % 1.5 and 'µ😀' \"x\" r'\\n'",
    "{'key%02d' % i: i*0.5 for i in range(12)}",
    'set_freq(1, 4e6, phase=lambda x: x[0].real)',
  ];
  const PIECES = [
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '=',
    '**',
    '//',
    '-',
    '+',
    '.',
    "'",
    '"',
    '\\',
  ];
  PIECES.push(
    '0',
    '9',
    'e',
    'j',
    'x',
    '_',
    ' ',
    '\n',
    '#',
    'np.',
    'range(',
    'b',
    'for',
    'if',
    'µ',
    '😀',
  );
  PIECES.push('\ud800', '\0', '\\N{', '\\u12', '1e400', 'None', 'echo(');

  it('ends with a value or one of our errors, at a place inside the line', async () => {
    let state = 20261121;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const bench = new Bench();
    const scopes = [CALL_SCOPE, interactiveScope(bench)];
    for (let round = 0; round < 50_000; round += 1) {
      let line = LINES[random(LINES.length)]!;
      for (let change = random(6); change >= 0; change -= 1) {
        const at = random(line.length + 1);
        const piece = random(3) === 0 ? '' : PIECES[random(PIECES.length)]!;
        line = line.slice(0, at) + piece + line.slice(at + random(4));
      }
      try {
        await evaluate(line, scopes[round % 2]!);
      } catch (error) {
        assert.ok(isLabwireError(error), `${JSON.stringify(line)}: ${(error as Error).stack}`);
        assert.ok(!(error instanceof PythonError));
        if (error instanceof ParseError) {
          const { position } = error;
          assert.ok(
            position >= 0 && position <= line.length,
            `${position} of ${JSON.stringify(line)}`,
          );
        }
      }
    }
  });
});
