// What the writers of both versions share: ints, base64, and the way to a value that has no form.

import {
  EncodeError,
  type NDArray,
  type NumpyScalar,
  PyObject,
  type PyValue,
  pyRepr,
  swapBytes,
  typeName,
  unitSize,
} from '../../values/index.js';
import { LONG } from './arrays.js';
import { encodeBase64, encodedLength, type IBase64 } from './base64.js';
import { overLimit } from './fail.js';
import type { PyonLimits } from './limits.js';
import type { Out } from './out.js';
import type { PyonRegistry } from './registry.js';

/** What writers may use. */
export type WriteTools = {
  readonly limits: PyonLimits;
  readonly base64: IBase64 | undefined;
  readonly registry: PyonRegistry;
};

/**
 * Where in the value the writer is, as Python would index it. Kept only in a second run, after the
 * first has failed: paths cost time that no good value should pay.
 */
export class Trail {
  private readonly _steps: string[] = [];

  push(step: string): void {
    this._steps.push(step);
  }

  pop(): void {
    this._steps.pop();
  }

  toString(): string {
    return this._steps.join('');
  }
}

/** `[3]` or `["a"]`. */
export function step(key: PyValue): string {
  return `[${typeof key === 'string' ? JSON.stringify(key) : pyRepr(key)}]`;
}

/** The step to an item of a list. */
export function itemStep(index: number): string {
  return `[${index}]`;
}

/** A value without a form in this version. */
export function unencodable(
  what: string,
  trail: Trail | null,
  options: { readonly hint?: string; readonly cause?: unknown } = {},
): EncodeError {
  const path = trail?.toString() ?? '';
  const place = path === '' ? '' : `, at ${path}`;
  return new EncodeError(`${what}${place}`, { path }, { protocol: 'pyon', ...options });
}

/** A value of a type that this version does not know. */
export function noForm(value: PyValue, version: 1 | 2, trail: Trail | null): EncodeError {
  const what = `a ${typeName(value)} has no form in PYON v${version}`;
  return unencodable(what, trail, { hint: hintFor(value, version) });
}

function hintFor(value: unknown, version: 1 | 2): string | undefined {
  if (value instanceof PyObject) {
    return version === 2 ? 'register its class' : undefined;
  }
  if (value === undefined) {
    return "Python's None is null";
  }
  const isBare = typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
  return isBare || value instanceof Map ? 'make it a dict: dict(…)' : undefined;
}

/** @throws {LimitError} more digits than Python reads. */
export function writeInt(out: Out, value: bigint, limits: PyonLimits): void {
  const text = value.toString();
  const digits = value < 0n ? text.length - 1 : text.length;
  if (digits > limits.intDigits) {
    throw overLimit('intDigits', digits, limits.intDigits, 'digits', `an int of ${digits} digits`);
  }
  out.ascii(text);
}

/** @throws {LimitError} too deep: most likely a value that holds itself. */
export function checkDepth(depth: number, limits: PyonLimits): void {
  if (depth > limits.nesting) {
    throw overLimit(
      'nesting',
      depth,
      limits.nesting,
      'brackets',
      `a value is nested ${depth} deep, or holds itself`,
    );
  }
}

/** Base64 of `data`, straight into the document. */
export function writeBase64(out: Out, data: Uint8Array, codec: IBase64 | undefined): void {
  const length = encodedLength(data.length);
  const at = out.reserve(length);
  if (codec?.encode !== undefined && data.length >= LONG) {
    codec.encode(data, out.buffer.subarray(at, at + length));
  } else {
    encodeBase64(data, out.buffer, at);
  }
  out.advance(at + length);
}

/** dtypes of scalars that PYON has; long double is none of them. */
const SCALARS_V1 = /^[iufc]/;
const SCALARS_V2 = /^[biufcmMSV]/;

/** `<i4` and the bytes; null where the scalar has no form. Scalars are little-endian on the wire. */
export function scalarParts(
  scalar: NumpyScalar,
  version: 1 | 2,
): { readonly dtype: string; readonly bytes: Uint8Array } | null {
  const { dtype } = scalar;
  const isLong =
    (dtype.kind === 'f' && dtype.itemsize > 8) || (dtype.kind === 'c' && dtype.itemsize > 16);
  if (isLong || !(version === 1 ? SCALARS_V1 : SCALARS_V2).test(dtype.kind)) {
    return null;
  }
  if (dtype.byteorder !== '>') {
    return { dtype: dtype.str, bytes: scalar.bytes };
  }
  const bytes = scalar.bytes.slice();
  swapBytes(bytes, unitSize(dtype));
  return { dtype: dtype.withByteOrder('<').str, bytes };
}

/** numpy gives no bytes of such arrays. @throws {EncodeError} */
export function checkArray(array: NDArray, version: 1 | 2, trail: Trail | null): void {
  const { kind, name } = array.dtype;
  if (kind === 'O' || kind === 'm' || kind === 'M') {
    throw unencodable(`an array of dtype ${name} has no form in PYON v${version}`, trail, {
      hint: kind === 'O' ? undefined : 'send its ticks as int64',
    });
  }
}
