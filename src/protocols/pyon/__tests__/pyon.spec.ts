import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  dict,
  int,
  NDArray,
  OrderedDict,
  PyDict,
  PyObject,
  type PyValue,
  pyExact,
  pyRepr,
  Slice,
  Tuple,
  tuple,
} from '../../../values/index.js';
import * as door from '../index.js';
import {
  decode,
  decodeAny,
  detectVersion,
  encode,
  encodeBytes,
  PyonRegistry,
  platformBase64,
  py,
  useBase64,
} from '../index.js';

function assertExact(actual: PyValue, expected: PyValue) {
  assert.ok(pyExact(actual, expected), `${pyRepr(actual)}\n  is not ${pyRepr(expected)}`);
}

describe('the door of pyon', () => {
  it('has these names', () => {
    assert.deepEqual(Object.keys(door).sort(), [
      'LiteralReader',
      'PYON_LIMITS',
      'PySubclass',
      'PyonRegistry',
      'Source',
      'convertV1ToV2',
      'decode',
      'decodeAny',
      'decodeTree',
      'deregister',
      'detectVersion',
      'encode',
      'encodeBytes',
      'encodeTree',
      'fileText',
      'fromTree',
      'namesJsonclass',
      'platformBase64',
      'py',
      'register',
      'toTree',
      'useBase64',
    ]);
  });
});

describe('py`…`', () => {
  it('reads a Python literal', () => {
    assertExact(py`(1, 2.5, {"a": 3})`, tuple(1n, 2.5, dict({ a: 3n })));
    assertExact(py`'tab\t' "\N{MICRO SIGN}s"`, 'tab\tµs');
    assertExact(py`[slice(1, None), True, None]`, [new Slice(1n, null, null), true, null]);
  });

  it('takes values where values may stand', () => {
    const array = NDArray.of(Float64Array.of(1, 2));
    const value = py`{"x": ${array}, ${int(2)}: [${0.5}, ${null}]}`;
    assertExact(
      value,
      new PyDict([
        ['x', array],
        [2n, [0.5, null]],
      ] as [PyValue, PyValue][]),
    );
    assert.equal((value as PyDict).get('x'), array);
    assertExact(py`${1}`, 1);
    assertExact(py`slice(${2n})`, new Slice(null, 2n, null));
  });

  it('takes no value inside a string, and none as code', () => {
    assert.throws(() => py`"${'a'}"`, {
      name: 'ParseError',
      message: "expected no interpolation inside a string at position 1, found '\\u{0}'",
    });
    assert.throws(() => py`${1n} + ${2n}`, { name: 'ParseError' });
    assert.throws(() => py`"\0${'a'}`, { name: 'ParseError' });
  });
});

describe('which version a text is in', () => {
  const rows: readonly (readonly [string, 1 | 2 | null])[] = [
    ['{"action": "init", "struct": {}}', 1],
    ['{"action":"init","struct":{}}', 2],
    ['{"a, b": 1}', 1],
    ['{"a, b":1}', 2],
    ['{"a\\", b":1}', 2],
    ['(20, "src", 1.5, "print:x")', 1],
    ['[1,2]', 2],
    ['[1, 2]', 1],
    ["b'x'", 1],
    ['b"it\'s"', 1],
    ['nan', 1],
    ['NaN', 2],
    ['inf', 1],
    ['-Infinity', 2],
    ['1j', 1],
    ['nparray((2, ), "<f8", b"")', 1],
    ['{1}', 1],
    ['{"a"}', 1],
    ['null', null],
    ['[null]', null],
    ['[]', null],
    ['{}', null],
    ['"a: b, c"', null],
    ['-1.5e+16', null],
    ['', null],
  ];
  for (const [text, version] of rows) {
    it(`${text} → ${version}`, () => {
      assert.equal(detectVersion(text), version);
      assert.equal(detectVersion(new TextEncoder().encode(text)), version);
    });
  }

  it('reads either, and says which it was', () => {
    assert.deepEqual(decodeAny('{"a": (1, 2)}'), { value: dict({ a: tuple(1n, 2n) }), version: 1 });
    assert.deepEqual(decodeAny('{"a":[1,2]}').version, 2);
    assert.deepEqual(decodeAny('5'), { value: 5n, version: 2 });
    // JSON with blanks looks like version 1, and its NaN is none there.
    assert.equal(decodeAny('[1, NaN]').version, 2);
    // To version 1 it would be a plain dict.
    assert.throws(() => decodeAny('{"a":{"__jsonclass__":["nparray",[[1],"nope","AA=="]]}}'), {
      name: 'ParseError',
    });
    assert.throws(() => decodeAny('[1, nope]'), {
      name: 'ParseError',
      message: "expected a value at position 4, found 'nope'",
    });
  });
});

class Point extends PyObject {
  readonly at: PyValue;

  constructor(at: PyValue) {
    super();
    this.at = at;
  }

  override get pyType(): string {
    return 'Point';
  }
}

class Other extends Point {}

describe('classes of your own', () => {
  const definition = {
    name: 'lab.Point',
    encode: (point: Point) => [point.at],
    decode: (at: PyValue) => new Point(at),
  };

  it('go out and come back', () => {
    const registry = new PyonRegistry();
    registry.register(Point, definition);
    const text = encode([new Point(tuple(1n, 2.5))], { registry });
    assert.equal(text, '[{"__jsonclass__":["lab.Point",[{"__jsonclass__":["tuple",[[1,2.5]]]}]]}]');
    const [point] = decode(text, { registry }) as [Point];
    assert.ok(point instanceof Point);
    assertExact(point.at, tuple(1n, 2.5));
    assert.throws(() => encode(new Other(1n), { registry }), { name: 'EncodeError' });
    assert.throws(() => encode(new Point(1n), { registry, version: 1 }), { name: 'EncodeError' });
    assert.equal(
      encode(new Point(null), { registry, pretty: true }),
      '{\n    "__jsonclass__": [\n        "lab.Point",\n        [\n            null\n        ]\n    ]\n}',
    );
  });

  it('may be registered for all, and for several classes at once', () => {
    door.register([Point, Other], definition);
    try {
      assert.equal(encode(new Other(1n)), '{"__jsonclass__":["lab.Point",[1]]}');
      assert.ok(decode('{"__jsonclass__":["lab.Point",[1]]}') instanceof Point);
    } finally {
      door.deregister([Point, Other], 'lab.Point');
    }
    assert.throws(() => encode(new Point(1n)), { name: 'EncodeError' });
  });

  it('refuse a name or a class that is taken', () => {
    const registry = new PyonRegistry();
    registry.register(Point, definition);
    const register = (type: typeof Point, name: string) => () =>
      registry.register(type, { ...definition, name });
    assert.throws(register(Other, 'lab.Point'), {
      name: 'RangeError',
      message: 'PYON knows a class named lab.Point already',
    });
    assert.throws(register(Other, 'tuple'), {
      message: 'PYON knows a class named tuple already',
    });
    assert.throws(register(Point, 'other'), {
      message: 'the class Point is registered already',
    });
    assert.throws(register(Other, 'a"b'), {
      message: 'a class name is printable ASCII without quotes and backslashes',
    });
    assert.throws(() => registry.deregister(Other, 'lab.Point'), {
      message: 'no such class is registered under the name lab.Point',
    });
  });
});

describe('arrays', () => {
  const values = Float64Array.from({ length: 500 }, (_, i) => i / 7);

  it('are aligned, own their memory, and keep nothing of the document', () => {
    for (const base64 of [undefined, platformBase64(globalThis)]) {
      for (const version of [1, 2] as const) {
        const bytes = encodeBytes([NDArray.of(values)], { version, base64 });
        const [array] = decode(bytes, { version, base64 }) as [NDArray];
        const typed = array.typed();
        assert.deepEqual(typed, values);
        assert.equal(typed?.buffer, array.bytes.buffer, 'a view, not a copy');
        assert.equal(array.bytes.buffer.byteLength, values.byteLength);
        bytes.fill(0);
        assert.deepEqual(array.typed(), values);
      }
    }
  });

  it('are read the same where base64 is not as expected', () => {
    const clean = encode(NDArray.of(values));
    const [head, data, tail] = clean.split(/(?<="<f8",")(.*)(?="\]\]\})/) as [
      string,
      string,
      string,
    ];
    const dirty = [
      `${head}${data.slice(0, 1000)} ${data.slice(1000)}${tail}`,
      `${head}${data.slice(0, 1000)}-_${data.slice(1000)}${tail}`,
      `${head}${data}====${tail}`,
      `${head}${data.slice(0, 4)}\\u00${data.charCodeAt(4).toString(16)}${data.slice(5)}${tail}`,
      clean.replace('"<f8"', '"float64"').replace('[500]', '[-1]'),
    ];
    for (const text of dirty) {
      for (const base64 of [undefined, platformBase64(globalThis)]) {
        assert.deepEqual((decode(text, { base64 }) as NDArray).typed(), values);
      }
    }
    assert.throws(() => decode(`${head}${data.slice(0, 99)}\t${data.slice(100)}${tail}`), {
      name: 'ParseError',
      message: 'expected no control character in a string at position 141, found U+0009',
    });
  });

  it('of views are written in C order', () => {
    const base = NDArray.of(Int32Array.of(0, 1, 2, 3, 4, 5), [2, 3]);
    const turned = new NDArray('<i4', [3, 2], base.bytes, 0, [4, 12]);
    assertExact(decode(encode(turned)), NDArray.of(Int32Array.of(0, 3, 1, 4, 2, 5), [3, 2]));
    const reversed = new NDArray('<i4', [6], base.bytes, 20, [-4]);
    assertExact(decode(encode(reversed)), NDArray.of(Int32Array.of(5, 4, 3, 2, 1, 0)));
  });
});

describe("the platform's base64", () => {
  it('is used where it is set', () => {
    let calls = 0;
    const counting = {
      ...platformBase64(globalThis),
      decode: (text: Uint8Array) => {
        calls += 1;
        return platformBase64(globalThis)?.decode?.(text) ?? null;
      },
    };
    const text = encode(new Uint8Array(3000));
    useBase64(counting);
    try {
      decode(text);
    } finally {
      useBase64(undefined);
    }
    decode(text);
    assert.equal(calls, 1);
  });

  it('is that of newer engines where there is no Buffer', () => {
    const modern = platformBase64({});
    const hasIt = 'fromBase64' in Uint8Array;
    assert.equal(modern !== undefined, hasIt);
  });

  it('agrees with the tables of this room', () => {
    const node = platformBase64(globalThis);
    for (let length = 1022; length < 1100; length += 1) {
      const data = Uint8Array.from({ length }, (_, i) => (i * 7919 + length) & 255);
      assert.equal(encode(data, { base64: node }), encode(data));
      assertExact(decode(encode(data), { base64: node }), data);
      assertExact(decode(encode(data)), data);
    }
  });
});

describe('strings', () => {
  it('keep single surrogates, from text and from bytes', () => {
    for (const text of ['\ud800', '\udc00\ud800x', 'a\udfff', '😀', '\u007f']) {
      assert.equal(decode(encode(text)), text);
      assert.equal(decode(encodeBytes(text)), text);
    }
    // Raw in a JavaScript string; on a wire it cannot stand so.
    assert.equal(decode('"\ud800"'), '\ud800');
  });

  it('of other scripts are read from UTF-8, far into a document', () => {
    const far = ' '.repeat(200_000);
    const text = `[${far}"é", {"π": 'x'}, "${'ü'.repeat(5)}😀"]`.replaceAll("'", '"');
    const value = ['é', dict({ π: 'x' }), 'üüüüü😀'];
    assertExact(decode(text), value);
    assertExact(decode(new TextEncoder().encode(text)), value);
    assertExact(decode(new TextEncoder().encode(text), { version: 1 }), value);
  });

  it('are ordinary keys, whatever they say', () => {
    const value = decode('{"__proto__":1,"constructor":2,"10":3,"2":4}') as PyDict;
    assert.deepEqual([...value.keys()], ['__proto__', 'constructor', '10', '2']);
    assert.equal(encode(value), '{"__proto__":1,"constructor":2,"10":3,"2":4}');
  });
});

describe('what each version keeps', () => {
  it('OrderedDict only in version 1', () => {
    const value = new OrderedDict([['a', 1n]]);
    assertExact(decode(encode(value, { version: 1 }), { version: 1 }), value);
    assertExact(decode(encode(value)), dict({ a: 1n }));
  });

  it('a tuple as a key in both', () => {
    const value = new PyDict([[new Tuple([1n, 'a']), null]]);
    for (const version of [1, 2] as const) {
      const again = decode(encode(value, { version }), { version }) as PyDict;
      assert.equal(again.get(tuple(1n, 'a')), null);
    }
  });
});
