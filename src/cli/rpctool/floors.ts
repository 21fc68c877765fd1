// Quotients rounded down, and rests with the sign of the divisor, as Python and numpy have them.

/** @param b - not 0. */
export function floorDivide(a: bigint, b: bigint): [quotient: bigint, rest: bigint] {
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? [a / b - 1n, rest + b] : [a / b, rest];
}

/** @param b - not 0. */
export function floatDivide(a: number, b: number): [quotient: number, rest: number] {
  let rest = a % b;
  let quotient = (a - rest) / b;
  if (rest === 0) {
    rest = withSign(0, b);
  } else if (rest < 0 !== b < 0) {
    rest += b;
    quotient -= 1;
  }
  if (quotient === 0) {
    return [withSign(0, a / b), rest];
  }
  const floor = Math.floor(quotient);
  return [quotient - floor > 0.5 ? floor + 1 : floor, rest];
}

function withSign(size: number, like: number): number {
  return like < 0 || Object.is(like, -0) ? -size : size;
}
