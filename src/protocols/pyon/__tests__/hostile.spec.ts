import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isLabwireError } from '../../../values/index.js';
import { decode, PYON_LIMITS, type PyonVersion, platformBase64 } from '../index.js';
import { type TextRow, type ValueRow, vectors } from './vectors.js';

const SEED = 20_260_728;
const INPUTS = 102_000; // of each version
const ROUND = 10_000;
const MEBIBYTE = 2 ** 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** xorshift32: the same numbers on every run. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return below => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

const PIECES: { readonly [version in PyonVersion]: readonly string[] } = {
  1: [
    ...'\'"\\()[]{},:=+-._01ej#\n\0 \u00e9\ud83d',
    ..."''' 0x r' b' \\x \\u \\N{ f' nparray( npscalar( Fraction( slice( OrderedDict( inf nan null None not lambda".split(
      ' ',
    ),
  ],
  2: [
    ...'"\\{}[],:-01.e \n\0\u00e9\ud83d',
    ...'\\u \\ud83d NaN Infinity null true "__jsonclass__": "tuple" "dict" "nparray" "bytes" [[1]] "<i2" "|O" 1e999'.split(
      ' ',
    ),
  ],
};

function seeds(version: PyonVersion): string[] {
  const texts = [
    ...vectors<ValueRow>(`sipyco/pyon_v${version}`).map(row => row.wire ?? ''),
    ...vectors<TextRow>(`sipyco/pyon_v${version}_lenient`).map(row => row.text),
    ...vectors<TextRow>(`sipyco/pyon_v${version}_bad`).map(row => row.text),
    ...vectors<TextRow>(`pyon/v${version}`).map(row => row.text),
  ];
  return texts.filter(text => text.length > 0 && text.length < 400);
}

function mutant(texts: readonly string[], pieces: readonly string[], next: (n: number) => number) {
  let text = texts[next(texts.length)] as string;
  for (let changes = 1 + next(4); changes > 0; changes -= 1) {
    const at = next(text.length + 1);
    switch (next(4)) {
      case 0:
        text = text.slice(0, at) + text.slice(at + 1 + next(8));
        break;
      case 1:
        text = text.slice(0, at) + pieces[next(pieces.length)] + text.slice(at);
        break;
      case 2: {
        const other = texts[next(texts.length)] as string;
        const from = next(other.length);
        text = text.slice(0, at) + other.slice(from, from + next(30)) + text.slice(at);
        break;
      }
      default:
        text = text.slice(0, at) + String.fromCharCode(next(128)) + text.slice(at + 1);
    }
  }
  return text;
}

const encoder = new TextEncoder();

/** Half of them as bytes, of which half with a byte that is no UTF-8. */
function input(text: string, next: (n: number) => number): string | Uint8Array {
  const form = next(4);
  if (form < 2) {
    return text;
  }
  const bytes = encoder.encode(text);
  if (form === 3 && bytes.length > 0) {
    bytes[next(bytes.length)] = next(256);
  }
  return bytes;
}

for (const version of [1, 2] as const) {
  describe(`PYON v${version}, ${INPUTS} texts that were tampered with`, () => {
    it(`gives values or our own errors, and keeps nothing (seed ${SEED})`, () => {
      const next = random(SEED + version);
      const texts = seeds(version);
      const base64 = platformBase64(globalThis);
      let values = 0;
      let heapAfterFirst = 0;
      for (let done = 0; done < INPUTS; done += 1) {
        const text = input(mutant(texts, PIECES[version], next), next);
        try {
          decode(text, { version, base64 });
          values += 1;
        } catch (error) {
          if (!isLabwireError(error)) {
            const shown = typeof text === 'string' ? text : Buffer.from(text).toString('latin1');
            assert.fail(
              `${JSON.stringify(shown)} gave ${error instanceof Error ? error.stack : error}`,
            );
          }
        }
        if (done === ROUND) {
          collect();
          heapAfterFirst = process.memoryUsage().heapUsed;
        }
      }
      collect();
      const grown = (process.memoryUsage().heapUsed - heapAfterFirst) / MEBIBYTE;
      assert.ok(grown < 8, `the heap grew by ${grown.toFixed(1)} MiB`);
      assert.ok(values > INPUTS / 50, `only ${values} texts were readable: the seeds are poor`);
    });
  });
}

describe('texts made to be expensive', () => {
  const { nesting, nestingV1, intDigits } = PYON_LIMITS;
  const isOurs = (error: unknown) => isLabwireError(error);
  const many = 300_000;

  it('nested a million deep', () => {
    for (const version of [1, 2] as const) {
      for (const bracket of ['[', '{"a":', '{"__jsonclass__":["tuple",[[', '(', '{']) {
        assert.throws(() => decode(bracket.repeat(many / 10), { version }), isOurs);
      }
    }
    assert.throws(() => decode('-'.repeat(many), { version: 1 }), isOurs);
  });

  it('nested as deep as allowed', () => {
    for (const [version, depth] of [
      [2, nesting],
      [1, nestingV1],
    ] as const) {
      decode('['.repeat(depth) + ']'.repeat(depth), { version });
      assert.throws(() => decode('['.repeat(depth + 1) + ']'.repeat(depth + 1), { version }), {
        name: 'LimitError',
      });
    }
    const inner = Math.floor(nesting / 4);
    decode('{"__jsonclass__":["tuple",[['.repeat(inner) + ']]]}'.repeat(inner));
  });

  it('long tokens of one kind', () => {
    for (const version of [1, 2] as const) {
      for (const piece of [
        '"',
        "'",
        '\\',
        '#',
        ' ',
        '\n',
        '1',
        '1.',
        'e',
        'n',
        '\u00e9',
        '"a" ',
        '\\N{',
      ]) {
        const text = piece.repeat(many / piece.length);
        for (const whole of [text, `"${text}`, `[${text}]`]) {
          try {
            decode(whole, { version });
          } catch (error) {
            assert.ok(isOurs(error), `${JSON.stringify(piece)}: ${error}`);
          }
        }
      }
    }
  });

  it('ints and fractions of more digits than Python reads', () => {
    const digits = '1'.repeat(intDigits);
    assert.equal(decode(digits), BigInt(digits));
    for (const text of [
      `${digits}1`,
      `{"__jsonclass__":["Fraction",["${digits}1"]]}`,
      '{"__jsonclass__":["Fraction",["1e999999999"]]}',
      '{"__jsonclass__":["Fraction",["1e-999999999"]]}',
    ]) {
      assert.throws(() => decode(text), { name: 'LimitError', limit: 'intDigits' });
    }
  });

  it('arrays that promise more than they hold', () => {
    for (const [shape, dtype] of [
      ['[1000000000000]', '"<f8"'],
      ['[9007199254740993]', '"<f8"'],
      [`[${'0,'.repeat(70)}0]`, '"<f8"'],
      ['[0]', '"|V2147483648"'],
      ['[0]', '"|V99999999999999999999"'],
      ['[1]', `"${'i4,'.repeat(5000)}i4"`],
      ['[1]', `"(${'9'.repeat(400)},)i4"`],
    ]) {
      assert.throws(
        () => decode(`{"__jsonclass__":["nparray",[${shape},${dtype},""]]}`),
        isOurs,
        `${shape} ${dtype}`,
      );
    }
  });

  it('a document longer than allowed', () => {
    const limits = { textBytes: 10 };
    assert.deepEqual(decode('[1,2,3,45]', { limits }), [1n, 2n, 3n, 45n]);
    assert.throws(() => decode('[1,2,3,456]', { limits }), {
      name: 'LimitError',
      limit: 'textBytes',
    });
    assert.throws(() => decode(new Uint8Array(11), { limits }), { name: 'LimitError' });
  });

  it('messages stay short', () => {
    const long = 'x'.repeat(many);
    for (const [version, text] of [
      [2, `{"__jsonclass__":["${long}",[]]}`],
      [2, `{"__jsonclass__":["complex",["${long}"]]}`],
      [2, `{"__jsonclass__":["Fraction",["${long}"]]}`],
      [2, `{"__jsonclass__":["nparray",[[1],"${long}",""]]}`],
      [2, `{"__jsonclass__":["nparray",[[${'1,'.repeat(1000)}1],"<i2",""]]}`],
      [1, long],
      [1, `slice(${long}=1)`],
      [1, `'\\N{${long}}'`],
    ] as const) {
      assert.throws(
        () => decode(text, { version }),
        (error: unknown) => isLabwireError(error) && error.message.length < 600,
        text.slice(0, 60),
      );
    }
  });
});
