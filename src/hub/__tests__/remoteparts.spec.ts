// The pieces of a call that need no connection: parameters, literals, guards, what is kept.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ArgSpec, parseSignature } from '../../protocols/sipyco/index.js';
import {
  NDArray,
  OrderedDict,
  PyDict,
  PySet,
  type PyValue,
  parseAddress,
} from '../../values/index.js';
import { Guards } from '../guards.js';
import { isLifeCycle, parametersOf, signatureOf } from '../remotedescribe.js';
import { argumentsOf, checkLiteral } from '../remoteliteral.js';
import { ResultExport, wholeText } from '../resultparts.js';
import { Results, sizeOf } from '../results.js';
import { summaryOf } from '../resultsummary.js';

function shown(signature: string): string {
  const { argspec } = parseSignature(signature);
  return signatureOf(parametersOf(argspec), argspec.annotations.get('return') ?? null);
}

describe('parametersOf', () => {
  it('leaves out what no caller gives', () => {
    assert.equal(shown('f(self, a)'), '(a)');
    assert.equal(shown('f(cls, a)'), '(a)');
    assert.equal(shown('f(a, self)'), '(a, self)');
    assert.equal(shown('f()'), '()');
  });

  it('writes a signature as Python does', () => {
    for (const text of [
      '(channel: int, freq: float = 1000000.0) -> float',
      '(a, b=None, *args, c, d=(1,), **kw)',
      '(*, phase=0.0)',
      '(*args)',
      "(name='x', *, unit: str = 'deg') -> dict",
    ]) {
      assert.equal(shown(`f${text}`), text);
      assert.equal(shown(`f(self, ${text.slice(1)}`), text);
    }
  });

  it('tells the kind of each, and whether a value must be given', () => {
    const { argspec } = parseSignature('f(self, a, b=[1], *rest, c, d=2, **more)');
    assert.deepEqual(
      parametersOf(argspec).map(({ name, kind, default: value }) => [name, kind, value]),
      [
        ['a', 'positional', null],
        ['b', 'positional', '[1]'],
        ['rest', 'varargs', null],
        ['c', 'keyword', null],
        ['d', 'keyword', '2'],
        ['more', 'varkw', null],
      ],
    );
  });

  it('takes names that JavaScript gives a meaning, and a default of any size', () => {
    const argspec: ArgSpec = {
      args: ['self', '__proto__', 'constructor'],
      varargs: null,
      varkw: null,
      defaults: [Array.from({ length: 100_000 }, () => 1n)],
      kwonlyargs: ['toString'],
      kwonlydefaults: new PyDict(),
      annotations: new Map([['__proto__', '<b>int</b>']]),
    };
    const [proto, built, text] = parametersOf(argspec);
    assert.deepEqual(proto, {
      name: '__proto__',
      kind: 'positional',
      default: null,
      annotation: '<b>int</b>',
    });
    assert.equal(built?.default?.length, 2000);
    assert.deepEqual([text?.kind, text?.default], ['keyword', null]);
  });
});

describe('isLifeCycle', () => {
  it('goes by the name', () => {
    for (const name of ['terminate', 'close', 'close_db', 'stop', 'start', 'reboot', 'quit']) {
      assert.equal(isLifeCycle(name), true, name);
    }
    for (const name of ['reset', 'closed', 'stopped', 'set_start', 'constructor', '__proto__']) {
      assert.equal(isLifeCycle(name), false, name);
    }
  });
});

describe('checkLiteral', () => {
  const typeOf = (text: string) => {
    const check = checkLiteral(text);
    return check.type === 'value' ? check.pyType : check.type;
  };

  it('tells the type of what is typed', () => {
    for (const [text, type] of [
      ['17', 'int'],
      [' 0x1_0 ', 'int'],
      ['1.', 'float'],
      ['"x"', 'str'],
      ["b'x'", 'bytes[1]'],
      ['None', 'None'],
      ['True', 'bool'],
      ['{"file": "rabi.py", "log": 1, 2: 3}', 'dict · 3 keys'],
      ['{1: 2}', 'dict · 1 key'],
      ['{}', 'dict · 0 keys'],
      ['(1,)', 'tuple · 1 item'],
      ['[1, 2]', 'list · 2 items'],
      ['{1, 2}', 'set · 2 items'],
      ['1j', 'complex'],
      ['nparray((2,), "<f4", b"AAAAAAAAAAA=")', 'float32[2]'],
      ['', 'empty'],
      [' \t', 'empty'],
    ] as const) {
      assert.equal(typeOf(text), type, text);
    }
  });

  it('marks the place of what is wrong, and evaluates nothing', () => {
    for (const [text, position] of [
      ['[1, 2', 5],
      ['1+1', 1],
      ['foo', 0],
      ['{"a": }', 6],
      ['"😀", x', 6],
      ['__import__("os").system("x")', 0],
    ] as const) {
      const check = checkLiteral(text);
      assert.equal(check.type, 'wrong', text);
      const fault = check.type === 'wrong' ? check.fault : null;
      assert.equal(fault?.name, 'ParseError');
      assert.equal(fault?.facts.position, position, text);
    }
  });

  it('says what is too deep', () => {
    const check = checkLiteral('['.repeat(5000));
    assert.equal(check.type === 'wrong' && check.fault.name, 'LimitError');
  });
});

describe('Guards', () => {
  it('refuse by endpoint, whatever is behind it', () => {
    const guards = new Guards();
    guards.set([
      { endpoint: 'Lab:3251', readOnly: true },
      { endpoint: '[::1]:3251', readOnly: true },
      { endpoint: 'demo lab', readOnly: true },
      { endpoint: 'open:3251', readOnly: false },
    ]);
    const check = (text: string) => guards.check(parseAddress(text));
    for (const text of [
      'sipyco+rpc://lab:3251/schedule',
      'sipyco+rpc://LAB:3251',
      'sipyco+rpc://[::1]:3251/x',
      'demo+sipyco+rpc:///siggen',
    ]) {
      assert.throws(() => check(text), { name: 'PolicyError', rule: 'read-only' }, text);
    }
    check('sipyco+rpc://lab:3252/schedule');
    check('sipyco+rpc://open:3251/schedule');
    guards.set([]);
    check('sipyco+rpc://lab:3251/schedule');
  });
});

describe('Results', () => {
  const LIMITS = { count: 3, bytes: 10_000 };
  const array = (bytes: number) => NDArray.of(new Uint8Array(bytes));

  function kept(limits = LIMITS) {
    const dropped: number[] = [];
    const results = new Results(callId => dropped.push(callId), limits);
    let last = 0;
    const add = (value: PyValue) => {
      last += 1;
      results.add({ callId: last, method: 'm', value, timeNs: 0n });
      return last;
    };
    return { results, dropped, add };
  }

  it('keep the newest, and let the oldest go', () => {
    const { results, dropped, add } = kept();
    for (let i = 0; i < 5; i++) {
      add(1n);
    }
    assert.deepEqual(dropped, [1, 2]);
    assert.equal(results.count, 3);
    assert.throws(() => results.get(2), { name: 'ClosedError' });
    assert.equal(results.get(3).value, 1n);
  });

  it('keep no more bytes than there is room for', () => {
    const { results, dropped, add } = kept();
    add(array(4000));
    add(array(4000));
    assert.deepEqual(dropped, []);
    add(array(4000));
    assert.deepEqual(dropped, [1]);
    add(array(20_000));
    assert.deepEqual(dropped, [1, 2, 3, 4]);
    assert.deepEqual([results.count, results.bytes], [0, 0]);
  });

  it('drop once, and forget the bytes', () => {
    const { results, dropped, add } = kept();
    const id = add(array(4000));
    results.drop(id);
    results.drop(id);
    assert.deepEqual(dropped, [id]);
    assert.equal(results.bytes, 0);
    add(1n);
    results.clear();
    assert.deepEqual(dropped, [id, 2]);
  });

  it('are weighed with all that is inside them', () => {
    const inner = new PyDict([['x'.repeat(100), [array(1000), new Uint8Array(500)]]]);
    const bytes = sizeOf([inner, 'y'.repeat(50)]);
    assert.ok(bytes >= 1000 + 500 + 300 && bytes < 2000, `${bytes}`);
    let deep: PyValue = 1n;
    for (let i = 0; i < 100_000; i++) {
      deep = [deep];
    }
    assert.ok(sizeOf(deep) >= 100_000);
  });
});

describe('summaryOf', () => {
  it('names the views that can show it', () => {
    for (const [value, views] of [
      [1n, ['number']],
      [true, ['number']],
      ['x', []],
      [null, []],
      [[1, 2], ['trace']],
      [['a'], []],
      [new PyDict([['a', 1n]]), ['table']],
      [NDArray.of(new Float64Array(4)), ['trace']],
      [NDArray.of(new Float64Array(4), [2, 2]), ['image']],
      [NDArray.of(new Float64Array(8), [2, 2, 2]), []],
    ] as const) {
      assert.deepEqual(summaryOf(value as PyValue).views, views);
    }
  });

  it('is as pprint has it while that is short, and takes no longer than its text where it is not', () => {
    const small = summaryOf(['x'.repeat(50), 'y'.repeat(50)]);
    assert.equal(small.text, `['${'x'.repeat(50)}',\n '${'y'.repeat(50)}']`);
    assert.equal(small.isCut, false);
    const large = summaryOf('é'.repeat(10_000_000));
    assert.deepEqual([large.text.length, large.isCut], [2000, true]);
    let deep: PyValue = 1n;
    for (let i = 0; i < 900; i++) {
      deep = new PyDict([['a', [deep]]]);
    }
    const nested = summaryOf(deep);
    assert.match(nested.text, /^\{'a': \[\{'a': \[.*…/);
    assert.equal(nested.isCut, true);
    const wide = summaryOf(new PyDict(Array.from({ length: 20_000 }, (_, i) => [BigInt(i), 1n])));
    assert.ok(wide.isCut && wide.text.startsWith('{0: 1, 1: 1'));
  });
});

describe('the text of an array', () => {
  it('is not all of it where numpy leaves out the middle, wherever the array is', () => {
    const isCut = (value: PyValue) => summaryOf(value).isCut;
    const long = NDArray.of(new Uint8Array(1001));
    assert.deepEqual(
      [NDArray.of(new Uint8Array(100)), long, [new PyDict([['a', long]])]].map(isCut),
      [false, true, true],
    );
    assert.match(summaryOf(long).text, /^array\(\[0, 0, 0, \.\.\., 0, 0, 0\]/);
  });
});

describe('ResultExport', () => {
  function saved(value: PyValue) {
    const all = new ResultExport(1, 'give', value);
    const parts: Uint8Array[] = [];
    let fileName = '';
    for (let from: number | null = 0; from !== null; ) {
      const part = all.part(from);
      parts.push(part.bytes);
      ({ fileName, next: from } = part);
    }
    return { parts, fileName, bytes: Buffer.concat(parts) };
  }

  it('gives a text of 10 MB in parts, nothing lost between them', () => {
    const text = 'é😀'.repeat(1_700_000);
    const { parts, fileName, bytes } = saved(text);
    assert.equal(fileName, 'give.txt');
    assert.ok(parts.length > 5 && parts.every(part => part.length < 2_000_000));
    assert.ok(bytes.toString('utf8') === text);
  });

  it('writes what is no text as a Python literal, whole', () => {
    for (const literal of [
      "{'a': [1, (2.5,), []], None: {}, (): [[[[1]]]]}",
      '(1, 2)',
      '[]',
      '17',
      'None',
    ]) {
      const [value = null] = argumentsOf({ args: [literal], kwargs: [] }).args;
      assert.equal(saved(value).bytes.toString('utf8'), literal);
    }
    const array = NDArray.of(Float64Array.from({ length: 2000 }, (_, i) => i));
    const text = saved([array, 1n]).bytes.toString('utf8');
    assert.ok(text.startsWith('[array([0.0, 1.0, ') && text.endsWith('), 1]'));
    assert.equal(text.split(', ').filter(item => /^\d+\.0/.test(item)).length, 1999); // after the first
  });

  it('writes all of what is nested as deep as PYON goes, for a file and for Copy', () => {
    const tuple = (depth: number) => `${'('.repeat(depth)}1${',)'.repeat(depth)}`;
    for (const literal of [
      `${'['.repeat(190)}${']'.repeat(190)}`,
      `${"{'a': ".repeat(180)}[1, 2]${'}'.repeat(180)}`,
      `{${tuple(100)}: {${tuple(100)}, 2}}`,
    ]) {
      const [value = null] = argumentsOf({ args: [literal], kwargs: [] }).args;
      assert.equal(saved(value).bytes.toString('utf8'), literal);
      assert.equal(wholeText(value, 10_000), literal);
    }
    let deep: PyValue = 1n;
    for (let i = 0; i < 990; i++) {
      deep = new OrderedDict([['a', deep]]);
    }
    const text = saved(deep).bytes.toString('utf8');
    assert.equal(text, `${"OrderedDict({'a': ".repeat(990)}1${'})'.repeat(990)}`);
    assert.deepEqual(
      [new PySet(), new OrderedDict(), []].map(value => saved(value).bytes.toString('utf8')),
      ['set()', 'OrderedDict({})', '[]'],
    );
  });

  it('cuts a copy that is too long, and says so at its end', () => {
    const list = Array.from({ length: 1000 }, (_, i) => BigInt(i));
    assert.equal(wholeText(list, 12), '[0, 1, 2, 3…');
    assert.equal(wholeText([NDArray.of(new Float64Array(1e6))], 20), '[array([0.0, 0.0, 0…');
  });

  it('leaves bytes as they are', () => {
    const { fileName, bytes } = saved(Uint8Array.of(255, 0, 10));
    assert.equal(fileName, 'give.bin');
    assert.deepEqual([...bytes], [255, 0, 10]);
  });
});
