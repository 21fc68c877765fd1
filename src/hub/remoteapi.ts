// The contract between the page and the worker, as far as it is about what can be called.
//
// Types only, part of api.ts. Arguments cross as the text that a person typed, Python literals, and
// are read in the worker; results stay there and are looked at through views, like any other value. So
// a 10 MB answer costs the page what it shows of it. What is thrown across is always a `Fault`.

import type { Fault, PlainValue, PyClone } from '../values/index.js';
import type { ViewKind, Viewport } from './api.js';

/** What answered when an endpoint was asked who it is. */
export type ProbeAnswer = {
  /** To open it with: `sipyco+rpc://127.0.0.1:3251`. */
  readonly address: string;
  readonly scheme: string;
  /** What the server says of itself; empty where it says nothing. */
  readonly description: string;
  /** Names that can be opened behind the address: targets. Empty where the protocol does not tell. */
  readonly names: readonly string[];
};

export type ParameterKind = 'positional' | 'varargs' | 'keyword' | 'varkw';

export type ParameterDescription = {
  readonly name: string;
  readonly kind: ParameterKind;
  /** Python's repr; null where a value must be given. */
  readonly default: string | null;
  /** Name of the type; null where none is written. */
  readonly annotation: string | null;
};

export type MethodDescription = {
  readonly name: string;
  /** Without `self`; null where the server tells names only. */
  readonly parameters: readonly ParameterDescription[] | null;
  /** As Python writes it: `(channel: int, freq: float = 1e6) -> float`; null as above. */
  readonly signature: string | null;
  readonly docstring: string | null;
  /** Starts or ends what others use (`terminate`, `close_db`, `stop` …): kept apart, and confirmed. */
  readonly isLifeCycle: boolean;
};

/** One target and what can be called of it. */
export type TargetDescription = {
  readonly address: string;
  readonly name: string;
  readonly docstring: string | null;
  /** By name. */
  readonly methods: readonly MethodDescription[];
  /** Why there are names only; null where there is all. */
  readonly fault: Fault | null;
};

/** One server: what it says of itself, and the addresses of its targets. */
export type ServerDescription = {
  readonly address: string;
  readonly description: string | null;
  readonly targets: readonly { readonly name: string; readonly address: string }[];
};

/** What a text is as a Python literal, told while it is typed. */
export type LiteralCheck =
  /** `int`, `dict · 3 keys`, `float64[1000]`. */
  | { readonly type: 'value'; readonly pyType: string }
  /** Nothing was typed. */
  | { readonly type: 'empty' }
  /** `fault` is a ParseError: `position` counts UTF-16 units of the text. */
  | { readonly type: 'wrong'; readonly fault: Fault };

export type CallRequest = {
  /** The page's own number for this call; used once. */
  readonly callId: number;
  /** Of a target. */
  readonly address: string;
  readonly method: string;
  /** Python literals. */
  readonly args: readonly string[];
  readonly kwargs: readonly (readonly [name: string, literal: string])[];
  /** Gives up after so long; absent: when the person does. */
  readonly deadlineMs?: number;
};

/** A call that a program of the page makes: arguments and result are plain data (`toClone`). */
export type ValueCall = {
  /** As that of a `CallRequest`, of which it is never one. */
  readonly callId: number;
  readonly address: string;
  readonly method: string;
  readonly args: readonly PyClone[];
  readonly kwargs: readonly (readonly [name: string, value: PyClone])[];
  readonly deadlineMs?: number;
  /** The result as ordinary numbers and objects (`toPlain`). */
  readonly plain: boolean;
};

/** A value in the worker, as far as a line of text tells it. */
export type ResultSummary = {
  /** `int`, `float64[2048, 2048]`. */
  readonly pyType: string;
  /** As Python's pprint writes it, what is long as its repr; cut to `TEXT_LIMIT` with an ellipsis. */
  readonly text: string;
  /** The text is not all of it: an end is cut off, or the middle of an array left out. */
  readonly isCut: boolean;
  /** Views that can show it, the best first; empty for what is text only. */
  readonly views: readonly ViewKind[];
  /** Items of a list, tuple, set or dict, for `resultItems`; null for what has none. */
  readonly itemCount: number | null;
  /** Rows and columns, for `resultCells`; null for what is no table. */
  readonly table: TableShape | null;
  /** A small curve of numbers in a row, NaN where one is missing; null for what is none. */
  readonly spark: Float32Array | null;
};

/** One item of a value that has items. */
export type ResultItem = {
  /** A dict's key as Python writes it, a list's index; null in a set. */
  readonly key: string | null;
  readonly pyType: string;
  /** Python's repr, cut to two lines with an ellipsis. */
  readonly text: string;
  /** Null: it has no items of its own. */
  readonly itemCount: number | null;
};

export type ResultItems = { readonly items: readonly ResultItem[]; readonly itemCount: number };

/** A value as a table: an array of one or two axes, records, a list of rows that are alike. */
export type TableShape = {
  readonly rowCount: number;
  readonly columnCount: number;
  /** What stands above them: numbers from 0 on, nothing where there is one, or the names of fields. */
  readonly columns: 'numbered' | 'single' | readonly string[];
};

/** Some cells of a table, counted from 0; what is beyond its edges is left out. */
export type CellWindow = {
  readonly firstRow: number;
  readonly rowCount: number;
  readonly firstColumn: number;
  readonly columnCount: number;
};

/** A piece of a file; the name is that of the whole. */
export type ResultPart = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly fileName: string;
  /** Where the next part begins; null when this was the last. */
  readonly next: number | null;
};

/** How a call ended. */
export type CallOutcome = { readonly elapsedMs: number } & (
  | { readonly type: 'returned'; readonly result: ResultSummary }
  /** The method raised: `traceback` are lines, outermost first. */
  | {
      readonly type: 'raised';
      readonly remoteClass: string;
      readonly remoteMessage: string;
      readonly traceback: readonly string[];
    }
  /** It never came to an answer: not sent, refused, the link dropped, no answer in time. */
  | { readonly type: 'failed'; readonly fault: Fault }
  /** The person gave up. The instrument may have done it all the same. */
  | { readonly type: 'cancelled' }
);

/** Guards of an endpoint against accidents; what an administrator forbids is enforced in the bridge. */
export type Guard = {
  /** `host:port`, or `demo lab`. */
  readonly endpoint: string;
  /** Every call and every edit is refused in the hub. */
  readonly readOnly: boolean;
};

/** What the page may ask about what can be called. Every method may reject with a Fault. */
export interface IRemoteHub {
  /**
   * Who answers at `text`: an address, or `host:port` whose protocol is found out by asking.
   * Listens only; nothing is selected or called. May ask a person, as any connection may. Rejects where
   * nobody is recognised, and says what was tried; broadcast and logging servers are never guessed.
   */
  probe(text: string): Promise<readonly ProbeAnswer[]>;
  /** Give up all that is being asked so: it rejects with a ClosedError. Harmless where nothing is. */
  cancelProbes(): Promise<void>;
  /** Keep the connection of an address open though no view looks at it; see `endpoints()` for how it does. Twice is once. */
  hold(address: string): Promise<void>;
  /** Let go of it. Twice is harmless. */
  release(address: string): Promise<void>;
  /** Reconnect all that leads to the same endpoint now rather than after the back-off. */
  retryEndpoint(address: string): Promise<void>;
  describeServer(address: string): Promise<ServerDescription>;
  describeTarget(address: string): Promise<TargetDescription>;
  checkLiteral(text: string): Promise<LiteralCheck>;
  /**
   * Never rejects for what the instrument or the arguments do: that is an outcome. A wrong argument, and
   * an endpoint that is read-only, fail before anything is sent. Rejects for a number that was used.
   */
  call(request: CallRequest): Promise<CallOutcome>;
  /**
   * Call, and hand over what it returned; guards and audit are those of `call`, and nothing is kept.
   * Rejects with what went wrong: RemoteError fault for what the method raised, LimitError for a result
   * of more than `CALL_VALUE_LIMIT_BYTES`, ClosedError once it is cancelled.
   */
  callValue(call: ValueCall): Promise<PyClone | PlainValue>;
  /** Give up waiting. Of a call that is over: harmless. */
  cancelCall(callId: number): Promise<void>;
  /**
   * A view of the result of a call, as `openView` of an address. Its rows have no addresses. When the
   * result is dropped it ends: its last frame is a `StatusFrame` that is `closed`.
   * @returns the view's id. @throws ClosedError fault: the result is not kept any more.
   */
  openResult(callId: number, view: 'auto' | ViewKind, viewport: Viewport): Promise<number>;
  /** The result's repr, whole up to `COPY_LIMIT` characters. */
  resultText(callId: number): Promise<string>;
  /**
   * Some items of a result: those of the item at `path`, which are places from 0 on, or of the result
   * itself. At most 1000 at once. Rejects where there are none.
   */
  resultItems(
    callId: number,
    path: readonly number[],
    from: number,
    count: number,
  ): Promise<ResultItems>;
  /**
   * Cells of a result that is a table, row by row, as Python writes them: exact, cut to 200 characters;
   * one cell alone is whole up to `COPY_LIMIT`. At most 10 000 at once. Rejects for what is no table.
   */
  resultCells(callId: number, window: CellWindow): Promise<readonly (readonly string[])[]>;
  /**
   * The whole result as a file: text and bytes as they are, all else as a Python literal. `from` is 0 at
   * first, then `next` of the answer before. One is written at a time: another gives up the one before.
   */
  resultPart(callId: number, from: number): Promise<ResultPart>;
  /** Forget a result; views of it close. Twice is harmless. The hub keeps the newest 100 results, at most 256 MiB, anyway. */
  dropResult(callId: number): Promise<void>;
  /** The call as a program for the `sipyco` package, or for this library. Rejects for arguments that are none. */
  callAsCode(request: CallRequest, language: 'python' | 'typescript'): Promise<string>;
  setGuards(guards: readonly Guard[]): Promise<void>;
}
