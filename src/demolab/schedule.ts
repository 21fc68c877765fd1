// The `schedule` notifier as ARTIQ has it: run id (an int) → what runs, and how far it is.

import { Notifier } from '../protocols/sipyco/index.js';
import { dict, PyDict, type PyValue } from '../values/index.js';

const FIRST_RID = 4711n;

/** One pipeline in which a Rabi scan follows the other, with the next one waiting. */
export class Schedule {
  readonly notifier = new Notifier(new PyDict());
  private _running = FIRST_RID;

  constructor() {
    this.notifier.set(this._running, job('running'));
    this.notifier.set(this._running + 1n, job('pending'));
  }

  /** The run id of the scan that runs. */
  get rid(): bigint {
    return this._running;
  }

  /** The running scan is done, or is analysed, or goes: `run_done`, `analyzing`, `deleting`. */
  setStatus(status: 'run_done' | 'analyzing' | 'deleting'): void {
    this.notifier.at(this._running).set('status', status);
  }

  /** The scan that waits is prepared, or prepared and waiting. */
  setNextStatus(status: 'preparing' | 'prepare_done'): void {
    this.notifier.at(this._running + 1n).set('status', status);
  }

  /** The finished scan leaves, the next one runs, and another one waits. */
  advance(): void {
    this.notifier.delete(this._running);
    this._running += 1n;
    this.notifier.at(this._running).set('status', 'running');
    this.notifier.set(this._running + 1n, job('pending'));
  }
}

function job(status: string): PyValue {
  return dict({
    pipeline: 'main',
    expid: dict({
      log_level: 30n,
      file: 'rabi_flop.py',
      class_name: 'RabiFlop',
      arguments: dict({ shots: 100n, longest: 25e-6 }),
    }),
    priority: 0n,
    due_date: null,
    flush: false,
    status,
    repo_msg: null,
  });
}
