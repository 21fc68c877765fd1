// Streams of bytes that a peer might send in its worst hour.

const PIECES = [
  ...['{', '}', '[', ']', '"', ',', ':', '\n', '-1', '1e400', 'null', 'NaN', "'", '(', ')'],
  ...['"path"', '"key"', '"setitem"', 'slice', '"__jsonclass__"', '"tuple"', '"status"', '"ok"'],
  ...['"exception"', '"args"', '"kwargs"', '"targets"', '\\ud800', '\xff', '\r', ' pyon_v2'],
];

/**
 * `stream` with a few bytes changed, cut out, doubled, or replaced by pieces that mean something.
 * @param chance - numbers in [0, 1).
 */
export function mutate(stream: Uint8Array, chance: () => number): Uint8Array {
  const random = (below: number) => Math.floor(chance() * below);
  let bytes = Buffer.from(stream);
  for (let edits = 1 + random(3); edits > 0; edits -= 1) {
    const at = random(bytes.length);
    const length = random(8);
    switch (random(4)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
        break;
      default:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(PIECES[random(PIECES.length)]!, 'latin1'),
          bytes.subarray(at + length),
        ]);
    }
  }
  return new Uint8Array(bytes);
}
