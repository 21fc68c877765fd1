import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Remembered } from '../remembered.js';

const bytes = (text: string) => new TextEncoder().encode(text);

/** Counts what it reads. */
function counting() {
  const read: string[] = [];
  const remembered = new Remembered(line => {
    const text = new TextDecoder().decode(line);
    read.push(text);
    if (text === 'bad') {
      throw new RangeError('bad');
    }
    return { text };
  });
  return { read, remembered };
}

describe('Remembered', () => {
  it('reads a line once, for as long as the same comes', () => {
    const { read, remembered } = counting();
    const first = remembered.read(bytes('one'));
    assert.equal(remembered.read(bytes('one')), first);
    assert.deepEqual(remembered.read(bytes('two')), { text: 'two' });
    assert.deepEqual(remembered.read(bytes('one')), { text: 'one' });
    assert.deepEqual(read, ['one', 'two', 'one']);
  });

  it('tells lines apart by length and by their last byte', () => {
    const { remembered } = counting();
    for (const text of ['line', 'lin', 'linf', '', 'line']) {
      assert.deepEqual(remembered.read(bytes(text)), { text });
    }
  });

  it('keeps bytes of its own', () => {
    const { remembered } = counting();
    const line = Buffer.from('one'); // whose slices are views
    remembered.read(line);
    line.write('two');
    assert.deepEqual(remembered.read(line), { text: 'two' });
    assert.deepEqual(remembered.read(bytes('one')), { text: 'one' });
  });

  it('keeps neither what throws nor what is long', () => {
    const { read, remembered } = counting();
    const long = 'x'.repeat(5000);
    remembered.read(bytes('one'));
    assert.throws(() => remembered.read(bytes('bad')), RangeError);
    assert.throws(() => remembered.read(bytes('bad')), RangeError);
    remembered.read(bytes(long));
    remembered.read(bytes(long));
    remembered.read(bytes('one'));
    assert.deepEqual(read, ['one', 'bad', 'bad', long, long]);
  });
});
