import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ParseError } from '../../values/index.js';
import { endpointsOf, isQuiet, parseSpec, specOf, titleOf } from '../spec.js';

const ADDRESS = 'sipyco+sync://127.0.0.1:3250/datasets#rabi.p';
const GOOD = { version: 1, view: 'trace', sources: [{ role: 'y', address: ADDRESS }], options: {} };

function messageOf(json: unknown): string {
  try {
    parseSpec(json);
  } catch (error) {
    assert.ok(error instanceof ParseError, String(error));
    return error.message.replace('the description of this view is not valid: ', '');
  }
  return assert.fail('it was accepted');
}

describe('parseSpec', () => {
  it('takes a whole spec as it is', () => {
    const options = {
      title: 'Rabi',
      unit: 'MHz',
      scale: 1e6,
      precision: 3,
      style: 'points',
      logX: true,
      logY: false,
      colormap: 'gray',
      levels: [5, 95],
      filter: 'rabi',
      height: 280,
    };
    assert.deepEqual(parseSpec({ ...GOOD, options }), { ...GOOD, options });
  });

  it('fills in what a short one leaves out', () => {
    assert.deepEqual(parseSpec({ version: 1, sources: [{ address: ADDRESS }] }), {
      version: 1,
      view: 'auto',
      sources: [{ role: 'value', address: ADDRESS }],
      options: {},
    });
  });

  const refused: readonly [name: string, json: unknown, message: string][] = [
    ['a list', [], 'the view should be an object, it is []'],
    [
      'another version',
      { ...GOOD, version: 2 },
      'version should be 1, the version that this Labwire knows, it is 2',
    ],
    [
      'an unknown view',
      { ...GOOD, view: 'pie' },
      'view should be one of auto, number, trace, histogram, xy, xy_hist, image, table, log, progress, chart, it is "pie"',
    ],
    [
      'no source',
      { ...GOOD, sources: [] },
      'sources should be a list of at least one source, it is []',
    ],
    [
      'a source without address',
      { ...GOOD, sources: [{ role: 'y' }] },
      'sources[0].address should be an address as text, it is nothing',
    ],
    [
      'an unknown option',
      { ...GOOD, options: { color: 'red' } },
      'options should be only title, unit, scale, precision, style, logX, logY, colormap, levels, filter, level, source, min, max, height, it is "color"',
    ],
    [
      'a scale of 0',
      { ...GOOD, options: { scale: 0 } },
      'options.scale should be a number other than 0, it is 0',
    ],
    [
      'levels upside down',
      { ...GOOD, options: { levels: [99, 1] } },
      'options.levels should be two ascending percentiles, such as [1, 99], it is [99,1]',
    ],
    [
      'a key that reaches for the prototype',
      JSON.parse('{"version": 1, "__proto__": {}, "sources": []}'),
      'the view should be only version, view, sources, options, chart, it is "__proto__"',
    ],
  ];
  for (const [name, json, message] of refused) {
    it(`refuses ${name}`, () => {
      assert.equal(messageOf(json), message);
    });
  }

  it('shows the address that cannot be read', () => {
    assert.throws(
      () => parseSpec({ ...GOOD, sources: [{ role: 'y', address: 'datasets' }] }),
      /address "datasets": expected scheme:\/\//,
    );
  });

  it('repeats a long wrong value only in part', () => {
    assert.ok(messageOf({ ...GOOD, view: 'x'.repeat(10_000) }).length < 200);
  });
});

describe('what a spec says about itself', () => {
  it('is titled by its own title, else by the names of what it shows', () => {
    const sources = [
      { role: 'x', address: 'demo+sipyco+sync:///datasets#rabi.t' },
      { role: 'y', address: ADDRESS },
      { role: 'y', address: 'sipyco+sync://127.0.0.1/datasets' },
    ];
    assert.equal(titleOf(parseSpec({ version: 1, sources })), 'rabi.p, datasets');
    assert.equal(titleOf(parseSpec({ version: 1, sources, options: { title: 'Rabi' } })), 'Rabi');
  });

  it('names each endpoint once', () => {
    const sources = ['#a', '#b'].map(key => ({
      address: `sipyco+sync://[::1]:3250/datasets${key}`,
    }));
    assert.deepEqual(endpointsOf(parseSpec({ version: 1, sources })), ['[::1]:3250']);
  });

  it('opens by itself only what listens', () => {
    assert.equal(isQuiet(parseSpec(GOOD)), true);
    assert.equal(isQuiet(specOf('ca://XF:mtr1')), true);
    assert.equal(isQuiet(specOf('sipyco+rpc://127.0.0.1:3251/led')), false);
  });

  it('shows a whole notifier as a table and a part of it by its shape', () => {
    assert.deepEqual(specOf('demo+sipyco+sync:///datasets'), {
      version: 1,
      view: 'table',
      sources: [{ role: 'table', address: 'demo+sipyco+sync:///datasets' }],
      options: {},
    });
    assert.equal(specOf(ADDRESS).view, 'auto');
    assert.equal(specOf(ADDRESS).sources[0]?.role, 'value');
  });
});
