import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  faultOfChart,
  findBadExpression,
  findMistake,
  lineOf,
  linesAround,
  placeOf,
} from '../chartmistake.js';
import { CHART_LIMIT, type ChartSpec, dataNames, parseChart, pathText } from '../chartspec.js';
import { parseSpec, titleOf } from '../spec.js';

const DATA = 'sipyco+sync://127.0.0.1:3250/datasets';

const CHART: ChartSpec = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  data: { name: 'rabi' },
  mark: { type: 'line', cursor: 'pointer' },
  encoding: {
    x: { field: 't', type: 'quantitative' },
    tooltip: [{ field: 't', type: 'nominal' }],
  },
};

function refusalOf(json: unknown): string {
  try {
    parseChart(json);
  } catch (error) {
    assert.equal((error as Error).name, 'ParseError');
    return (error as Error).message.replace('the chart cannot be drawn: ', '');
  }
  return 'none';
}

const viewOf = (fields: object) => ({
  version: 1,
  view: 'chart',
  sources: [{ role: 'data', name: 'rabi', address: `${DATA}#p` }],
  chart: CHART,
  ...fields,
});

function refusedView(fields: object): string {
  try {
    parseSpec(viewOf(fields));
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
}

describe('parseChart', () => {
  it('takes a specification that loads nothing, and texts that look like addresses', () => {
    for (const fields of [
      {},
      { title: ['see', 'https://example.org/'], description: 'http://x' },
      { usermeta: { url: 'https://example.org/' } },
      { layer: [{ data: { values: [{ url: 'https://example.org/', href: 'x' }] }, mark: 'rule' }] },
      { datasets: { limits: [{ href: 'javascript:1' }] } },
      { transform: [{ calculate: 'datum.a > 1 ? datum.b : 0', as: 'c' }] },
    ]) {
      assert.deepEqual(parseChart({ ...CHART, ...fields }), { ...CHART, ...fields });
    }
  });

  it('refuses an address in any place, and says where', () => {
    const loaded = 'it asks for data or a picture from an address, and a chart loads nothing';
    const picture = 'it asks for a picture from an address, and a chart loads nothing';
    const link = 'it asks for a link, and a chart loads nothing';
    const address = 'it asks for an address, and a chart loads nothing';
    const word = 'a cursor is a word';
    const cases: readonly (readonly [object, string])[] = [
      [{ data: { url: 'data.csv' } }, `data.url: ${loaded}`],
      [
        { data: { url: 'w.json', format: { type: 'topojson', feature: 'land' } } },
        `data.url: ${loaded}`,
      ],
      [
        { transform: [{ lookup: 'a', from: { data: { url: 'x.csv' }, key: 'a' } }] },
        `transform[0].from.data.url: ${loaded}`,
      ],
      [{ layer: [{ mark: 'image' }] }, `layer[0].mark: ${picture}`],
      [{ mark: { type: 'image' } }, `mark.type: ${picture}`],
      [{ encoding: { url: { field: 'u' } } }, `encoding.url: ${loaded}`],
      [{ encoding: { href: { value: 'x' } } }, `encoding.href: ${link}`],
      [{ mark: { type: 'bar', href: { expr: 'u' } } }, `mark.href: ${link}`],
      [{ config: { mark: { href: 'x' } } }, `config.mark.href: ${link}`],
      [{ config: { style: { 'a b': { href: 'x' } } } }, `config.style["a b"].href: ${link}`],
      [{ background: 'url(x.png)' }, `background: ${address}`],
      [{ params: [{ name: 'u', value: ' //x.org/y' }] }, `params[0].value: ${address}`],
      [
        { params: [{ name: 'u', expr: "'data:image/png;base64,' + x" }] },
        `params[0].expr: ${address}`,
      ],
      [{ params: [{ name: 'u', value: 'JavaScript:alert(1)' }] }, `params[0].value: ${address}`],
      [
        { params: [{ name: 'cursor', value: 'x' }] },
        'params[0].name: no parameter may be called "cursor"',
      ],
      [{ mark: { type: 'bar', cursor: 'url(x), auto' } }, `mark.cursor: ${word}`],
      [{ mark: { type: 'bar', cursor: { expr: 'u' } } }, `mark.cursor: ${word}`],
      [
        { data: { values: 'a,b\n1,2', format: { type: 'csv' } } },
        'data.values: the rows are a text',
      ],
      [{ datasets: { a: 'a,b' } }, 'datasets.a: the rows are a text'],
      [
        JSON.parse('{"config": {"__proto__": {}}}'),
        'config["__proto__"]: no name in a specification may be this',
      ],
    ];
    for (const [fields, message] of cases) {
      assert.equal(
        refusalOf({ ...CHART, ...fields }),
        message.replace('["__proto__"]', '.__proto__'),
      );
    }
  });

  it('bounds size and depth', () => {
    assert.equal(refusalOf([]), 'it is no object');
    const size = JSON.stringify({ description: '' }).length;
    assert.equal(refusalOf({ description: 'x'.repeat(CHART_LIMIT - size) }), 'none');
    assert.equal(
      refusalOf({ description: 'x'.repeat(CHART_LIMIT) }),
      `it has ${CHART_LIMIT + size} characters, the limit is ${CHART_LIMIT}`,
    );
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) {
      deep = [deep];
    }
    assert.equal(refusalOf({ a: deep }), 'it is nested deeper than 64 levels');
  });
});

describe('parseSpec of a chart', () => {
  it('takes sources by name and column', () => {
    const sources = [
      { role: 'data', name: 'rabi', column: 't', address: `${DATA}#rabi.t` },
      { role: 'data', name: 'rabi', column: 'p', address: `${DATA}#rabi.p` },
    ];
    const spec = parseSpec(viewOf({ sources }));
    assert.deepEqual(spec.sources, sources);
    assert.deepEqual(spec.chart, CHART);
    assert.equal(titleOf(spec), 'rabi');
  });

  it('wants each name bound and used, and a chart in a chart alone', () => {
    const at = 'the chart cannot be drawn: ';
    const source = { role: 'data', address: `${DATA}#p` };
    assert.equal(
      refusedView({ sources: [{ ...source, name: 'ramsey' }] }),
      `${at}it uses data called "rabi", bound: "ramsey"`,
    );
    assert.equal(
      refusedView({ sources: [...viewOf({}).sources, { ...source, name: 'fit' }] }),
      `${at}"fit" is bound, and it uses "rabi"`,
    );
    const invalid = 'the description of this view is not valid: ';
    assert.equal(refusedView({ chart: undefined }), `${at}it is no object`);
    assert.equal(
      refusedView({ sources: [source] }),
      `${invalid}sources[0].name should be the name of data in the chart, it is nothing`,
    );
    assert.equal(
      refusedView({ view: 'number' }),
      `${invalid}chart should be there in a view of kind chart alone, it is "number"`,
    );
  });
});

describe('dataNames', () => {
  it('finds what comes from elsewhere, wherever it stands', () => {
    const spec: ChartSpec = {
      data: { name: 'a' },
      layer: [
        { data: { name: 'own', values: [] } },
        { data: { name: 'set' } },
        { transform: [{ from: { data: { name: 'b' } } }] },
      ],
      datasets: { set: [{ data: { name: 'c' } }] },
    };
    assert.deepEqual([...dataNames(spec)], ['a', 'b']);
  });
});

describe('mistakes of a specification', () => {
  const spec: ChartSpec = {
    data: { name: 'rabi' },
    layer: [
      { mark: 'line', encoding: { x: { field: 't', type: 'quantative' } } },
      { mark: { type: 'lin', opacity: { expr: 'foo + 1' } }, encoding: {} },
    ],
    config: { mark: { color: 'red' }, style: {} },
  };

  it('names marks and types of fields that there are not', () => {
    const first = findMistake(spec)!;
    assert.match(first.message, /^"quantative" is no type of a field: there are quantitative, /);
    assert.equal(pathText(first.path!), 'layer[0].encoding.x.type');
    const second = findMistake({ ...spec, layer: (spec.layer as ChartSpec[]).slice(1) })!;
    assert.match(second.message, /^"lin" is no mark: there are arc, /);
    assert.equal(pathText(second.path!), 'layer[0].mark.type');
    assert.equal(findMistake(CHART), null);
  });

  it('names an expression that cannot be read', () => {
    const mistake = findBadExpression(spec, text => {
      throw new SyntaxError(`unexpected ${text[0]}`);
    });
    assert.equal(mistake!.message, '"foo + 1" cannot be read: unexpected f');
    assert.equal(pathText(mistake!.path!), 'layer[1].mark.opacity.expr');
  });

  it('finds the place of a message by its words', () => {
    const place = (message: string) => {
      const path = placeOf(spec, message);
      return path === null ? null : pathText(path);
    };
    assert.equal(place('Unrecognized signal name: "foo"'), 'layer[1].mark.opacity.expr');
    assert.equal(
      place(
        'Invalid specification {"mark":"line","encoding":{"x":{"field":"t","type":"quantative"}}}. Make',
      ),
      'layer[0]',
    );
    assert.equal(place('x-encoding is dropped as x is no channel.'), 'layer[0].encoding.x');
    assert.equal(place('Unrecognized scheme name: red'), 'config.mark.color');
    assert.equal(place('Cannot read properties of undefined'), null);
  });

  it('counts lines as JSON has them', () => {
    const lines = JSON.stringify(spec, null, 2).split('\n');
    const line = (...path: (string | number)[]) => lines[lineOf(spec, path) - 1]!.trim();
    assert.equal(lineOf(spec, []), 1);
    assert.equal(line('layer', 0, 'encoding', 'x', 'type'), '"type": "quantative"');
    assert.equal(line('layer', 1, 'mark', 'opacity', 'expr'), '"expr": "foo + 1"');
    assert.equal(line('config', 'style'), '"style": {}');
    const path = ['config', 'mark', 'color'] as const;
    const around = linesAround(spec, lineOf(spec, path));
    assert.deepEqual(
      around.filter(({ isIt }) => isIt).map(({ text }) => text.trim()),
      ['"color": "red"'],
    );
    assert.equal(around.length, 5);
    const { message } = faultOfChart({ message: 'no such colour', path }, spec);
    assert.equal(
      message,
      `the chart cannot be drawn: line ${lineOf(spec, path)}, config.mark.color: no such colour`,
    );
  });
});
