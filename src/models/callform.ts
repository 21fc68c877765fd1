// One method and what a person is going to call it with: fields, the call under way, what became of it.
//
// Nothing is sent but by `call()`, which a gesture on the form stands behind. Arguments are read in the
// worker while they are typed, and again before they are sent.

import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type {
  CallOutcome,
  CallRequest,
  CellWindow,
  IHub,
  MethodDescription,
  ResultItems,
  ResultPart,
} from '../hub/api.js';
import { UnsupportedError } from '../values/index.js';
import { cellOf } from './callformcell.js';
import {
  argumentsOf,
  type CallArguments,
  type CallField,
  defaultOf,
  type FieldProblem,
  ordered,
  placed,
} from './callformfields.js';
import type { CallEntry, CallHistory } from './callhistory.js';
import { faultOf } from './remote.js';

/** What a person has set for the instrument, against accidents. */
export type CallGuard = {
  /** Every call is refused in the hub; the form says so before. */
  readonly readOnly: boolean;
  /** Every call is confirmed. */
  readonly confirmCalls: boolean;
};

export interface ICallGuards {
  guardOf(address: string): CallGuard;
  readonly changed: ISignal<unknown, unknown>;
}

/** `confirming`: a person is asked whether they mean it. */
export type CallPhase = 'ready' | 'confirming' | 'running';

export namespace CallFormModel {
  export interface IOptions {
    /** Of the target. */
    readonly address: string;
    readonly method: MethodDescription;
    readonly open: () => Promise<IHub>;
    readonly history: CallHistory;
    /** Null: no instrument has any. */
    readonly guards: ICallGuards | null;
    /** Filled in from the start. */
    readonly filled?: CallArguments;
    /** False: only the method's name is known; the server is asked before the first call. */
    readonly isKnown?: boolean;
    /** ns since 1970-01-01 UTC. */
    readonly now?: () => bigint;
  }
}

const NOTHING: CallArguments = { args: [], kwargs: [] };
const NO_GUARD: CallGuard = { readOnly: false, confirmCalls: false };

export class CallFormModel implements IDisposable {
  constructor(options: CallFormModel.IOptions) {
    this.address = options.address;
    this.history = options.history;
    this._method = options.method;
    this._isKnown = options.isKnown ?? true;
    this._open = options.open;
    this._guards = options.guards;
    this._now = options.now ?? (() => BigInt(Date.now()) * 1_000_000n);
    this._guards?.changed.connect(this._onChanged, this);
    this.history.added.connect(this._onChanged, this);
    this._place(options.filled ?? NOTHING);
  }

  readonly address: string;
  readonly history: CallHistory;

  get method(): MethodDescription {
    return this._method;
  }

  get fields(): readonly CallField[] {
    return this._fields;
  }

  /** Fields came or went, or all were filled anew. */
  get fieldsChanged(): ISignal<this, void> {
    return this._fieldsChanged;
  }

  /** What is known of a field changed: its type, its problem. */
  get fieldChecked(): ISignal<this, CallField> {
    return this._fieldChecked;
  }

  /** A field keeps the call from being sent: the person belongs there. */
  get refused(): ISignal<this, CallField> {
    return this._refused;
  }

  /** Phase, outcome, guard or history changed. */
  get stateChanged(): ISignal<this, void> {
    return this._stateChanged;
  }

  get phase(): CallPhase {
    return this._phase;
  }

  get guard(): CallGuard {
    return this._guards?.guardOf(this.address) ?? NO_GUARD;
  }

  /** What is filled in, right or wrong: to fill in another form of the method. */
  get filled(): CallArguments {
    return argumentsOf(this._fields.filter(({ text, name }) => text !== '' || name !== ''));
  }

  /** When the call under way began; ns since 1970-01-01 UTC. Null when none is. */
  get runningSinceNs(): bigint | null {
    return this._sinceNs;
  }

  /** The person gave up, and the worker has not told yet. */
  get isCancelling(): boolean {
    return this._isCancelling;
  }

  /** The last call that was made in this form; null before the first. */
  get last(): CallEntry | null {
    return this._last;
  }

  /** Newest first, those of other forms too. */
  get past(): readonly CallEntry[] {
    return this.history.of(this.address, this._method.name);
  }

  /** Has the server said what the method takes? */
  get isKnown(): boolean {
    return this._isKnown;
  }

  get takesExtra(): boolean {
    return this._takes('varargs');
  }

  get takesNamed(): boolean {
    return this._takes('varkw');
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  // ---- Filling in ---------------------------------------------------------------------------------

  setText(id: number, text: string): void {
    this._change(id, field => ({
      ...field,
      text,
      isDefault: text.trim() === '' && defaultOf(field) !== null,
    }));
  }

  setName(id: number, name: string): void {
    this._fields = this._fields.map(field => (field.id === id ? { ...field, name } : field));
    this._emitChecked(id);
  }

  /** Back to the default. */
  reset(id: number): void {
    this._change(id, field => ({ ...field, text: defaultOf(field) ?? '', isDefault: true }));
  }

  /** One more value for `*args` or `**kwargs`. @returns its id. */
  addField(role: 'extra' | 'named'): number {
    const field = this._made({ role, parameter: null, name: '', text: '', isDefault: false });
    this._fields = ordered([...this._fields, field]);
    this._fieldsChanged.emit();
    return field.id;
  }

  removeField(id: number): void {
    this._fields = this._fields.filter(field => field.id !== id);
    this._fieldsChanged.emit();
  }

  /** Fill all fields anew. What was typed is gone. */
  fill(call: CallArguments): void {
    this._place(call);
    this._fieldsChanged.emit();
  }

  /** Ask the server what the method takes; what is filled in stays. @returns whether it answered. */
  async learn(): Promise<boolean> {
    if (this._isKnown || this._phase !== 'ready') {
      return this._isKnown;
    }
    this._sinceNs = this._now();
    this._setPhase('running');
    const failed = await this._learn();
    if (failed === null && !this._isCancelling) {
      this._sinceNs = null;
      this._setPhase('ready');
      return true;
    }
    const call = { callId: this.history.nextCallId(), ...this._request() };
    this._end(call, failed ?? { type: 'cancelled', elapsedMs: this._elapsedMs() });
    return false;
  }

  /** What is wrong with a field; null where nothing is, or where nothing was typed and asked for yet. */
  problemOf(field: CallField): FieldProblem | null {
    const { role, text, name, isDefault, check } = field;
    if (isDefault) {
      const isNeeded = role === 'positional' && this._fields.some(other => other.role === 'extra');
      return isNeeded ? wrong(check) : null;
    }
    if (text.trim() === '') {
      return this._wasTried ? { message: 'a value is missing', position: null } : null;
    }
    if (role === 'named' && this._wasTried && name.trim() === '') {
      return { message: 'the name of this argument is missing', position: null };
    }
    const isTwice =
      role === 'named' && this._fields.some(other => other.id !== field.id && other.name === name);
    return isTwice ? { message: `${name} is given twice`, position: null } : wrong(check);
  }

  // ---- Calling ------------------------------------------------------------------------------------

  /** The person pressed Call. Sends it, or asks first, or shows what is wrong. */
  async call(): Promise<void> {
    if (this._phase !== 'ready' || this.guard.readOnly) {
      return;
    }
    if (!(await this.learn())) {
      return;
    }
    this._wasTried = true;
    if (!(await this._isComplete()) || this._phase !== 'ready') {
      return;
    }
    if (this._method.isLifeCycle || this.guard.confirmCalls) {
      this._setPhase('confirming');
    } else {
      await this._send();
    }
  }

  /** The person means it. */
  async confirm(): Promise<void> {
    if (this._phase === 'confirming') {
      await this._send();
    }
  }

  decline(): void {
    if (this._phase === 'confirming') {
      this._setPhase('ready');
    }
  }

  /** Call again what was called before; asks first where a call would. */
  async repeat(entry: CallArguments): Promise<void> {
    if (this._phase === 'ready') {
      this.fill(entry);
      await this.call();
    }
  }

  /** Give up waiting. The instrument may do it all the same. */
  cancel(): void {
    if (this._phase !== 'running' || this._isCancelling) {
      return;
    }
    this._isCancelling = true;
    this._stateChanged.emit();
    this._open()
      .then(hub => hub.cancelCall(this._callId))
      .catch(reason => {
        console.warn(`Labwire: ${this._method.name} could not be cancelled`, reason);
      });
  }

  /** The program that makes the call. @throws what is wrong with an argument. */
  async asCode(language: 'python' | 'typescript'): Promise<string> {
    const hub = await this._open();
    return hub.callAsCode({ ...this._request(), callId: 0 }, language);
  }

  /** The form as it is filled, for a cell; null while an argument is wrong. @throws {EncodeError} */
  async asCell(): Promise<string | null> {
    this._wasTried = true;
    const isComplete = await this._isComplete();
    return isComplete ? cellOf(this.address, this._method.name, argumentsOf(this._fields)) : null;
  }

  /** All of a result as text. @throws {ClosedError} it is not kept any more. */
  async resultText(callId: number): Promise<string> {
    const hub = await this._open();
    return hub.resultText(callId);
  }

  /** Some items of a result. @throws {ClosedError} it is not kept any more. */
  async resultItems(
    callId: number,
    path: readonly number[],
    from: number,
    count: number,
  ): Promise<ResultItems> {
    const hub = await this._open();
    return hub.resultItems(callId, path, from, count);
  }

  /** Some cells of a result that is a table. @throws {ClosedError} as above. */
  async resultCells(callId: number, window: CellWindow): Promise<readonly (readonly string[])[]> {
    const hub = await this._open();
    return hub.resultCells(callId, window);
  }

  /** A part of a result as a file. @throws {ClosedError} as above. */
  async resultPart(callId: number, from: number): Promise<ResultPart> {
    const hub = await this._open();
    return hub.resultPart(callId, from);
  }

  /** A call under way goes on, and its end is in the history. */
  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._guards?.changed.disconnect(this._onChanged, this);
    this.history.added.disconnect(this._onChanged, this);
    Signal.clearData(this);
  }

  // ---- Private ------------------------------------------------------------------------------------

  private _takes(kind: 'varargs' | 'varkw'): boolean {
    return this._method.parameters?.some(parameter => parameter.kind === kind) ?? true;
  }

  private _request(): Omit<CallRequest, 'callId'> {
    const { address, _method: method } = this;
    return { address, method: method.name, ...argumentsOf(this._fields) };
  }

  private async _send(): Promise<void> {
    const request: CallRequest = { ...this._request(), callId: this.history.nextCallId() };
    this._callId = request.callId;
    this._sinceNs = this._now();
    this._setPhase('running');
    this._end(request, await this._outcomeOf(request));
  }

  private async _outcomeOf(request: CallRequest): Promise<CallOutcome> {
    try {
      const hub = await this._open();
      if (this._isCancelling) {
        return { type: 'cancelled', elapsedMs: this._elapsedMs() }; // before it was sent
      }
      return await hub.call(request);
    } catch (reason) {
      return this._failed(reason);
    }
  }

  private _end(request: CallRequest, outcome: CallOutcome): void {
    const { callId, address, method, args, kwargs } = request;
    const timeNs = this._sinceNs ?? this._now();
    const entry = { callId, address, method, args, kwargs, timeNs, outcome };
    this._last = entry;
    this._phase = 'ready';
    this._sinceNs = null;
    this._isCancelling = false;
    this.history.add(entry); // tells this form too
  }

  /** @returns why the server did not tell; null: it did. */
  private async _learn(): Promise<CallOutcome | null> {
    try {
      const { address, _method: asked } = this;
      const { methods } = await (await this._open()).describeTarget(address);
      const method = methods.find(({ name }) => name === asked.name);
      if (method === undefined) {
        throw new UnsupportedError(
          `${address} has no method ${asked.name}`,
          { feature: asked.name },
          { hint: `It has ${methods.map(({ name }) => name).join(', ') || 'none'}.` },
        );
      }
      if (!this._isDisposed) {
        const { filled } = this;
        this._method = method;
        this._isKnown = true;
        this.fill(filled);
      }
      return null;
    } catch (reason) {
      return this._failed(reason);
    }
  }

  private _failed(reason: unknown): CallOutcome {
    return { type: 'failed', elapsedMs: this._elapsedMs(), fault: faultOf(reason) };
  }

  private _elapsedMs(): number {
    return this._sinceNs === null ? 0 : Number((this._now() - this._sinceNs) / 1000n) / 1000;
  }

  /** Every text is read; the first field with a problem is pointed at. */
  private async _isComplete(): Promise<boolean> {
    await Promise.all(this._checks.values());
    if (this._isDisposed) {
      return false;
    }
    for (const field of this._fields) {
      this._fieldChecked.emit(field);
    }
    const bad = this._fields.find(field => this.problemOf(field) !== null);
    if (bad !== undefined) {
      this._refused.emit(bad);
    }
    return bad === undefined;
  }

  private _place(call: CallArguments): void {
    this._wasTried = false;
    this._fields = placed(this._method.parameters, call).map(field => this._made(field));
  }

  private _made(field: Omit<CallField, 'id' | 'check'>): CallField {
    this._lastField += 1;
    const made: CallField = { ...field, id: this._lastField, check: null };
    this._check(made);
    return made;
  }

  private _change(id: number, change: (field: CallField) => CallField): void {
    this._fields = this._fields.map(field => {
      if (field.id !== id) {
        return field;
      }
      const changed = { ...change(field), check: null };
      this._check(changed);
      return changed;
    });
    this._emitChecked(id);
  }

  /** Ask what a text is. An answer to an older text is dropped. */
  private _check({ id, text }: CallField): void {
    const checking = this._open()
      .then(hub => hub.checkLiteral(text))
      .catch(reason => ({ type: 'wrong' as const, fault: faultOf(reason) }))
      .then(check => {
        const field = this._fields.find(other => other.id === id);
        if (field?.text === text && !this._isDisposed) {
          this._fields = this._fields.map(other => (other.id === id ? { ...other, check } : other));
          this._emitChecked(id);
        }
        if (this._checks.get(id) === checking) {
          this._checks.delete(id);
        }
      });
    this._checks.set(id, checking);
  }

  private _emitChecked(id: number): void {
    const field = this._fields.find(other => other.id === id);
    if (field !== undefined) {
      this._fieldChecked.emit(field);
    }
  }

  private _setPhase(phase: CallPhase): void {
    this._phase = phase;
    this._stateChanged.emit();
  }

  private _onChanged(): void {
    if (this._phase === 'confirming' && this.guard.readOnly) {
      this._phase = 'ready';
    }
    this._stateChanged.emit();
  }

  private readonly _open: () => Promise<IHub>;
  private readonly _guards: ICallGuards | null;
  private readonly _now: () => bigint;
  private readonly _checks = new Map<number, Promise<void>>();
  private readonly _fieldsChanged = new Signal<this, void>(this);
  private readonly _fieldChecked = new Signal<this, CallField>(this);
  private readonly _refused = new Signal<this, CallField>(this);
  private readonly _stateChanged = new Signal<this, void>(this);
  private _method: MethodDescription;
  private _isKnown: boolean;
  private _fields: readonly CallField[] = [];
  private _phase: CallPhase = 'ready';
  private _last: CallEntry | null = null;
  private _sinceNs: bigint | null = null;
  private _isCancelling = false;
  private _isDisposed = false;
  private _wasTried = false;
  private _callId = 0;
  private _lastField = 0;
}

function wrong(check: CallField['check']): FieldProblem | null {
  if (check?.type !== 'wrong') {
    return null;
  }
  const { message, facts } = check.fault;
  return { message, position: typeof facts.position === 'number' ? facts.position : null };
}
