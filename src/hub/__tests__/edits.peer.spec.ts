// Datasets edited through a master in plain Python, in both versions of PYON: types survive exactly.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode, encode } from '../../protocols/pyon/index.js';
import { PlatformClock } from '../../transports/index.js';
import { missing, PythonPeer } from '../../transports/node/__tests__/pythonpeer.js';
import { connectTcp } from '../../transports/node/index.js';
import {
  complex,
  dict,
  NDArray,
  NumpyScalar,
  PyDict,
  type PyValue,
  pyExact,
  Tuple,
} from '../../values/index.js';
import type { Edit } from '../api.js';
import { Demo } from '../demo.js';
import { Hub } from '../hub.js';
import { VIEWPORT } from './viewport.js';

const VALUES: readonly (readonly [key: string, value: PyValue, typed: string, becomes: PyValue])[] =
  [
    ['int', 5n, '6', 6n],
    ['huge', 2n ** 70n, String(2n ** 70n + 1n), 2n ** 70n + 1n],
    ['float', 0.5, '5', 5],
    ['bool', true, 'False', false],
    ['none', null, 'None', null],
    ['text', 'it\'s "µ"', '"é\\n"', 'é\n'],
    ['bytes', Uint8Array.of(0, 39, 255), "b'a'", Uint8Array.of(97)],
    ['complex', complex(1, -2), '3', complex(3)],
    ['tuple', new Tuple([1n, 1]), '(2, 2)', new Tuple([2n, 2])],
    ['list', [1n, 1.5, null], '[1, 2, None]', [1n, 2, null]],
    [
      'dict',
      new PyDict([[new Tuple([1n]), 'a']]),
      "{(1,): 'b'}",
      new PyDict([[new Tuple([1n]), 'b']]),
    ],
    ['scalar', NumpyScalar.of('<i4', 7n), '8', NumpyScalar.of('<i4', 8n)],
    ['single', NumpyScalar.of('<f4', 0.5), '1', NumpyScalar.of('<f4', 1)],
    ['array', NDArray.of(Uint16Array.of(1, 2)), '[3]', NDArray.of(Uint16Array.of(3))],
    [
      'grid',
      NDArray.of(Float64Array.of(1, Number.NaN, -0, 4), [2, 2]),
      '[[1, nan], [0, 2]]',
      NDArray.of(Float64Array.of(1, Number.NaN, 0, 2), [2, 2]),
    ],
  ];

describe('datasets of a master in Python', { skip: missing() }, () => {
  for (const isOld of [false, true]) {
    it(`keep their types through ${isOld ? 'ARTIQ 7, PYON 1' : 'ARTIQ 8, PYON 2'}`, async () => {
      const metadata = isOld ? [] : [dict({ unit: 'V', scale: 2 })];
      const struct = new PyDict(
        VALUES.map(([key, value]) => [key, new Tuple([true, value, ...metadata])]),
      );
      const args = [...(isOld ? ['--old'] : []), '--struct', encode(struct)];
      const peer = new PythonPeer(['tests.peers.master', ...args]);
      const [notify, control] = (await peer.says('ports')).split(' ').map(Number);
      const dump = async () => {
        peer.process.stdin!.write('dump\n');
        return decode(await peer.says('struct')) as PyDict;
      };
      const mistakes: unknown[] = [];
      const clock = new PlatformClock();
      const hub = new Hub({
        version: '0',
        clock,
        demo: new Demo(clock),
        makeBridge: () => assert.fail('there is no page'),
        connect:
          ({ host, port }) =>
          options =>
            connectTcp({ ...options, host, port }),
        defer: callback => void setImmediate(callback),
        report: error => mistakes.push(error),
      });
      const datasets = `sipyco+sync://127.0.0.1:${notify}/datasets`;
      const database = `sipyco+rpc://127.0.0.1:${control}/${isOld ? 'master_' : ''}dataset_db`;
      await hub.openView(
        {
          version: 1,
          view: 'table',
          sources: [{ role: 'table', address: datasets }],
          options: {},
        },
        VIEWPORT,
      );
      while (!(await hub.pull()).some(frame => frame.kind === 'table')) {
        // the notifier is not there yet
      }
      const editor = await hub.armEditor(datasets, database);
      const { metadata: takes } = await hub.describeDatabase(database);
      assert.equal(takes, isOld ? 'no' : 'yes');
      // The answer to a call may overtake what the notifier tells of it.
      const isTold = async (key: string, literal: string | null) => {
        const open = () => hub.openDataset(editor, `${datasets}#${key}`);
        while ((await open())?.literal !== literal) {
          await new Promise(resolve => setImmediate(resolve));
        }
      };
      const apply = async (edit: Edit) => {
        const outcome = await hub.applyEdit(editor, edit, []);
        assert.deepEqual(outcome, { type: 'done' }, JSON.stringify(edit));
      };
      for (const [key, value, typed, becomes] of VALUES) {
        const shown = await hub.openDataset(editor, `${datasets}#${key}`);
        const edit = (text: string): Edit => ({
          type: 'set',
          key,
          value: text,
          persist: true,
          metadata: isOld ? null : shown!.metadata,
        });
        const at = async () => ((await dump()).get(key) as Tuple).items;
        assert.ok(shown?.literal != null, key);
        await apply(edit(shown.literal));
        assert.ok(pyExact((await at())[1]!, value), `${key}: ${shown.literal}`);
        await apply(edit(typed));
        assert.ok(pyExact((await at())[1]!, becomes), `${key}: ${typed}`);
        await apply({ type: 'undo' });
        assert.ok(pyExact(new Tuple([...(await at())]), struct.get(key)!), `${key}: undo`);
        await isTold(key, shown.literal);
        await apply({ type: 'delete', key });
        await apply({ type: 'undo' });
        assert.ok(pyExact(new Tuple([...(await at())]), struct.get(key)!), `${key}: undelete`);
      }
      await hub.bye();
      assert.deepEqual(mistakes, []);
    });
  }
});
