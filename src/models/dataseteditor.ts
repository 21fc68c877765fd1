// Editing the datasets that a view shows: where edits go, armed or not, and the one that is typed.
//
// Nothing is sent but by `submit()`, which a gesture on the widget stands behind, and only while the
// person has armed it there. What the hub asks before it sends is shown first; pressing again agrees
// to what was shown, and to nothing else.

import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type {
  DatabaseDescription,
  DatasetState,
  EditCheck,
  EditOutcome,
  EditorState,
  EditProblem,
  EditQuestion,
  IHub,
  UndoDescription,
} from '../hub/api.js';
import { type Fault, isLabwireError, parseAddress } from '../values/index.js';
import type { CallGuard, ICallGuards } from './callform.js';
import { type Draft, type DraftKind, draftOf, editOf, isDecision } from './datasetdraft.js';
import { type DatasetPlaces, olderDatabase } from './datasetplaces.js';
import { faultOf } from './remote.js';

/** Whether something answers where edits would go. */
export type PlaceState =
  | { readonly type: 'unasked' }
  | { readonly type: 'asking' }
  | { readonly type: 'good'; readonly database: DatabaseDescription }
  | { readonly type: 'bad'; readonly fault: Fault };

/** What is asked before an edit is sent, by the hub or by the page. */
export type DraftQuestion =
  | EditQuestion
  /** `rename`, always; `confirm` where the person wants every call confirmed. */
  | { readonly kind: 'rename' | 'confirm'; readonly id: string };

export type EditFailure = Extract<EditOutcome, { readonly type: 'failed' }> & {
  /** Of the edit that failed; null: none was sent. */
  readonly kind: DraftKind | null;
};

export namespace DatasetEditorModel {
  export interface IOptions {
    /** Of the notifier, or of the one dataset that the view shows. */
    readonly address: string;
    readonly open: () => Promise<IHub>;
    readonly places: DatasetPlaces;
    /** What is set for the instruments, as soon as their list is read; null: there is no list. */
    readonly guards: () => Promise<ICallGuards | null>;
    /** ms, monotonic. */
    readonly nowMs: () => number;
    /** `setTimeout`, between two looks at a dataset that changes all the time. */
    readonly after: (callback: () => void, ms: number) => void;
  }
}

const NO_GUARD: CallGuard = { readOnly: false, confirmCalls: false };
const LOOK_MS = 100;

export class DatasetEditorModel implements IDisposable {
  constructor(options: DatasetEditorModel.IOptions) {
    this._options = options;
    this._place = options.places.of(options.address);
  }

  /** The address of the one dataset that the view shows; null: it shows many. */
  get dataset(): string | null {
    const { address } = this._options;
    return parseAddress(address).fragment === null ? null : address;
  }

  /** Anything of it changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  // ---- Where edits go -----------------------------------------------------------------------------

  /** The address of the target, as it is typed. */
  get place(): string {
    return this._place;
  }

  get placeState(): PlaceState {
    return this._placeState;
  }

  /** Read-only, or every call confirmed: the stricter of both ends. */
  get guard(): CallGuard {
    const all = [this._options.address, this._place].map(text => guardAt(this._guards, text));
    return {
      readOnly: all.some(({ readOnly }) => readOnly),
      confirmCalls: all.some(({ confirmCalls }) => confirmCalls),
    };
  }

  setPlace(text: string): void {
    this._place = text;
    this._turn += 1;
    this._placeState = { type: 'unasked' };
    this._emit();
  }

  /** Ask who takes edits there. Calls nothing. */
  async probe(): Promise<void> {
    this._turn += 1;
    const turn = this._turn;
    this._placeState = { type: 'asking' };
    this._emit();
    this._guards ??= await this._options.guards();
    const state = await this._asked(this._place.trim());
    if (turn === this._turn && !this._isDisposed) {
      this._guards?.changed.connect(this._emit, this); // twice is once
      this._placeState = state;
      if (state.type === 'good') {
        this._place = state.database.address;
      }
      this._emit();
    }
  }

  private async _asked(place: string): Promise<PlaceState> {
    try {
      const hub = await this._options.open();
      try {
        return { type: 'good', database: await hub.describeDatabase(place) };
      } catch (reason) {
        // ARTIQ up to 7 has the same target under another name.
        if (!isLabwireError(reason, 'LocalProtocolError') || parseAddress(place).path === '') {
          throw reason;
        }
        const older = hub.describeDatabase(olderDatabase(place));
        return await older.then(
          database => ({ type: 'good', database }) as const,
          () => Promise.reject(reason), // what was asked for first is what a person reads about
        );
      }
    } catch (reason) {
      return { type: 'bad', fault: faultOf(reason) };
    }
  }

  // ---- Armed --------------------------------------------------------------------------------------

  get isArmed(): boolean {
    return this._editorId !== null;
  }

  /** The person armed it, and the hub has not answered yet. */
  get isArming(): boolean {
    return this._isArming;
  }

  /** Why it is not armed any more; null where it never was, or the person wanted it. */
  get ended(): EditorState['ended'] {
    return this._ended;
  }

  /** Where edits go while it is armed. */
  get database(): DatabaseDescription | null {
    return this._database;
  }

  /** ms until it ends for want of use; 0 where it is not armed. */
  get leftMs(): number {
    return this.isArmed ? Math.max(0, this._endsAtMs - this._options.nowMs()) : 0;
  }

  /** What the last edit was, if it can be taken back. */
  get undo(): UndoDescription | null {
    return this._undo;
  }

  /** The person pressed Arm. */
  async arm(): Promise<void> {
    const { placeState } = this;
    if (this._isArming || this.isArmed || placeState.type !== 'good' || this.guard.readOnly) {
      return;
    }
    const { open, address, places } = this._options;
    const { database } = placeState;
    this._isArming = true;
    this._emit();
    try {
      const hub = await open();
      const editorId = await hub.armEditor(address, database.address);
      if (this._isDisposed) {
        await hub.disarmEditor(editorId);
        return;
      }
      places.choose(address, database.address);
      this._database = database;
      this._editorId = editorId;
      this._ended = null;
      await this._reopen(hub, editorId);
      void this._watch(hub, editorId);
    } catch (reason) {
      this._placeState = { type: 'bad', fault: faultOf(reason) };
    } finally {
      this._isArming = false;
      this._emit();
    }
  }

  /** The person is done, or the view let go of its source. What is typed stays. Twice is harmless. */
  disarm(why: NonNullable<EditorState['ended']> = 'left'): void {
    const editorId = this._editorId;
    if (editorId === null) {
      return;
    }
    this._end(why);
    this._options
      .open()
      .then(hub => hub.disarmEditor(editorId))
      .catch(reason => {
        console.warn('Labwire: an editor was not told that it is disarmed', reason);
      });
  }

  private _end(why: NonNullable<EditorState['ended']>): void {
    this._editorId = null;
    this._ended = why;
    if (why === 'disconnected') {
      this._placeState = { type: 'unasked' };
    }
    this._undo = null;
    this._questions = [];
    this._sending = null;
    if (this._draft !== null && isDecision(this._draft.kind)) {
      this._draft = null;
    }
    this._emit();
  }

  // A draft that outlived the editor is held against what the instrument has now.
  private async _reopen(hub: IHub, editorId: number): Promise<void> {
    const { _draft: draft, _address: address } = this;
    if (draft?.shown != null && address !== null) {
      try {
        this._now = await hub.openDataset(editorId, address);
      } catch (reason) {
        this._now = null;
        this._failure = failed(reason); // it is gone, or no dataset any more
      }
      this._check();
    }
  }

  private async _watch(hub: IHub, editorId: number): Promise<void> {
    let revision = -1;
    while (this._editorId === editorId) {
      let state: EditorState;
      try {
        state = await hub.watchEditor(editorId, revision);
      } catch {
        if (this._editorId === editorId) {
          this._end('disconnected');
        }
        return;
      }
      if (this._editorId !== editorId) {
        return;
      }
      revision = state.revision;
      this._take(state);
      await new Promise<void>(resolve => {
        this._options.after(resolve, LOOK_MS);
      });
    }
  }

  private _take(state: EditorState): void {
    if (!state.isArmed) {
      this.disarm(state.ended ?? 'left');
      return;
    }
    this._endsAtMs = this._options.nowMs() + state.leftMs;
    this._undo = state.undo;
    this._sending = state.sending;
    if (this._draft?.shown != null && state.dataset?.key === this._draft.key) {
      this._now = state.dataset;
    }
    this._emit();
  }

  // ---- One edit -----------------------------------------------------------------------------------

  /** What is typed; null where nothing is. */
  get draft(): Draft | null {
    return this._draft;
  }

  /** The dataset of the draft as the instrument has it now; null for what is new. */
  get now(): DatasetState | null {
    return this._now;
  }

  /** Has it another value, or none, than when it was opened? */
  get hasMoved(): boolean {
    const shown = this._draft?.shown ?? null;
    const { now } = this;
    return (
      shown !== null &&
      now !== null &&
      (now.isPresent !== shown.isPresent ||
        now.text !== shown.text ||
        now.pyType !== shown.pyType ||
        now.persist !== shown.persist)
    );
  }

  /** What the draft would do; null before the first answer. */
  get check(): EditCheck | null {
    return this._edited;
  }

  get problems(): readonly EditProblem[] {
    return this._edited?.problems ?? [];
  }

  /** Pressing again agrees to these. */
  get questions(): readonly DraftQuestion[] {
    return this._questions;
  }

  get isSending(): boolean {
    return this._isSending;
  }

  /** How far an edit of several datasets is; null: not known. */
  get progress(): EditorState['sending'] {
    return this._sending;
  }

  /** Why the last try was not done. */
  get failure(): EditFailure | null {
    return this._failure;
  }

  /** The last edit was done, and no other begun since. */
  get isDone(): boolean {
    return this._isDone;
  }

  /** Begin an edit of the dataset at `address`, or of `group`; what was typed is gone. */
  async begin(kind: DraftKind, address: string | null, group = ''): Promise<void> {
    const editorId = this._editorId;
    if (editorId === null || this._isSending) {
      return;
    }
    this._close();
    this._turnOfDraft += 1;
    const turn = this._turnOfDraft;
    try {
      const hub = await this._options.open();
      const shown = address === null ? null : await hub.openDataset(editorId, address);
      if (turn !== this._turnOfDraft || this._editorId !== editorId) {
        return;
      }
      this._address = address;
      this._now = shown;
      this._draft = draftOf(kind, shown, group);
      if (kind !== 'new') {
        this._check();
      }
    } catch (reason) {
      if (turn === this._turnOfDraft) {
        this._failure = failed(reason);
      }
    }
    this._emit();
  }

  /** Type: whatever was agreed to before is asked anew. */
  change(change: Partial<Omit<Draft, 'kind' | 'shown'>>): void {
    if (this._draft !== null && !this._isSending) {
      this._draft = { ...this._draft, ...change };
      this._questions = [];
      this._failure = null;
      this._check();
      this._emit();
    }
  }

  /** Leave it as it is. */
  cancel(): void {
    if (!this._isSending) {
      this._close();
      this._emit();
    }
  }

  /** The person pressed Enter or the button: sends it, or asks first, or shows what is wrong. */
  async submit(): Promise<void> {
    const { _draft: draft, _editorId: editorId } = this;
    if (draft === null || editorId === null || this._isSending || this.guard.readOnly) {
      return;
    }
    const agreed = this._questions.map(({ id }) => id);
    this._failure = null;
    this._isSending = true;
    this._emit();
    try {
      const hub = await this._options.open();
      const edit = editOf(draft, this._hasMetadata);
      this._checkCount += 1;
      const check = await hub.checkEdit(editorId, edit);
      this._edited = check;
      const questions = [...this._ownQuestions(draft), ...check.questions];
      if (check.problems.length > 0) {
        this._questions = [];
      } else if (questions.every(({ id }) => agreed.includes(id))) {
        this._settle(await hub.applyEdit(editorId, edit, agreed), draft);
      } else {
        this._questions = questions;
      }
    } catch (reason) {
      this._failure = failed(reason);
      this._questions = [];
    } finally {
      this._isSending = false;
      this._emit();
    }
  }

  private _settle(outcome: EditOutcome, draft: Draft): void {
    switch (outcome.type) {
      case 'done':
        this._close();
        this._isDone = true;
        break;
      case 'wrong':
        this._edited = { pyType: '', becomes: null, questions: [], problems: outcome.problems };
        break;
      case 'asks':
        this._questions = [...this._ownQuestions(draft), ...outcome.questions];
        break;
      case 'failed':
        this._failure = { ...outcome, kind: draft.kind };
        this._questions = [];
        break;
    }
  }

  private _ownQuestions(draft: Draft): readonly DraftQuestion[] {
    return [
      ...(draft.kind === 'rename' ? [{ kind: 'rename', id: `rename ${draft.to}` } as const] : []),
      ...(this.guard.confirmCalls ? [{ kind: 'confirm', id: 'confirm' } as const] : []),
    ];
  }

  /** Ask what the draft would do. An answer to an older one is dropped. */
  private _check(): void {
    const { _draft: draft, _editorId: editorId } = this;
    if (draft === null || editorId === null) {
      return;
    }
    this._checkCount += 1;
    const turn = this._checkCount;
    const isNews = () => turn === this._checkCount && this._draft === draft && !this._isDisposed;
    this._options
      .open()
      .then(hub => hub.checkEdit(editorId, editOf(draft, this._hasMetadata)))
      .then(
        check => {
          if (isNews()) {
            this._edited = check;
            if (isDecision(draft.kind)) {
              this._questions = [...this._ownQuestions(draft), ...check.questions];
            }
            this._emit();
          }
        },
        reason => {
          if (isNews() && this._editorId === editorId) {
            this._failure = failed(reason);
            this._emit();
          }
        },
      );
  }

  private get _hasMetadata(): boolean {
    return this._database?.metadata === 'yes';
  }

  private _close(): void {
    this._turnOfDraft += 1;
    this._draft = null;
    this._address = null;
    this._now = null;
    this._edited = null;
    this._questions = [];
    this._failure = null;
    this._isDone = false;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this.disarm();
      this._isDisposed = true;
      this._guards?.changed.disconnect(this._emit, this);
      Signal.clearData(this);
    }
  }

  private _emit(): void {
    this._changed.emit();
  }

  private readonly _options: DatasetEditorModel.IOptions;
  private readonly _changed = new Signal<this, void>(this);
  private _guards: ICallGuards | null = null;
  private _place: string;
  private _placeState: PlaceState = { type: 'unasked' };
  private _turn = 0; // counts places that were asked
  private _isArming = false;
  private _editorId: number | null = null;
  private _database: DatabaseDescription | null = null;
  private _ended: EditorState['ended'] = null;
  private _endsAtMs = 0;
  private _undo: UndoDescription | null = null;
  private _sending: EditorState['sending'] = null;
  private _draft: Draft | null = null;
  private _address: string | null = null;
  private _now: DatasetState | null = null;
  private _edited: EditCheck | null = null;
  private _questions: readonly DraftQuestion[] = [];
  private _failure: EditFailure | null = null;
  private _isSending = false;
  private _isDone = false;
  private _isDisposed = false;
  private _checkCount = 0; // an answer to an older one is stale
  private _turnOfDraft = 0; // counts drafts: an answer to an older one is stale
}

function failed(reason: unknown): EditFailure {
  const outcome = { type: 'failed', elapsedMs: 0, fault: faultOf(reason) } as const;
  return { type: 'failed', outcome, doneCount: 0, kind: null };
}

/** A text that is no address yet has no guards. */
function guardAt(guards: ICallGuards | null, text: string): CallGuard {
  try {
    return guards?.guardOf(text) ?? NO_GUARD;
  } catch (reason) {
    if (isLabwireError(reason, 'ParseError')) {
      return NO_GUARD;
    }
    throw reason;
  }
}
