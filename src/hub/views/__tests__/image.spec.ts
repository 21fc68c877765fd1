import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NDArray, NO_ALARM, type PyValue } from '../../../values/index.js';
import type { ImageFrame, Viewport } from '../../api.js';
import type { SourceEvent } from '../../sources/source.js';
import { csvOf } from '../csv.js';
import { ImageView } from '../image.js';

const WHOLE: Viewport = {
  width: 1000,
  height: 1000,
  x: null,
  region: null,
  colormap: 'gray',
  levels: { mode: 'fixed', low: 0, high: 256 },
  firstRow: 0,
  rowCount: 0,
  filter: '',
  folded: [],
};

function reading(value: PyValue, type = 'test'): SourceEvent {
  return {
    type: 'reading',
    reading: { value, type, timeNs: 0n, alarm: NO_ALARM, display: {}, persist: null },
    range: null,
  };
}

async function frameOf(view: ImageView): Promise<ImageFrame> {
  const { content } = await view.frame();
  assert.equal(content.kind, 'image', JSON.stringify(content));
  return content as ImageFrame;
}

function reds(frame: ImageFrame): number[] {
  const pixels = frame.pixels as Uint8ClampedArray;
  return Array.from({ length: pixels.length / 4 }, (_, i) => pixels[4 * i]!);
}

describe('ImageView', () => {
  it('shows row 0 on top and reads pixels as column, row', async () => {
    const view = new ImageView({});
    view.setViewport(WHOLE);
    view.input('value', reading(NDArray.of(Uint16Array.from([1, 2, 3, 40, 50, 60]), [2, 3])));
    const frame = await frameOf(view);
    assert.deepEqual([frame.columns, frame.rows], [3, 2]);
    assert.deepEqual(reds(frame), [1, 2, 3, 40, 50, 60]);
    assert.deepEqual(frame.dataRange, [1, 60]);
    assert.deepEqual(view.ask({ type: 'pixel', x: 2.9, y: 1.2 }), {
      type: 'pixel',
      value: 60n,
      text: '60',
    });
    assert.deepEqual(view.ask({ type: 'pixel', x: 3, y: 0 }), {
      type: 'pixel',
      value: null,
      text: '',
    });
  });

  it('shows the region that is looked at', async () => {
    const view = new ImageView({});
    view.setViewport({ ...WHOLE, region: [1, 0, 2, 1] });
    view.input('value', reading(NDArray.of(Uint8Array.from([1, 2, 3, 4, 5, 6]), [2, 3])));
    const frame = await frameOf(view);
    assert.deepEqual(reds(frame), [2, 3]);
    assert.deepEqual(frame.region, [1, 0, 2, 1]);
  });

  it('takes percentile levels from the data', async () => {
    const view = new ImageView({});
    view.setViewport({ ...WHOLE, levels: { mode: 'percentile', low: 1, high: 99 } });
    const data = Float64Array.from({ length: 10_000 }, (_, i) => i);
    data[9_999] = 1e9;
    view.input('value', reading(NDArray.of(data, [100, 100])));
    const { levels } = await frameOf(view);
    assert.ok(levels[1] < 1e4, `one hot pixel must not set the scale: ${levels}`);
  });

  it('draws int64, float16, bool, big-endian and strided arrays', async () => {
    const view = new ImageView({});
    view.setViewport(WHOLE);
    for (const dtype of ['<i8', '<f2', '>u2', '>i4', '<f4']) {
      view.input(
        'value',
        reading(NDArray.from(dtype, dtype[1] === 'f' ? [1, 2, 3, 4] : [1n, 2n, 3n, 4n], [2, 2])),
      );
      assert.deepEqual(reds(await frameOf(view)), [1, 2, 3, 4], dtype);
    }
    const bytes = Uint8Array.from([1, 2, 3, 4]);
    view.input('value', reading(new NDArray('|u1', [2, 2], bytes, 0, [1, 2])));
    assert.deepEqual(reds(await frameOf(view)), [1, 3, 2, 4]);
  });

  it('sees an element that changed in place at the next reading', async () => {
    const view = new ImageView({});
    view.setViewport(WHOLE);
    const array = NDArray.of(Uint8Array.from([1, 2, 3, 4]), [2, 2]);
    view.input('value', reading(array));
    await frameOf(view);
    assert.equal(view.dirty, false);
    array.bytes[3] = 200;
    view.input('value', reading(array));
    assert.equal(view.dirty, true);
    assert.deepEqual(reds(await frameOf(view)), [1, 2, 3, 200]);
  });

  it('says what does not fit: another shape, another type, no pixels', async () => {
    const view = new ImageView({}, 'frame');
    view.setViewport(WHOLE);
    const faultFor = async (value: PyValue, type: string) => {
      view.input('value', reading(value, type));
      const { content } = await view.frame();
      return content.kind === 'empty' ? content.fault?.message : 'drawn';
    };
    assert.equal(
      await faultFor(NDArray.of(Float64Array.from([1])), 'float64[1]'),
      'frame is float64[1], an image needs a 2-D array of real numbers',
    );
    assert.equal(
      await faultFor('text', 'str'),
      'frame is str, an image needs a 2-D array of real numbers',
    );
    assert.equal(
      await faultFor(new NDArray('<f8', [0, 3]), 'float64[0, 3]'),
      'frame is float64[0, 3]: it has no pixels',
    );
  });

  it('draws an image that is all NaN as nothing', async () => {
    const view = new ImageView({});
    view.setViewport({ ...WHOLE, levels: { mode: 'percentile', low: 1, high: 99 } });
    view.input('value', reading(NDArray.of(new Float64Array(4).fill(Number.NaN), [2, 2])));
    const frame = await frameOf(view);
    assert.deepEqual([...(frame.pixels as Uint8ClampedArray)], new Array(16).fill(0));
  });

  it('exports the raw values', () => {
    const view = new ImageView({}, 'frame');
    view.input('value', reading(NDArray.of(Uint16Array.from([1, 2, 3, 4]), [2, 2])));
    assert.equal(new TextDecoder().decode(csvOf(view.table().columns)), '0,1\r\n1,2\r\n3,4\r\n');
  });
});
