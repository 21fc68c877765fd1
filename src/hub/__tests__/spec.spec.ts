import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Viewport, ViewSpec } from '../api.js';
import { checkSpec, checkViewport } from '../spec.js';
import { VIEWPORT } from './viewport.js';

const DATASETS = 'demo+sipyco+sync:///datasets';

function refusalOf(spec: unknown): string {
  try {
    checkSpec(spec as ViewSpec);
  } catch (error) {
    assert.equal((error as Error).name, 'ParseError');
    return (error as Error).message.replace('the description of this view is not valid: ', '');
  }
  return 'none';
}

const spec = (fields: object) => ({
  version: 1,
  view: 'number',
  sources: [{ role: 'value', address: `${DATASETS}#a` }],
  options: {},
  ...fields,
});

const rolesOf = (...roles: readonly string[]) => roles.map(role => ({ role, address: DATASETS }));

describe('checkSpec', () => {
  it('takes what the contract allows', () => {
    const checked = checkSpec(
      spec({
        view: 'trace',
        sources: [
          { role: 'x', address: `${DATASETS}#t` },
          { role: 'y', address: `${DATASETS}#p` },
        ],
        options: { title: 'Rabi', style: 'points', scale: 1e-6, levels: [1, 99], unit: undefined },
      }) as ViewSpec,
    );
    assert.equal(checked.sources[1]?.address.fragment, 'p');
  });

  it('takes several curves, with one x for all or one for each', () => {
    for (const roles of [
      ['y', 'y', 'x', 'error', 'error'],
      ['y', 'x', 'y', 'x'],
    ]) {
      const { sources } = checkSpec(
        spec({ view: 'trace', sources: rolesOf(...roles) }) as ViewSpec,
      );
      assert.deepEqual(
        sources.map(({ role }) => role),
        roles,
      );
    }
  });

  it('takes the data of a chart, whole or column by column', () => {
    const data = (name: unknown, column?: unknown) => ({
      role: 'data',
      address: DATASETS,
      name,
      column,
    });
    const refused = (...sources: readonly object[]) =>
      refusalOf(spec({ view: 'chart', chart: {}, sources }));
    const { sources } = checkSpec(
      spec({
        view: 'chart',
        sources: [data('rabi', 't'), data('rabi', 'p'), data('fit')],
      }) as ViewSpec,
    );
    assert.deepEqual(
      sources.map(({ name, column }) => [name, column]),
      [
        ['rabi', 't'],
        ['rabi', 'p'],
        ['fit', undefined],
      ],
    );
    const free = 'should be a column that no other source of this name has, it is';
    assert.equal(refused(data('r'), data('r', 't')), `sources[1].column ${free} "t"`);
    assert.equal(refused(data('r', 't'), data('r')), `sources[1].column ${free} nothing`);
    assert.equal(refused(data('r', 't'), data('r', 't')), `sources[1].column ${free} "t"`);
    assert.equal(
      refused(data('')),
      'sources[0].name should be the name of data in the chart, it is ""',
    );
    assert.equal(
      refused(data(undefined)),
      'sources[0].name should be a text of at most 200 characters, it is nothing',
    );
    assert.equal(
      refusalOf(spec({ sources: [{ ...spec({}).sources[0], column: 't' }] })),
      'sources[0].column should be the name of a column of data, it is "t"',
    );
    assert.equal(
      refusalOf(spec({ view: 'chart' })),
      'sources[0].role should be one of data in a view of kind chart, it is "value"',
    );
    assert.equal(
      refused(...Array.from({ length: 49 }, (_, i) => data('r', `c${i}`))),
      'sources should be at most 48 sources, it is 49',
    );
  });

  it('refuses by name, with what would be right', () => {
    const cases: readonly (readonly [unknown, string])[] = [
      [null, 'the view should be an object, it is null'],
      [spec({ version: 2 }), 'version should be 1, the only one this Labwire knows, it is 2'],
      [
        spec({ view: 'pie' }),
        'view should be one of auto, number, trace, histogram, xy, xy_hist, image, table, log, progress, chart, value, it is "pie"',
      ],
      [spec({ sources: [] }), 'sources should be a list of at least one source, it is a list of 0'],
      [
        spec({ sources: [{ role: 'y', address: DATASETS }] }),
        'sources[0].role should be one of value in a view of kind number, it is "y"',
      ],
      [
        spec({ sources: [{ role: 'value', address: 7n }] }),
        'sources[0].address should be an address as text, it is 7',
      ],
      [
        spec({ view: 'trace', sources: [{ role: 'x', address: DATASETS }] }),
        'sources should be one source with the role y, it is "x"',
      ],
      [
        spec({
          view: 'table',
          sources: [
            { role: 'table', address: DATASETS },
            { role: 'value', address: DATASETS },
          ],
        }),
        'sources should be one source with the role table, it is "table and value"',
      ],
      [
        spec({ view: 'table', sources: rolesOf('table', 'table') }),
        'sources[1].role should be a role that no other source has, it is "table"',
      ],
      [
        spec({ view: 'trace', sources: rolesOf(...Array<string>(9).fill('y')) }),
        'sources should be at most 8 with the role y, it is 9',
      ],
      [
        spec({ view: 'trace', sources: rolesOf('y', 'y', 'y', 'x', 'x') }),
        'sources should be one with the role x for 3 curves, or 3, it is 2',
      ],
      [
        spec({ view: 'trace', sources: rolesOf('y', 'error', 'error') }),
        'sources should be at most 1 with the role error, it is 2',
      ],
      [
        spec({ options: { colour: 'red' } }),
        'options should be only title, unit, scale, precision, style, logX, logY, colormap, levels, filter, level, source, min, max, plain, height, it is "colour"',
      ],
      [
        spec({ options: { constructor: 1 } }),
        'options should be only title, unit, scale, precision, style, logX, logY, colormap, levels, filter, level, source, min, max, plain, height, it is "constructor"',
      ],
      [spec({ options: { scale: 0 } }), 'options.scale should be a number other than 0, it is 0'],
      [
        spec({ options: { precision: 2.5 } }),
        'options.precision should be a whole number from 0 to 20, it is 2.5',
      ],
      [
        spec({ options: { levels: [99, 1] } }),
        'options.levels should be two ascending percentiles, such as [1, 99], it is a list of 2',
      ],
      [spec({ options: { logX: 'yes' } }), 'options.logX should be true or false, it is "yes"'],
      [
        spec({ options: { title: 'x'.repeat(300) } }),
        `options.title should be a text of at most 200 characters, it is "${'x'.repeat(59)}…`,
      ],
    ];
    for (const [wrong, message] of cases) {
      assert.equal(refusalOf(wrong), message);
    }
  });

  it('says where an address is wrong', () => {
    assert.equal(
      refusalOf(spec({ sources: [{ role: 'value', address: 'sipyco+sync://:1/x#a' }] })),
      'address "sipyco+sync://:1/x#a": expected a host name or address, found nothing',
    );
  });
});

describe('checkViewport', () => {
  it('takes a viewport as the page makes it', () => {
    assert.equal(checkViewport(VIEWPORT), VIEWPORT);
  });

  it('refuses what would make a frame too large', () => {
    const cases: readonly (readonly [Partial<Record<keyof Viewport, unknown>>, RegExp])[] = [
      [{ width: 1e9 }, /viewport\.width should be a size in pixels, it is 1000000000$/],
      [{ rowCount: 1e6 }, /viewport\.rowCount should be at most 10000 rows, it is 1000000$/],
      [{ x: [0] }, /viewport\.x should be null or 2 numbers, it is a list of 1$/],
      [{ region: [0, 0, Number.NaN, 1] }, /viewport\.region should be null or 4 numbers/],
      [
        { ends: [5, 5] },
        /viewport\.ends should be two ascending whole numbers, it is a list of 2$/,
      ],
      [{ ends: [0, 0.5] }, /viewport\.ends should be two ascending whole numbers/],
      [{ folded: [1] }, /viewport\.folded should be a list of row ids, it is a list of 1$/],
    ];
    for (const [fields, message] of cases) {
      assert.throws(() => checkViewport({ ...VIEWPORT, ...fields } as Viewport), { message });
    }
  });
});
