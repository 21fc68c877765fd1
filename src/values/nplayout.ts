// Where the elements of a strided array lie: strides, broadcasting, walking in C order.
//
// Source: numpy's reference, "The N-dimensional array", "Broadcasting".

/** Where the elements of an array lie in its bytes: lengths of the axes, byte steps, byte of the first element. */
export type Layout = {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
};

/** A shape as Python prints it: `(2,)`, `(2,3)`. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(',')})`;
}

/** The strides with which an array of shape `own` fills `shape`, or null where it cannot. */
export function broadcastStrides(
  own: readonly number[],
  strides: readonly number[],
  shape: readonly number[],
): number[] | null {
  const extra = own.length - shape.length;
  const result = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < own.length; i++) {
    const axis = i - extra;
    if (axis < 0) {
      if (own[i] !== 1) {
        return null; // only leading axes of length 1 may be dropped
      }
    } else if (own[i] === shape[axis]) {
      result[axis] = strides[i]!;
    } else if (own[i] !== 1) {
      return null;
    }
  }
  return result;
}

/** Visit the byte offset of every element, in C order. */
export function walk(layout: Layout, visit: (offset: number) => void): void {
  walkTwo(layout, layout, visit);
}

/** Visit two layouts of one shape together, in C order. */
export function walkTwo(a: Layout, b: Layout, visit: (a: number, b: number) => void): void {
  const { shape } = a;
  const last = shape.length - 1;
  if (last < 0) {
    visit(a.offset, b.offset);
    return;
  }
  if (shape.includes(0)) {
    return;
  }
  const counter = new Array<number>(last).fill(0);
  const count = shape[last]!;
  const [stepA, stepB] = [a.strides[last]!, b.strides[last]!];
  let [rowA, rowB] = [a.offset, b.offset];
  for (;;) {
    for (let i = 0, atA = rowA, atB = rowB; i < count; i++, atA += stepA, atB += stepB) {
      visit(atA, atB);
    }
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      rowA += a.strides[axis]!;
      rowB += b.strides[axis]!;
      counter[axis] = counter[axis]! + 1;
      if (counter[axis]! < shape[axis]!) {
        break;
      }
      rowA -= a.strides[axis]! * shape[axis]!;
      rowB -= b.strides[axis]! * shape[axis]!;
      counter[axis] = 0;
    }
    if (axis < 0) {
      return;
    }
  }
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}
