// What the page asks about what can be called: described, called, kept, written down.
//
// Nothing is sent before the arguments were read and the guards asked; whatever then becomes of a call
// is its outcome. Results stay here, and the page looks at them through views.

import type { AuditEntry } from '../transports/index.js';
import {
  type Address,
  type Cloned,
  ClosedError,
  DeadlineError,
  formatAddress,
  formatEndpoint,
  LimitError,
  type LinkState,
  type PlainValue,
  type PyValue,
  parseAddress,
  toClone,
  toPlain,
  UnsupportedError,
} from '../values/index.js';
import type { Connect, IClock } from '../wire/index.js';
import { pythonProgram } from './codepython.js';
import { typescriptProgram } from './codetypescript.js';
import { Guards } from './guards.js';
import { argumentTexts, plainArguments } from './plainarguments.js';
import type {
  CallOutcome,
  CallRequest,
  Guard,
  ProbeAnswer,
  ResultPart,
  ServerDescription,
  TargetDescription,
  ValueCall,
} from './remoteapi.js';
import { Deadline } from './remotedeadline.js';
import { serverOf, targetOf } from './remotedescribe.js';
import { failureOf } from './remotefailure.js';
import { type Arguments, argumentsOf } from './remoteliteral.js';
import { Prober } from './remoteprobe.js';
import { ResultExport, wholeText } from './resultparts.js';
import { type Result, type ResultLimits, Results, sizeOf } from './results.js';
import { summaryOf } from './resultsummary.js';
import type { IRemote, ISource, IWatch } from './sources/source.js';
import type { Sources } from './sources.js';
import { typeText } from './typetext.js';
import { COPY_LIMIT } from './views/format.js';

export type RemoteOptions = {
  readonly clock: IClock;
  readonly sources: Sources;
  readonly connect: (address: Address) => Connect;
  /** Tell whoever keeps the books. Not told of the demo lab. */
  readonly audit: (entry: AuditEntry, address: Address) => void;
  /** A result is kept no longer: close what shows it. */
  readonly onDropped: (callId: number) => void;
  readonly report: (error: unknown, where: string) => void;
  readonly limits?: ResultLimits;
};

/** To be described, beside the time that a person is asked. A server with many methods takes a second. */
const DESCRIBE_MS = 10_000;
/** Addresses whose connection is kept open: a sidebar shows fewer. */
const HOLD_LIMIT = 500;
/** Characters of a call's arguments in the audit. */
const AUDIT_CHARACTERS = 500;

/** Bytes of a result that is handed over to a program of the page. Once a call: a copy of it is 10 ms. */
export const CALL_VALUE_LIMIT_BYTES = 16_000_000;

/** The reason of what a person gave up. */
const CANCELLED = Symbol('cancelled');

export class RemoteCalls {
  private readonly _options: RemoteOptions;
  private readonly _results: Results;
  private readonly _guards = new Guards();
  private readonly _prober: Prober;
  private readonly _held = new Map<string, IWatch>();
  private readonly _running = new Map<number, Deadline>();
  private readonly _describing = new Set<Deadline>();
  private _export: ResultExport | null = null;
  private readonly _used = new Set<number>();

  constructor(options: RemoteOptions) {
    this._options = options;
    this._results = new Results(options.onDropped, options.limits);
    this._prober = new Prober(options);
  }

  /** A person is asked whether `address` may be reached, or no longer is. */
  setAsking(address: Address, isAsking: boolean): void {
    this._prober.setAsking(address, isAsking);
  }

  setGuards(guards: readonly Guard[]): void {
    this._guards.set(guards);
  }

  /** @throws {PolicyError} a person has marked what is served at `address` read-only. */
  checkGuard(address: Address): void {
    this._guards.check(address);
  }

  /** The page goes: what is under way ends, nothing is held, nothing kept. */
  close(): void {
    const reason = new ClosedError('the page went away while this was under way');
    this._prober.close(reason);
    for (const deadline of [...this._running.values(), ...this._describing]) {
      deadline.giveUp(reason);
    }
    for (const watch of this._held.values()) {
      watch.close();
    }
    this._held.clear();
    this._results.clear();
  }

  // ---- Endpoints ----------------------------------------------------------------------------------

  probe(text: string): Promise<readonly ProbeAnswer[]> {
    return this._prober.probe(text);
  }

  cancelProbes(): void {
    this._prober.close(new ClosedError('the one who asked no longer waits for an answer'));
  }

  hold(address: string): void {
    const source = this._options.sources.open(address);
    const key = formatAddress(source.address);
    if (this._held.has(key)) {
      return;
    }
    if (this._held.size >= HOLD_LIMIT) {
      throw new LimitError(
        `${HOLD_LIMIT} connections are kept open, which is as many as one tab may have`,
        { limit: 'held', value: HOLD_LIMIT + 1, maximum: HOLD_LIMIT, unit: 'connections' },
        { hint: 'Take instruments off the list that are not looked at.' },
      );
    }
    this._held.set(
      key,
      source.watch(() => {}),
    );
  }

  release(address: string): void {
    const key = formatAddress(parseAddress(address));
    this._held.get(key)?.close();
    this._held.delete(key);
  }

  /** All connections to where the address leads. */
  retryEndpoint(address: string): void {
    const endpoint = formatEndpoint(parseAddress(address));
    for (const { connection } of this._options.sources.connections()) {
      if (connection.endpoint === endpoint) {
        connection.retry();
      }
    }
  }

  // ---- Descriptions -------------------------------------------------------------------------------

  async describeServer(text: string): Promise<ServerDescription> {
    const { source, remote } = this._callable(text);
    const identity = await this._asked(source, remote, signal => remote.identify({ signal }));
    return serverOf(source.address, identity);
  }

  async describeTarget(text: string): Promise<TargetDescription> {
    const { source, remote } = this._callable(text);
    const description = await this._asked(source, remote, signal => remote.describe({ signal }));
    return targetOf(source.address, description);
  }

  private async _asked<T>(
    source: ISource,
    remote: IRemote,
    ask: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const endpoint = formatEndpoint(source.address);
    const deadline = new Deadline(this._options.clock, DESCRIBE_MS, () =>
      late(remote, `${endpoint} did not describe itself`, 'describe', DESCRIBE_MS),
    );
    this._describing.add(deadline);
    try {
      return await patiently(source, deadline, ask);
    } finally {
      this._describing.delete(deadline);
    }
  }

  private _callable(text: string): { readonly source: ISource; readonly remote: IRemote } {
    const source = this._options.sources.open(text);
    const { remote } = source;
    if (remote === null) {
      throw new UnsupportedError(
        `nothing can be called at ${formatAddress(source.address)}`,
        { feature: 'call' },
        { hint: 'Methods are at addresses such as sipyco+rpc://HOST:3251/schedule.' },
      );
    }
    return { source, remote };
  }

  // ---- Calls --------------------------------------------------------------------------------------

  /** @throws {RangeError} the number was used before: the page's mistake. */
  async call(request: CallRequest): Promise<CallOutcome> {
    const { callId } = request;
    this._claim(callId);
    const { clock } = this._options;
    const startMs = clock.nowMs();
    try {
      const value = await this._send(request, () => literalCall(request));
      const elapsedMs = clock.nowMs() - startMs;
      const result = summaryOf(value);
      const { method } = request;
      this._results.add({ callId, method, value, timeNs: clock.wallNs() });
      return { type: 'returned', elapsedMs, result };
    } catch (error) {
      return outcomeOf(error, clock.nowMs() - startMs);
    }
  }

  /**
   * A call by a program: its result is handed over.
   * @throws {RangeError} as `call`. @throws {ClosedError} it was cancelled.
   */
  async callValue(request: ValueCall): Promise<Cloned | { readonly value: PlainValue }> {
    this._claim(request.callId);
    const { method, plain } = request;
    try {
      const value = await this._send(request, () => plainCall(request));
      checkSize(method, value);
      return plain ? { value: toPlain(value) } : toClone(value);
    } catch (error) {
      throw error === CANCELLED
        ? new ClosedError(`the call of ${method} was given up; the instrument may have done it`)
        : error;
    }
  }

  private _claim(callId: number): void {
    if (this._used.has(callId)) {
      throw new RangeError(`call ${callId} was made before: each call needs a number of its own`);
    }
    this._used.add(callId);
  }

  /** After its end, or twice, is harmless. */
  cancelCall(callId: number): void {
    this._running.get(callId)?.giveUp(CANCELLED);
  }

  private async _send(request: CallRequest | ValueCall, read: () => ReadCall): Promise<PyValue> {
    const { callId, method, deadlineMs = null } = request;
    const { source, remote } = this._callable(request.address);
    const { args, kwargs, texts } = read();
    this._guards.check(source.address);
    // Before it is sent: a call whose answer never comes was made all the same.
    this._audit(source.address, method, texts);
    const deadline = new Deadline(this._options.clock, deadlineMs, () =>
      late(remote, `no answer to ${method}`, method, deadlineMs ?? 0),
    );
    this._running.set(callId, deadline);
    try {
      return await patiently(source, deadline, signal =>
        remote.call(method, args, kwargs, { signal }),
      );
    } finally {
      this._running.delete(callId);
    }
  }

  private _audit(address: Address, method: string, texts: readonly string[]): void {
    if (!address.demo) {
      const entry = {
        action: 'call',
        endpoint: formatEndpoint(address),
        method: address.path === '' ? method : `${address.path}.${method}`,
        detail: argumentsText(texts),
      };
      this._options.audit(entry, address);
    }
  }

  // ---- Results ------------------------------------------------------------------------------------

  /** @throws {ClosedError} it is not kept any more. */
  result(callId: number): Result {
    return this._results.get(callId);
  }

  resultText(callId: number): string {
    return wholeText(this._results.get(callId).value, COPY_LIMIT);
  }

  resultPart(callId: number, from: number): ResultPart {
    const { method, value } = this._results.get(callId);
    if (from === 0) {
      this._export = new ResultExport(callId, method, value);
    }
    if (this._export?.callId !== callId) {
      throw new UnsupportedError('no export is under way', { feature: `result ${callId}` });
    }
    const part = this._export.part(from);
    if (part.next === null) {
      this._export = null;
    }
    return part;
  }

  dropResult(callId: number): void {
    this._results.drop(callId);
  }

  // ---- As a program -------------------------------------------------------------------------------

  callAsCode(request: CallRequest, language: 'python' | 'typescript'): string {
    const { address } = this._options.sources.open(request.address);
    const { args, kwargs }: Arguments = argumentsOf(request);
    const call = { address, method: request.method, args, kwargs };
    return language === 'python' ? pythonProgram(call) : typescriptProgram(call);
  }
}

/**
 * Ask while the connection is held, with a deadline that stands still while a person is asked. A link
 * that failed before is tried at once: a person who asks does not mean the answer of a while ago.
 */
async function patiently<T>(
  source: ISource,
  deadline: Deadline,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  let state: LinkState = 'connecting';
  const watch = source.watch(event => {
    if (event.type === 'status') {
      state = event.status.state;
      deadline.setAsking(state === 'asking');
    }
  });
  try {
    if (DOWN.has(state)) {
      source.retry();
    }
    return await ask(deadline.signal);
  } finally {
    deadline.end();
    watch.close();
  }
}

const DOWN: ReadonlySet<LinkState> = new Set<LinkState>(['failed', 'refused', 'stale']);

function outcomeOf(error: unknown, elapsedMs: number): CallOutcome {
  return error === CANCELLED ? { type: 'cancelled', elapsedMs } : failureOf(error, elapsedMs);
}

function late(remote: IRemote, what: string, operation: string, timeoutMs: number): DeadlineError {
  const before = remote.abandoned();
  const behind =
    before === null ? '' : `: it waits behind ${before}, which was given up and still runs`;
  return new DeadlineError(
    `${what} within ${timeoutMs} ms${behind}`,
    { operation, timeoutMs },
    {
      protocol: 'sipyco',
      hint: 'It may still do what it was asked for: its late answer is dropped, and later calls wait behind it.',
    },
  );
}

/** What is called with, and how the audit writes it. */
type ReadCall = Arguments & { readonly texts: readonly string[] };

function literalCall(request: CallRequest): ReadCall {
  const named = request.kwargs.map(([name, literal]) => `${name}=${literal}`);
  return { ...argumentsOf(request), texts: [...request.args, ...named] };
}

function plainCall(request: ValueCall): ReadCall {
  const read = plainArguments(request);
  return { ...read, texts: argumentTexts(read, AUDIT_CHARACTERS) };
}

function checkSize(method: string, value: PyValue): void {
  const maximum = CALL_VALUE_LIMIT_BYTES;
  const bytes = sizeOf(value, maximum);
  if (bytes > maximum) {
    throw new LimitError(
      `${method} returned ${typeText(value)}: more than ${maximum / 1e6} MB, too much to be handed over`,
      { limit: 'returned value', value: bytes, maximum, unit: 'bytes' },
      { hint: 'It was called. Call it in a form instead, which shows a result by parts.' },
    );
  }
}

/** As they were given, cut. */
function argumentsText(texts: readonly string[]): string {
  const parts: string[] = [];
  let length = 0;
  for (const text of texts) {
    if (length > AUDIT_CHARACTERS) {
      break;
    }
    parts.push(text.slice(0, AUDIT_CHARACTERS));
    length += text.length + 2;
  }
  const whole = parts.join(', ');
  return whole.length > AUDIT_CHARACTERS ? `${whole.slice(0, AUDIT_CHARACTERS - 1)}…` : whole;
}
