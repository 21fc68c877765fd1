import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { NDArray } from '../../values/index.js';

describe('labwire/node', () => {
  it("gives PYON the platform's base64", async () => {
    const { decode, encode } = await import('../pyon.js');
    const text = encode(NDArray.of(new Float64Array(1000)));
    const from = mock.method(Buffer, 'from');
    const plain = decode(text);
    assert.equal(from.mock.callCount(), 0, 'not without it');
    await import('../node.js');
    assert.deepEqual(decode(text), plain);
    assert.ok(from.mock.callCount() > 0);
    from.mock.restore();
  });
});
