import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isLabwireError, type LimitError } from '../../values/index.js';
import { LineReader } from '../index.js';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** The lines of `chunks`, each copied before `take` returns; what is read is overwritten afterwards. */
function linesOf(reader: LineReader, chunks: readonly Uint8Array[]): string[] {
  const lines: string[] = [];
  for (const chunk of chunks) {
    const lent = Uint8Array.from(chunk);
    reader.feed(lent, line => lines.push(text(line)) > 0);
    lent.fill(0x21); // the caller may reuse its chunk
  }
  return lines;
}

function limitOf(work: () => void): LimitError {
  try {
    work();
  } catch (error) {
    if (isLabwireError(error, 'LimitError')) {
      return error;
    }
    throw error;
  }
  assert.fail('no limit was passed');
}

describe('LineReader', () => {
  it('cuts at "\\n" alone: "\\r", blanks and empty lines stay', () => {
    const reader = new LineReader(100, 'lineBytes');
    assert.deepEqual(linesOf(reader, [Buffer.from('a\r\n\n b \n\0\x85\u2028\nrest')]), [
      'a\r',
      '',
      ' b ',
      '\0\xc2\x85\xe2\x80\xa8',
    ]);
    assert.equal(reader.pendingBytes, 4);
  });

  it('gives the same lines however the bytes are cut', () => {
    const bytes = Buffer.from('{"action":"init"}\n\n{"x":1}\nthe last one\n');
    const whole = linesOf(new LineReader(100, 'lineBytes'), [bytes]);
    assert.equal(whole.length, 4);
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const reader = new LineReader(100, 'lineBytes');
        const cut = [
          bytes.subarray(0, first),
          bytes.subarray(first, second),
          bytes.subarray(second),
        ];
        assert.deepEqual(linesOf(reader, cut), whole, `cut at ${first} and ${second}`);
        assert.equal(reader.pendingBytes, 0);
      }
    }
    const single = Array.from(bytes, byte => Uint8Array.of(byte));
    assert.deepEqual(linesOf(new LineReader(100, 'lineBytes'), single), whole);
  });

  it('agrees with a split of the whole text, for lines and cuts at random', () => {
    const chunk = fc.uint8Array({ maxLength: 700 }).map(bytes => bytes.map(b => (b < 40 ? 10 : b)));
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 12 }), chunks => {
        const reader = new LineReader(1_000_000, 'lineBytes');
        const expected = text(Buffer.concat(chunks)).split('\n');
        const rest = expected.pop() ?? '';
        assert.deepEqual(linesOf(reader, chunks), expected);
        assert.equal(reader.pendingBytes, rest.length);
      }),
      { seed: 41, numRuns: 500 },
    );
  });

  it('lends a line inside one chunk without a copy', () => {
    const chunk = Buffer.from('one\ntwo\n');
    const lines: Uint8Array[] = [];
    new LineReader(100, 'lineBytes').feed(chunk, line => lines.push(line) > 0);
    assert.ok(lines.every(line => line.buffer === chunk.buffer));
  });

  it('stops where it is told to', () => {
    const reader = new LineReader(100, 'lineBytes');
    let taken = 0;
    reader.feed(Buffer.from('a\nb\nc\nrest'), () => ++taken < 2);
    assert.equal(taken, 2);
    assert.equal(reader.pendingBytes, 0);
  });

  it('takes a line as long as allowed and refuses one byte more, wherever it is cut', () => {
    for (let cut = 0; cut <= 11; cut++) {
      const fits = Buffer.from(`${'x'.repeat(10)}\n`);
      const good = new LineReader(10, 'lineBytes');
      assert.deepEqual(linesOf(good, [fits.subarray(0, cut), fits.subarray(cut)]), [
        'x'.repeat(10),
      ]);
      const long = Buffer.from(`${'x'.repeat(11)}\n`);
      const reader = new LineReader(10, 'lineBytes');
      const error = limitOf(() => linesOf(reader, [long.subarray(0, cut), long.subarray(cut)]));
      assert.equal(
        error.message,
        'a line of 11 bytes and more arrived, lineBytes allows 10',
        `cut at ${cut}`,
      );
      assert.deepEqual(error.facts(), {
        limit: 'lineBytes',
        value: 11,
        maximum: 10,
        unit: 'bytes',
      });
      assert.equal(reader.pendingBytes, 0);
    }
  });

  it('delivers the lines before one that is too long', () => {
    const reader = new LineReader(4, 'lineBytes');
    const lines: string[] = [];
    limitOf(() => reader.feed(Buffer.from('ok\ntoo long\n'), line => lines.push(text(line)) > 0));
    assert.deepEqual(lines, ['ok']);
    assert.deepEqual(linesOf(reader, [Buffer.from('next\n')]), ['next']);
  });

  it('keeps no more than the limit of a line without an end', () => {
    const reader = new LineReader(1 << 20, 'lineBytes');
    const chunk = new Uint8Array(65_536).fill(0x78);
    const take = () => assert.fail('there is no line');
    for (let i = 0; i < 16; i++) {
      reader.feed(chunk, take);
    }
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 500; i++) {
      limitOf(() => reader.feed(chunk, take));
      for (let j = 0; j < 16; j++) {
        reader.feed(chunk, take);
      }
    }
    assert.equal(reader.pendingBytes, 1 << 20);
    global.gc?.();
    const grown = process.memoryUsage().arrayBuffers - before;
    assert.ok(grown < 64 << 20, `${grown} bytes more after 500 MiB`);
  });

  it('costs the same memory when a line comes byte by byte', () => {
    const reader = new LineReader(1 << 20, 'lineBytes');
    const before = process.memoryUsage();
    const one = Uint8Array.of(0x78);
    for (let i = 0; i < 1 << 20; i++) {
      reader.feed(one, () => true);
    }
    const after = process.memoryUsage();
    assert.equal(reader.pendingBytes, 1 << 20);
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    assert.ok(grown < 32 << 20, `${grown} bytes for a line of 1 MiB`); // an object each would be 100 MiB
  });
});
