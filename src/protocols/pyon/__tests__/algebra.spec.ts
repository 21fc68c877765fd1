import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { pyValue } from '../../../values/__tests__/arbitrary.js';
import { type PyValue, pyEquals, pyExact, pyRepr } from '../../../values/index.js';
import {
  decode,
  decodeAny,
  decodeTree,
  detectVersion,
  encode,
  encodeBytes,
  encodeTree,
  fromTree,
  platformBase64,
  toTree,
} from '../index.js';

const RUNS = { numRuns: 1500, seed: 1_764_300_000 };

function assertExact(actual: PyValue, expected: PyValue) {
  assert.ok(pyExact(actual, expected), `${pyRepr(actual)}\n  is not ${pyRepr(expected)}`);
}

/** What version 2 keeps: not OrderedDict, and numpy's float64 and str are Python's. */
const KEPT_BY_V2 = pyValue({ without: ['odict', 'float64 scalar', 'str scalar'] });

/** What version 1 keeps: neither the empty set nor odd complex numbers, and of slices the usual ones. */
const KEPT_BY_V1 = pyValue({
  without: ['empty set', 'odd complex', 'str scalar', 'slice of anything'],
});

describe('PYON', () => {
  it('v2 gives back what it was given, from bytes and from text, pretty or not', () => {
    const base64 = platformBase64(globalThis);
    fc.assert(
      fc.property(KEPT_BY_V2, value => {
        assertExact(decode(encode(value)), value);
        assertExact(decode(encodeBytes(value, { base64 }), { base64 }), value);
        assertExact(decode(encode(value, { pretty: true })), value);
      }),
      RUNS,
    );
  });

  it('v1 gives back what it was given, from bytes and from text', () => {
    fc.assert(
      fc.property(KEPT_BY_V1, value => {
        assertExact(decode(encode(value, { version: 1 }), { version: 1 }), value);
        assertExact(decode(encodeBytes(value, { version: 1 }), { version: 1 }), value);
      }),
      RUNS,
    );
  });

  it('pretty v1 gives back equal values: it may sort dicts', () => {
    const noOrder = pyValue({
      without: ['empty set', 'odd complex', 'str scalar', 'slice of anything', 'odict'],
    });
    fc.assert(
      fc.property(noOrder, value => {
        const again = decode(encode(value, { version: 1, pretty: true }), { version: 1 });
        // NaN equals nothing, so compare what both are written as once sorted.
        assert.equal(
          encode(again, { version: 1, pretty: true }),
          encode(value, { version: 1, pretty: true }),
        );
      }),
      RUNS,
    );
  });

  it('encodes the same after a round trip', () => {
    fc.assert(
      fc.property(pyValue(), value => {
        const once = encode(value);
        assert.equal(encode(decode(once)), once);
      }),
      RUNS,
    );
  });

  it('is ASCII, whatever the strings', () => {
    fc.assert(
      fc.property(KEPT_BY_V1, value => {
        for (const version of [1, 2] as const) {
          assert.match(encode(value, { version }), /^[\x20-\x7e]*$/);
        }
      }),
      RUNS,
    );
  });

  it('trees give back everything', () => {
    fc.assert(
      fc.property(pyValue(), value => {
        assertExact(fromTree(toTree(value)), value);
        const text = encodeTree(value);
        assert.match(text, /^[\x20-\x7e]*$/);
        assertExact(decodeTree(text), value);
      }),
      RUNS,
    );
  });

  it('rounds decimals as the platform does, above all where digits are just too many', () => {
    const digits = fc.oneof(
      fc.bigInt({ min: 2n ** 53n - 20n, max: 2n ** 53n + 20n }),
      fc.bigInt({ min: 0n, max: 10n ** 19n }),
      fc.bigInt({ min: 0n, max: 10n ** 30n }),
    );
    const exponents = fc.oneof(
      fc.constant(''),
      fc.integer({ min: -330, max: 310 }).map(e => `e${e}`),
    );
    fc.assert(
      fc.property(
        digits,
        fc.nat(25),
        exponents,
        fc.boolean(),
        (all, places, exponent, isNegative) => {
          const text = String(all).padStart(places + 1, '0');
          const point = text.length - places;
          const decimal = `${text.slice(0, point)}.${text.slice(point) || '0'}${exponent}`;
          const signed = isNegative ? `-${decimal}` : decimal;
          for (const version of [1, 2] as const) {
            assertExact(decode(signed, { version }), Number(signed));
          }
        },
      ),
      { ...RUNS, numRuns: 20_000 },
    );
  });

  it('tells its versions apart where the texts differ', () => {
    fc.assert(
      fc.property(KEPT_BY_V2, value => {
        const text = encode(value);
        assert.notEqual(detectVersion(text), 1);
        assertExact(decodeAny(text).value, value);
      }),
      RUNS,
    );
    fc.assert(
      fc.property(KEPT_BY_V1, value => {
        const text = encode(value, { version: 1 });
        const version = detectVersion(text);
        assert.notEqual(version, 2);
        if (version === null) {
          assert.ok(pyEquals(decode(text), value) || text === 'NaN');
        }
      }),
      RUNS,
    );
  });
});
