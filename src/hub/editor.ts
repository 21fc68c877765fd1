// One armed view: which dataset is open in it, what it may send, and when it ends.
//
// It is armed while both links live and somebody uses it. It watches the notifier, so that what a
// person types is held against what the instrument has now, and not against what it had.

import type { AuditEntry } from '../transports/index.js';
import {
  type Address,
  ClosedError,
  formatAddress,
  formatEndpoint,
  isLabwireError,
  type LinkState,
  LocalProtocolError,
  PyDict,
  type PyValue,
  type Reading,
  UnsupportedError,
} from '../values/index.js';
import type { IClock, ITimer } from '../wire/index.js';
import type {
  DatabaseDescription,
  DatasetState,
  Edit,
  EditCheck,
  EditOutcome,
  EditorState,
  UndoDescription,
} from './editapi.js';
import {
  copyOf,
  type Dataset,
  type Ground,
  isSendable,
  planOf,
  type Step,
  sameDataset,
  shortText,
  stateOf,
  type Undo,
} from './editplan.js';
import { failureOf } from './remotefailure.js';
import { fragmentOf, pathOf } from './sources/path.js';
import type { IRemote, ISource, ITree, IWatch, SourceEvent } from './sources/source.js';
import type { Sources } from './sources.js';

/** An armed view that nobody uses ends after so long. */
export const ARMED_MS = 10 * 60_000;
/** Time that was won by less than this is not told. */
const TOLD_MS = 1000;
/** A server that does not answer a `set` for so long hangs. */
const EDIT_MS = 10_000;
/** Links in these states bring nothing and take nothing. */
const DOWN: ReadonlySet<LinkState> = new Set<LinkState>([
  'connecting',
  'asking',
  'stale',
  'refused',
  'failed',
  'closed',
]);

export type EditorOptions = {
  readonly clock: IClock;
  readonly sources: Sources;
  /** Of the notifier, without fragment. */
  readonly datasets: Address;
  readonly database: DatabaseDescription;
  readonly audit: (entry: AuditEntry, address: Address) => void;
  /** Kept when this ends: the next one may undo it. */
  readonly undo: { last: Undo | null };
  /** @throws {PolicyError} a person has marked an endpoint read-only. */
  readonly guard: () => void;
};

/** What a person was shown of the dataset that is open, and what was there last. */
type Shown = { readonly key: string; readonly dataset: Dataset; last: Dataset };

export class Editor {
  private readonly _options: EditorOptions;
  private readonly _source: ISource;
  private readonly _remote: IRemote;
  private readonly _watches: IWatch[] = [];
  /** The notifier's names, which stay current. */
  private _tree: ITree | null = null;
  private _timer: ITimer | null = null;
  private _endsAtMs = 0;
  private _revision = 1;
  private _ended: EditorState['ended'] = null;
  private _shown: Shown | null = null;
  private _sending: EditorState['sending'] = null;
  private _waiter: (() => void) | null = null;

  /** @throws {UnsupportedError} either link is not there. */
  constructor(options: EditorOptions) {
    this._options = options;
    const { sources, datasets, database } = options;
    const target = sources.open(database.address);
    this._source = target;
    this._remote = target.remote!;
    this._watches.push(
      target.watch(event => this._onLink(event)),
      sources.open(datasets).watch(event => this._onDatasets(event)),
    );
    if (this._ended !== null) {
      this.end('left');
      throw new UnsupportedError(
        `${formatAddress(datasets)} is not live: what is edited must be seen`,
        { feature: 'edit' },
        { hint: 'Wait until it is connected, then arm again.' },
      );
    }
    this._use();
  }

  get isArmed(): boolean {
    return this._ended === null;
  }

  /** What was opened stays; nothing is sent any more. Twice is harmless. */
  end(why: NonNullable<EditorState['ended']>): void {
    if (this._ended === null) {
      this._ended = why;
      this._timer?.cancel();
      this._changed();
    }
    for (const watch of this._watches.splice(0)) {
      watch.close();
    }
  }

  // ---- What is told -------------------------------------------------------------------------------

  async state(revision: number): Promise<EditorState> {
    this._waiter?.();
    if (revision === this._revision) {
      await new Promise<void>(resolve => {
        this._waiter = resolve;
      });
    }
    const { clock, undo } = this._options;
    return {
      revision: this._revision,
      isArmed: this.isArmed,
      ended: this._ended,
      leftMs: this.isArmed ? Math.max(0, this._endsAtMs - clock.nowMs()) : 0,
      undo: undo.last === null ? null : described(undo.last),
      sending: this._sending,
      dataset: this._datasetState(),
    };
  }

  private _datasetState(): DatasetState | null {
    const shown = this._shown;
    if (shown === null) {
      return null;
    }
    const now = this._now(shown.key);
    return stateOf(shown.key, now ?? shown.last, now !== null || !this.isArmed);
  }

  private _changed(): void {
    this._revision += 1;
    this._waiter?.();
    this._waiter = null;
  }

  // ---- What a person does -------------------------------------------------------------------------

  /** @throws {UnsupportedError} what the address names is no dataset. */
  open(address: Address | null): DatasetState | null {
    if (address === null) {
      this._shown = null;
      this._changed();
      return null;
    }
    this._check();
    const [key] = address.fragment === null ? [] : pathOf(address.fragment);
    const dataset = typeof key === 'string' ? this._now(key) : null;
    if (typeof key !== 'string' || dataset === null) {
      throw new UnsupportedError(
        `${formatAddress(address)} is no dataset: it cannot be edited`,
        { feature: 'edit' },
        { hint: 'A dataset is (persist, value, metadata) under a name.' },
      );
    }
    const copy = snapshot(dataset);
    this._shown = { key, dataset: copy, last: copy };
    this._use();
    this._changed();
    return this._datasetState();
  }

  check(edit: Edit): EditCheck {
    this._check();
    this._use();
    const { problems, pyType, becomes, questions } = planOf(edit, this._ground());
    return { problems, pyType, becomes, questions };
  }

  async apply(edit: Edit, agreed: readonly string[]): Promise<EditOutcome> {
    this._check();
    if (this._sending !== null) {
      const facts = { command: 'edit', state: 'sending' };
      throw new LocalProtocolError('the edit before is still under way', facts);
    }
    this._options.guard();
    this._use();
    const { problems, questions, steps, undo } = planOf(edit, this._ground());
    if (problems.length > 0) {
      return { type: 'wrong', problems };
    }
    const open = questions.filter(({ id }) => !agreed.includes(id));
    if (open.length > 0) {
      return { type: 'asks', questions };
    }
    try {
      return await this._send(edit, steps, undo);
    } finally {
      this._sending = null;
      this._changed();
    }
  }

  private async _send(edit: Edit, steps: readonly Step[], undo: Undo | null): Promise<EditOutcome> {
    const { clock, undo: kept } = this._options;
    const startMs = clock.nowMs();
    const before = kept.last;
    let done = 0;
    // Whatever becomes of it, it may have been done; only what surely was not is forgotten below.
    kept.last = undo;
    try {
      for (const step of steps) {
        this._sending = { done, total: steps.length };
        this._changed();
        if (done > 0) {
          this._checkNext(step, undo, this._sending);
        }
        // Of a group somebody else may delete a dataset first.
        if (edit.type !== 'delete group' || this._now(step.key) !== null) {
          await this._call(step);
        }
        done += 1;
      }
      return { type: 'done' };
    } catch (error) {
      const outcome = failureOf(error, clock.nowMs() - startMs);
      const isOpen = !wasNotDone(error);
      if (edit.type === 'undo' && before?.type === 'delete group') {
        kept.last = before; // what is back already is set once more: that changes nothing
      } else if (done === 0 && !isOpen) {
        kept.last = before;
      } else if (undo?.type === 'delete group') {
        const tried = new Set(steps.slice(0, done + (isOpen ? 1 : 0)).map(({ key }) => key));
        const group = undo.group.filter(({ key }) => tried.has(key));
        kept.last = group.length === 0 ? null : { ...undo, group };
      }
      return { type: 'failed', outcome, doneCount: done };
    }
  }

  /** @throws {LocalProtocolError} what was begun must not go on. */
  private _checkNext(
    step: Step,
    undo: Undo | null,
    { done, total }: NonNullable<EditorState['sending']>,
  ): void {
    if (undo?.type === 'rename' && !this._isStill(step.key, undo)) {
      throw new LocalProtocolError(
        `${step.key} was left where it is: it may have another value than the copy by now`,
        { command: 'delete', state: this.isArmed ? 'changed' : 'disarmed' },
        { hint: 'Both are there: look at them, and delete one.' },
      );
    }
    if (!this.isArmed) {
      throw new LocalProtocolError(
        `editing was disarmed after ${done} of ${total} datasets`,
        { command: step.type, state: 'disarmed' },
        { hint: 'Arm it again to go on, or to undo.' },
      );
    }
  }

  /** A rename deletes what it copied, and nothing that came after. */
  private _isStill(key: string, { before }: Undo): boolean {
    return this.isArmed && sameDataset(this._now(key), before);
  }

  private async _call(step: Step): Promise<void> {
    const { database } = this._options;
    const old = this._now(step.key);
    const args: PyValue[] = [step.key];
    let kwargs = new PyDict();
    if (step.type === 'set') {
      const { value, persist, metadata } = step.dataset;
      args.push(value, persist);
      // Who does not tell keeps what is there; what is made anew would come without.
      const isLost = database.metadata === 'unknown' && old === null && metadata !== null;
      if (database.metadata === 'yes' || (isLost && metadata.size > 0)) {
        kwargs = new PyDict([['metadata', metadata ?? new PyDict()]]);
      }
    }
    this._audit(step, old);
    await this._remote.call(step.type, args, kwargs, { deadlineMs: EDIT_MS });
  }

  private _audit(step: Step, old: Dataset | null): void {
    const { audit } = this._options;
    const { address } = this._source;
    if (!address.demo) {
      const isSet = step.type === 'set';
      const entry: AuditEntry = {
        action: 'write',
        endpoint: formatEndpoint(address),
        method: `${address.path}.${step.type}`,
        detail: step.key,
        old: auditText(old, isSet ? step.dataset : null),
        new: isSet ? auditText(step.dataset, old) : '',
      };
      audit(entry, address);
    }
  }

  // ---- Inside -------------------------------------------------------------------------------------

  private _ground(): Ground {
    return {
      now: key => this._now(key),
      namesIn: group => this._namesIn(group),
      shown: this._shown,
      undo: this._options.undo.last,
      canDelete: this._options.database.canDelete,
    };
  }

  /** @throws {ClosedError} it ended. */
  private _check(): void {
    if (!this.isArmed) {
      throw new ClosedError('editing is not armed any more: nothing was sent', {
        hint: 'Arm it again.',
      });
    }
  }

  /** As the notifier has it at this moment; the values are its own objects. */
  private _now(key: string): Dataset | null {
    const reading = this.isArmed ? this._read([key]) : null;
    if (reading === null || reading.persist === null) {
      return null;
    }
    const { value, persist, display } = reading;
    const metadata = this._read([key, 2n])?.value;
    return { value, persist, display, metadata: metadata instanceof PyDict ? metadata : null };
  }

  private _namesIn(group: string): readonly string[] {
    const names: string[] = [];
    const prefix = `${group}.`;
    for (const key of this._tree?.keys() ?? []) {
      if (typeof key === 'string' && key.startsWith(prefix)) {
        names.push(key);
      }
    }
    return names.sort();
  }

  private _read(path: readonly PyValue[]): Reading<PyValue> | null {
    const { sources, datasets } = this._options;
    let found: Reading<PyValue> | null = null;
    const source = sources.open({ ...datasets, fragment: fragmentOf(path) });
    const watch = source.watch(event => {
      found = event.type === 'reading' ? event.reading : found;
    });
    watch.close();
    return found;
  }

  private _use(): void {
    const { clock } = this._options;
    this._timer?.cancel();
    this._timer = clock.after(ARMED_MS, () => this.end('unused'));
    const endsAtMs = clock.nowMs() + ARMED_MS;
    const isNews = endsAtMs - this._endsAtMs >= TOLD_MS;
    this._endsAtMs = endsAtMs;
    if (isNews) {
      this._changed();
    }
  }

  private _onLink(event: SourceEvent): void {
    if (event.type === 'status' && DOWN.has(event.status.state)) {
      this.end('disconnected');
    }
  }

  private _onDatasets(event: SourceEvent): void {
    this._onLink(event);
    this._tree = event.type === 'tree' ? event.tree : this._tree;
    const shown = this._shown;
    if (shown === null || !this.isArmed) {
      return;
    }
    const isTouched =
      event.type === 'tree' ||
      (event.type === 'deltas' && event.deltas.some(({ key }) => key === shown.key));
    if (!isTouched) {
      return;
    }
    const now = this._now(shown.key);
    if (now === null || !isSendable(now) || !sameDataset(now, shown.last)) {
      shown.last = now === null ? shown.last : snapshot(now);
      this._changed();
    }
  }
}

/** What is too large to be typed over is not copied with each change: then only the rest is compared. */
function snapshot(dataset: Dataset): Dataset {
  return isSendable(dataset) ? copyOf(dataset) : dataset;
}

function described({ type, key, to, before, after, group }: Undo): UndoDescription {
  const count = type === 'delete group' ? group.length : 1;
  return { type, key, to, count, before: shortText(before), after: shortText(after) };
}

/** What is not as in `other` beside the value, too. */
function auditText(dataset: Dataset | null, other: Dataset | null): string {
  if (dataset === null) {
    return '';
  }
  const { persist, metadata } = dataset;
  const rest = { value: metadata, persist: true, metadata: null, display: {} };
  return [
    shortText(dataset),
    ...(persist === other?.persist ? [] : [`persist=${persist ? 'True' : 'False'}`]),
    ...(metadata === null || sameMetadata(metadata, other) ? [] : [`metadata=${shortText(rest)}`]),
  ].join(' ');
}

function sameMetadata(metadata: PyDict, other: Dataset | null): boolean {
  const bare = { value: null, persist: true, display: {} };
  return (
    other !== null &&
    sameDataset({ ...bare, metadata }, { ...bare, metadata: other.metadata ?? new PyDict() })
  );
}

/** Surely nothing happened at the instrument. */
function wasNotDone(error: unknown): boolean {
  return (
    isLabwireError(error, 'RemoteError') ||
    isLabwireError(error, 'EncodeError') ||
    isLabwireError(error, 'LimitError') ||
    isLabwireError(error, 'LocalProtocolError') ||
    isLabwireError(error, 'ConnectError') ||
    (isLabwireError(error, 'ConnectionLostError') && error.sent === 'no')
  );
}
