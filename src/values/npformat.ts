// How numpy writes one element of an array so that it lines up with the others.
//
// Every kind looks at all elements that will be shown before it writes the first: ints get one
// width, floats one choice between `1.5` and `1.5e+00`, and one place for the point.
//
// Source: numpy's reference, "Print options" (its defaults); numpy 2.4 as observed.

import { isoText } from './datetime.js';
import { type BinaryFloat, binaryFloat, positional, scientific } from './dragon4.js';
import type { DType, DTypeField } from './dtype.js';
import { float16ToNumber, numberToFloat16 } from './float16.js';
import { bytesRepr, strRepr } from './format.js';
import { contiguousStrides } from './ndarray.js';
import { NAT, type NumpyScalar, readElement } from './scalar.js';

/** numpy's print options, as it starts with them. */
export const PRINT = { precision: 8, threshold: 1000, edgeItems: 3, lineWidth: 75 } as const;

/** Writes the element at a byte offset. */
export type Format = (offset: number) => string;

/** The elements that will be shown: where they lie, and whether the array is a single one. */
export type Shown = {
  readonly view: DataView;
  readonly offsets: readonly number[];
  readonly isSingle: boolean;
};

/** The writer for elements of `dtype`, that suits all of `shown`. */
export function formatFor(dtype: DType, shown: Shown): Format {
  const { view, isSingle } = shown;
  switch (dtype.kind) {
    case 'b': {
      const yes = isSingle ? 'True' : ' True';
      return offset => (view.getUint8(offset) === 0 ? 'False' : yes);
    }
    case 'i':
    case 'u':
      return integerFormat(dtype, shown);
    case 'f':
      return floatFormat(dtype, shown, { part: 0, hasPlus: false });
    case 'c':
      return complexFormat(dtype, shown);
    case 'm':
    case 'M':
      return timeFormat(dtype, shown);
    case 'V':
      return dtype.fields === null ? voidFormat(dtype, view) : recordFormat(dtype.fields, shown);
    default:
      return offset => {
        const item = readElement(dtype, view, offset);
        return item instanceof Uint8Array ? bytesRepr(item) : strRepr(item as string);
      };
  }
}

function integerFormat(dtype: DType, { view, offsets }: Shown): Format {
  const text = (offset: number) => String(readElement(dtype, view, offset));
  const width = widest(offsets.map(text));
  return offset => text(offset).padStart(width);
}

function voidFormat({ itemsize }: DType, view: DataView): Format {
  return offset => {
    let text = '';
    for (let i = 0; i < itemsize; i += 1) {
      const byte = view.getUint8(offset + i);
      text += `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    }
    return `b'${text}'`;
  };
}

// ---- Floats -------------------------------------------------------------------------------------

type Part = {
  /** Byte of the part in the element: 0, or the place of the imaginary one. */
  readonly part: number;
  readonly hasPlus: boolean;
};

function complexFormat(dtype: DType, shown: Shown): Format {
  const half = dtype.itemsize / 2;
  const real = floatFormat(dtype, shown, { part: 0, hasPlus: false });
  const imaginary = floatFormat(dtype, shown, { part: half, hasPlus: true });
  return offset => {
    const text = imaginary(offset);
    const end = text.trimEnd().length;
    return `${real(offset)}${text.slice(0, end)}j${text.slice(end)}`; // blanks that align come last
  };
}

function floatFormat(dtype: DType, shown: Shown, { part, hasPlus }: Part): Format {
  const { view } = shown;
  const itemsize = dtype.kind === 'c' ? dtype.itemsize / 2 : dtype.itemsize;
  const isLittle = dtype.byteorder !== '>';
  const number = (offset: number) => {
    const item = readElement(dtype, view, offset);
    return typeof item === 'number' ? item : partOf(item, part);
  };
  const binary = (offset: number) => binaryFloat(view, offset + part, itemsize, isLittle);
  const finite = shown.offsets.filter(offset => Number.isFinite(number(offset)));
  const others = shown.offsets.map(number).filter(value => !Number.isFinite(value));
  const layout = isScientific(itemsize, finite.map(number))
    ? scientificLayout(finite.map(binary), hasPlus)
    : positionalLayout(finite.map(binary), hasPlus);
  // An infinity or NaN takes the room of a number; where that is too small the numbers get more.
  const otherWidth = others.length === 0 ? 0 : hasPlus || others.includes(-Infinity) ? 4 : 3;
  const padLeft = Math.max(layout.padLeft, otherWidth - layout.behind - 1);
  const width = padLeft + layout.behind + 1;
  return offset => {
    const value = number(offset);
    return Number.isFinite(value)
      ? layout.write(binary(offset), padLeft)
      : otherText(value, hasPlus).padStart(width);
  };
}

function partOf(item: unknown, part: number): number {
  const { re, im } = item as { re: number; im: number };
  return part === 0 ? re : im;
}

function otherText(value: number, hasPlus: boolean): string {
  const sign = value < 0 ? '-' : hasPlus ? '+' : '';
  return `${sign}${Number.isNaN(value) ? 'nan' : 'inf'}`;
}

/** Exponents are for numbers that are large, tiny, or a thousandfold apart: all in their own precision. */
function isScientific(itemsize: number, finite: readonly number[]): boolean {
  const sizes = finite.filter(value => value !== 0).map(Math.abs);
  if (sizes.length === 0) {
    return false;
  }
  const round = ROUNDINGS.get(itemsize) ?? (value => value);
  const largest = sizes.reduce((a, b) => Math.max(a, b));
  const smallest = sizes.reduce((a, b) => Math.min(a, b));
  const tooLarge = itemsize === 2 ? 1e3 : itemsize === 4 ? 1e6 : 1e8;
  return largest >= tooLarge || smallest < round(0.0001) || round(largest / smallest) > 1000;
}

const ROUNDINGS: ReadonlyMap<number, (value: number) => number> = new Map([
  [2, (value: number) => float16ToNumber(numberToFloat16(value))],
  [4, Math.fround],
]);

type Layout = {
  /** Characters before the point. */
  readonly padLeft: number;
  /** Characters behind the point, exponent included. */
  readonly behind: number;
  write(x: BinaryFloat, padLeft: number): string;
};

function scientificLayout(finite: readonly BinaryFloat[], hasPlus: boolean): Layout {
  const { precision } = PRINT;
  const parts = finite.map(x =>
    (/^(.*)\.(.*)e[-+](.*)$/.exec(scientific(x, { precision, minimum: 0, hasPlus })) ?? []).slice(
      1,
    ),
  );
  const [whole, decimals, exponents] = [0, 1, 2].map(i => widest(parts.map(part => part[i] ?? '')));
  const options = { precision: decimals!, minimum: decimals!, exponentDigits: exponents!, hasPlus };
  return {
    padLeft: whole!,
    behind: exponents! + 2 + decimals!,
    write: (x, padLeft) => scientific(x, { ...options, padLeft }),
  };
}

function positionalLayout(finite: readonly BinaryFloat[], hasPlus: boolean): Layout {
  const { precision } = PRINT;
  const parts = finite.map(x => positional(x, { precision, hasPlus }).split('.'));
  const [whole, decimals] = [0, 1].map(i => widest(parts.map(part => part[i] ?? '')));
  return {
    padLeft: whole!,
    behind: decimals!,
    write: (x, padLeft) => positional(x, { precision, padLeft, padRight: decimals!, hasPlus }),
  };
}

// ---- Times and records --------------------------------------------------------------------------

function timeFormat(dtype: DType, { view, offsets }: Shown): Format {
  const ticks = (offset: number) => view.getBigInt64(offset, dtype.byteorder !== '>');
  const text = (offset: number) => {
    if (ticks(offset) === NAT) {
      return "'NaT'";
    }
    const item = readElement(dtype, view, offset) as NumpyScalar;
    return dtype.kind === 'M' ? `'${isoText(item)}'` : String(ticks(offset));
  };
  // numpy measures the first and the last in time, and no other.
  const times = offsets.filter(offset => ticks(offset) !== NAT);
  const extremes = times.length === 0 ? [] : [least(times, ticks), greatest(times, ticks)];
  const width = Math.max(widest(extremes.map(text)), times.length < offsets.length ? 5 : 0);
  return offset => text(offset).padStart(width);
}

function least(offsets: readonly number[], ticks: (offset: number) => bigint): number {
  return offsets.reduce((a, b) => (ticks(b) < ticks(a) ? b : a));
}

function greatest(offsets: readonly number[], ticks: (offset: number) => bigint): number {
  return offsets.reduce((a, b) => (ticks(b) > ticks(a) ? b : a));
}

function recordFormat(fields: readonly DTypeField[], { view, offsets, isSingle }: Shown): Format {
  const formats = fields.map(field => {
    const at = (offset: number) => offset + field.offset;
    const { subarray } = field.dtype;
    if (subarray === null) {
      const format = formatFor(field.dtype, { view, offsets: offsets.map(at), isSingle });
      return (offset: number) => format(at(offset));
    }
    return subarrayFormat(
      subarray,
      { view, offsets: offsets.map(at), isSingle: false },
      field.offset,
    );
  });
  return offset => {
    const texts = formats.map(format => format(offset));
    return texts.length === 1 ? `(${texts[0]},)` : `(${texts.join(', ')})`;
  };
}

function subarrayFormat(
  { base, shape }: NonNullable<DType['subarray']>,
  { view, offsets }: Shown,
  fieldOffset: number,
): Format {
  const strides = contiguousStrides(shape, base.itemsize);
  const count = shape.reduce((a, b) => a * b, 1);
  const all = offsets.flatMap(offset =>
    Array.from({ length: count }, (_, i) => offset + i * base.itemsize),
  );
  const format = formatFor(base, { view, offsets: all, isSingle: false });
  const isShort = count > PRINT.threshold;
  const axis = (offset: number, depth: number): string => {
    const length = shape[depth];
    if (length === undefined) {
      return format(offset);
    }
    const parts = shownIndices(length, isShort).map(i =>
      i === null ? '...' : axis(offset + i * strides[depth]!, depth + 1),
    );
    return `[${parts.join(', ')}]`;
  };
  return offset => axis(offset + fieldOffset, 0);
}

/** The indices of an axis that are shown; null stands for those left out. */
export function shownIndices(length: number, isShort: boolean): (number | null)[] {
  const { edgeItems } = PRINT;
  if (!isShort || length <= 2 * edgeItems) {
    return Array.from({ length }, (_, i) => i);
  }
  const edge = Array.from({ length: edgeItems }, (_, i) => i);
  return [...edge, null, ...edge.map(i => length - edgeItems + i)];
}

function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 0);
}
