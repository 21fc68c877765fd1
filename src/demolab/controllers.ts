// What the demo lab lets one call: all its controllers are targets of one server, as on an ARTIQ
// master. A target is made when somebody first asks for it.

import type { RpcTarget } from '../servers/index.js';
import type { IClock } from '../wire/index.js';
import type { Datasets } from './datasets.js';
import { faultyController, unlistableController } from './faulty.js';
import { datasetDb, scheduleTarget } from './masterdb.js';
import { linearStage, type Motor } from './motor.js';
import type { Schedule } from './schedule.js';
import { signalGenerator } from './siggen.js';

export type Instruments = {
  readonly clock: IClock;
  readonly datasets: Datasets;
  readonly schedule: Schedule;
  readonly motor: Motor;
};

/** By target name, in the order in which a person may want to try them. */
export function controllers({ clock, datasets, schedule, motor }: Instruments): {
  readonly [target: string]: () => RpcTarget;
} {
  return {
    siggen: once(signalGenerator),
    motor: once(() => linearStage(motor)),
    dataset_db: once(() => datasetDb(datasets)),
    schedule: once(() => scheduleTarget(schedule)),
    faulty: once(() => faultyController(clock)),
    unlistable: once(unlistableController),
  };
}

/** All connections share one target. */
function once(make: () => RpcTarget): () => RpcTarget {
  let made: RpcTarget | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
