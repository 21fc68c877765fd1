// What an ARTIQ master lets one do with datasets and the schedule: its targets on port 3251.
//
// Methods, parameters and texts of errors are those of ARTIQ 8. Life-cycle methods are listed there
// too, and here they do as little harm as a demonstration should.

import { method, PyError, type RpcTarget, rpcTarget } from '../servers/index.js';
import { PyDict, PythonError, type PyValue, pyRepr } from '../values/index.js';
import type { Datasets } from './datasets.js';
import type { Schedule } from './schedule.js';

const LIFE_CYCLE =
  'Life-cycle of the master itself: listed there as here, and refused by the demo lab.';

export function datasetDb(datasets: Datasets): RpcTarget {
  const refuse = () => {
    throw new PyError('RuntimeError', 'the demo lab keeps its dataset database open');
  };
  return rpcTarget({
    className: 'DatasetDB',
    docstring: `
      The datasets that the notifier \`\`datasets\`\` publishes.

      What the simulation measures it writes again, so set one that stands still:
      \`\`cooling.detuning\`\`, or one of your own.`,
    methods: [
      method(
        'get(self, key)',
        `
        The value of a dataset.

        :raises KeyError: there is no such dataset.`,
        args => datasets.item(args.get('key'), 1n),
      ),
      method(
        'get_metadata(self, key)',
        `
        The metadata of a dataset: a dict that may hold \`\`unit\`\`, \`\`scale\`\` and \`\`precision\`\`.

        :raises KeyError: there is no such dataset.`,
        args => datasets.item(args.get('key'), 2n),
      ),
      method(
        'set(self, key, value, persist=None, metadata=None)',
        `
        Set a dataset, or make a new one.

        :param key: its name; dots are folders.
        :param value: scalars and arrays are usual.
        :param persist: whether it outlives the master; None leaves it as it is, False for a new one.
        :param metadata: a dict; None leaves it as it is.`,
        args => {
          const persist = args.isNone('persist') ? null : args.bool('persist');
          const metadata = args.get('metadata');
          if (metadata !== null && !(metadata instanceof PyDict)) {
            throw new PyError('TypeError', 'metadata must be a dict');
          }
          datasets.put(args.str('key'), args.get('value'), persist, metadata);
        },
      ),
      method(
        'delete(self, key)',
        `
        Delete a dataset.

        :raises KeyError: there is no such dataset.`,
        args => datasets.notifier.delete(args.get('key')),
      ),
      method(
        'update(self, mod)',
        `
        Apply a change as the notifier writes it.

        :param mod: a dict of \`\`action\`\` (setitem, delitem, append, insert, pop), \`\`path\`\` and
          what the action takes: \`\`{"action": "setitem", "path": ["rabi.p", 1], "key": 3, "value": 0.5}\`\`.`,
        args => datasets.update(args.get('mod')),
      ),
      method('save(self)', 'Write the persistent ones to disk; the demo lab has none.', () => {}),
      method('close_db(self)', LIFE_CYCLE, refuse),
      method('start(self)', LIFE_CYCLE, refuse),
      method('stop(self)', LIFE_CYCLE, refuse),
    ],
  });
}

export function scheduleTarget(schedule: Schedule): RpcTarget {
  const find = (rid: bigint): PyValue => {
    const job = (schedule.notifier.rawView as PyDict).get(rid);
    if (job === undefined) {
      throw new PythonError('KeyError', pyRepr(rid));
    }
    return job;
  };
  return rpcTarget({
    className: 'Scheduler',
    docstring:
      'The schedule that the notifier ``schedule`` publishes. The demo lab runs it by itself.',
    methods: [
      method(
        'get_status(self)',
        'All runs: a dict of run id to pipeline, expid, priority, due date, status.',
        () => schedule.notifier.rawView,
      ),
      method(
        'check_termination(self, rid)',
        `
        True if somebody asked the run to end.

        :raises KeyError: there is no such run.`,
        args => {
          find(args.int('rid'));
          return false;
        },
      ),
    ],
  });
}
