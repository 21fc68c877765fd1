// numpy's repr of an array: rows in brackets, lines of at most 75 characters, the middle of what has
// more than 1000 elements left out, and what the text does not say of shape and dtype.
//
// Source: numpy's reference, `array_repr` and "Print options"; numpy 2.4 as observed.

import type { DType } from './dtype.js';
import type { NDArray } from './ndarray.js';
import { type Format, formatFor, PRINT, shownIndices } from './npformat.js';
import { viewOf } from './scalar.js';

const PREFIX = 'array(';
const SEPARATOR = ', ';

/** numpy's `repr(array)`, of several lines where it has several. */
export function arrayRepr(array: NDArray): string {
  const { dtype, shape, size } = array;
  const isShort = size > PRINT.threshold;
  const text = PREFIX + (size === 0 ? '[]' : elements(array, isShort));
  const notes: string[] = [];
  if (isShort || (size === 0 && shape.length !== 1)) {
    notes.push(`shape=(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`);
  }
  if (size === 0 || !isImplied(dtype)) {
    notes.push(`dtype=${dtypeText(dtype)}`);
  }
  if (notes.length === 0) {
    return `${text})`;
  }
  const note = `${notes.join(', ')})`;
  const lastLine = codePoints(text) - codePoints(text.slice(0, text.lastIndexOf('\n') + 1));
  const fits = lastLine + 1 + note.length + 1 <= PRINT.lineWidth;
  return `${text},${fits ? ' ' : `\n${' '.repeat(PREFIX.length)}`}${note}`;
}

/** The dtypes that numpy gives the elements when it reads them again. */
function isImplied({ kind, itemsize, isNative }: DType): boolean {
  const name = `${kind}${itemsize}`;
  return isNative && (kind === 'b' || name === 'i8' || name === 'f8' || name === 'c16');
}

/** A dtype as an argument: `float32`, `'>f8'`, `[('a', '<i4')]`. */
export function dtypeText(dtype: DType): string {
  if (dtype.fields !== null) {
    const fields = dtype.fields.map(({ name, dtype: of }) => {
      const [base, shape] =
        of.subarray === null ? [of, null] : [of.subarray.base, of.subarray.shape];
      const axes = shape === null ? '' : `, (${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
      return `('${name}', ${base.fields === null ? `'${base.str}'` : dtypeText(base)}${axes})`;
    });
    return `[${fields.join(', ')}]`;
  }
  if ('SUV'.includes(dtype.kind) || !dtype.isNative) {
    return `'${dtype.str}'`;
  }
  return /^[a-z][a-z0-9]*$/.test(dtype.name) ? dtype.name : `'${dtype.name}'`;
}

function elements(array: NDArray, isShort: boolean): string {
  const { dtype, shape, strides, bytes } = array;
  const axes = shape.map(length => shownIndices(length, isShort));
  const offsets = axes.reduce<readonly number[]>(
    (starts, indices, axis) =>
      starts.flatMap(start =>
        indices.flatMap(i => (i === null ? [] : [start + i * strides[axis]!])),
      ),
    [array.offset],
  );
  const view = viewOf(bytes);
  const format = formatFor(dtype, { view, offsets, isSingle: shape.length === 0 });
  const layout = new Layout(axes, strides, format);
  return layout.text(0, array.offset, ' '.repeat(PREFIX.length + 1), PRINT.lineWidth - 1);
}

class Layout {
  private readonly _axes: readonly (readonly (number | null)[])[];
  private readonly _strides: readonly number[];
  private readonly _format: Format;

  constructor(
    axes: readonly (readonly (number | null)[])[],
    strides: readonly number[],
    format: Format,
  ) {
    this._axes = axes;
    this._strides = strides;
    this._format = format;
  }

  /** What lies from `axis` on inwards; lines after the first begin with `indent`. */
  text(axis: number, offset: number, indent: string, width: number): string {
    const indices = this._axes[axis];
    if (indices === undefined) {
      return this._format(offset);
    }
    const at = (i: number) => offset + i * this._strides[axis]!;
    if (axis === this._axes.length - 1) {
      return `[${row(
        indices.map(i => (i === null ? '...' : this._format(at(i)))),
        indent,
        width,
      )}]`;
    }
    // Blocks of more axes stand apart by more empty lines.
    const gap = `${SEPARATOR.trimEnd()}${'\n'.repeat(this._axes.length - 1 - axis)}${indent}`;
    const parts = indices.map(i =>
      i === null ? '...' : this.text(axis + 1, at(i), `${indent} `, width - 1),
    );
    return `[${parts.join(gap)}]`;
  }
}

/** Words in lines; a word that is too long for any line stays on the line it is on. */
function row(words: readonly string[], indent: string, width: number): string {
  const room = width - 1; // the comma or bracket behind a word
  let text = '';
  let line = indent;
  words.forEach((word, i) => {
    if (codePoints(line) + codePoints(word) > room && codePoints(line) > indent.length) {
      text += `${line.trimEnd()}\n`;
      line = indent;
    }
    line += i === words.length - 1 ? word : word + SEPARATOR;
  });
  return (text + line).slice(indent.length);
}

/** Python's `len`: characters, of which an astral one is one. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let i = 1; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    const before = text.charCodeAt(i - 1);
    if (unit >= 0xdc00 && unit < 0xe000 && before >= 0xd800 && before < 0xdc00) {
      count -= 1;
    }
  }
  return count;
}
