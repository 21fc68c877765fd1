import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compile, type TopLevelSpec } from 'vega-lite';
import { chartConfig } from '../views/charttheme.js';

const THEME = {
  background: '#111',
  text: '#eee',
  muted: '#aaa',
  grid: '#333',
  font: 'serif',
  fontSize: 11,
};

const SPEC: TopLevelSpec = {
  data: { name: 'rabi' },
  mark: 'line',
  encoding: {
    x: { field: 't', type: 'quantitative' },
    color: { field: 'p', type: 'quantitative' },
  },
};

type Config = {
  readonly background?: string;
  readonly axis: { readonly labelColor: string; readonly gridColor: string };
  readonly range: { readonly category: readonly string[] };
};

const configOf = (spec: TopLevelSpec) => {
  const vega = compile(spec, { config: chartConfig(THEME) }).spec;
  return { config: vega.config as unknown as Config, background: vega.background };
};

describe('chartConfig', () => {
  it('gives a chart the colours of the theme, on no ground of its own', () => {
    const { config, background } = configOf(SPEC);
    assert.equal(background, 'transparent');
    assert.deepEqual([config.axis.labelColor, config.axis.gridColor], ['#aaa', '#333']);
    assert.equal(config.range.category.length, 8);
  });

  it('gives way to what the specification says', () => {
    const { config, background } = configOf({
      ...SPEC,
      background: 'white',
      config: { axis: { labelColor: 'red' } },
    });
    assert.equal(background, 'white');
    assert.deepEqual([config.axis.labelColor, config.axis.gridColor], ['red', '#333']);
  });
});
