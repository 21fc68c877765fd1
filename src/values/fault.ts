// An error as plain data.
//
// Structured clone (and so comlink) keeps an Error's message and drops its fields. A Fault keeps
// them: it is what machines put in their last event, what the worker throws, and what a view shows.

import {
  BridgeError,
  ClosedError,
  ConnectError,
  ConnectionLostError,
  DeadlineError,
  EncodeError,
  type ErrorOptions,
  type Fact,
  isLabwireError,
  type LabwireError,
  type LabwireErrorName,
  LimitError,
  LocalProtocolError,
  ParseError,
  PolicyError,
  type ProtocolName,
  RemoteError,
  RemoteProtocolError,
  UnsupportedError,
} from './errors.js';

/** The plain form of a LabwireError, or of a stranger (`name: 'Error'`). Structured-clonable. */
export type Fault = {
  readonly name: LabwireErrorName | 'Error';
  /** What happened: one sentence, the fact first. */
  readonly message: string;
  /** What to try. */
  readonly hint?: string;
  readonly protocol?: ProtocolName;
  readonly facts: { readonly [field: string]: Fact };
  readonly cause?: Fault;
  /** Where a stranger came from: its stack. Ours explain themselves. */
  readonly stack?: string;
};

const CAUSES = 8; // deep enough for any honest chain; ends a cyclic one

/** `error` as a Fault; a Fault as it is. A stranger keeps its name in the message and its stack. */
export function toFault(error: unknown, depth = CAUSES): Fault {
  if (isLabwireError(error)) {
    const { name, message, hint, protocol, cause } = error;
    return {
      name,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(protocol === undefined ? {} : { protocol }),
      facts: { ...error.facts() },
      ...(cause === undefined || depth === 0 ? {} : { cause: toFault(cause, depth - 1) }),
    };
  }
  if (error instanceof Error) {
    const { name, message, stack } = error;
    return {
      name: 'Error',
      message: name === 'Error' ? message : `${name}: ${message}`,
      facts: {},
      ...(stack === undefined ? {} : { stack }),
    };
  }
  return isFault(error) ? error : { name: 'Error', message: textOf(error), facts: {} };
}

/** Whatever was thrown, in words: not every object can be turned into a text. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}

type Maker = (fault: Fault, options: ErrorOptions) => LabwireError;

// A null prototype: a fault's name is looked up here, and 'constructor' must not be found.
const MAKERS: { readonly [name: string]: Maker | undefined } = Object.assign(Object.create(null), {
  ParseError: (f, options) => new ParseError(f.message, facts(f), options),
  EncodeError: (f, options) => new EncodeError(f.message, facts(f), options),
  LocalProtocolError: (f, options) => new LocalProtocolError(f.message, facts(f), options),
  RemoteProtocolError: (f, options) => new RemoteProtocolError(f.message, facts(f), options),
  LimitError: (f, options) => new LimitError(f.message, facts(f), options),
  UnsupportedError: (f, options) => new UnsupportedError(f.message, facts(f), options),
  RemoteError: (f, options) => {
    const { remoteTraceback, ...rest } = facts<{
      remoteClass: string;
      remoteMessage: string;
      remoteTraceback: string;
    }>(f);
    const lines = remoteTraceback === '' ? [] : remoteTraceback.split(/(?<=\n)/);
    return new RemoteError(f.message, { ...rest, remoteTraceback: lines }, options);
  },
  DeadlineError: (f, options) => new DeadlineError(f.message, facts(f), options),
  ClosedError: (f, options) => new ClosedError(f.message, options),
  PolicyError: (f, options) => new PolicyError(f.message, facts(f), options),
  BridgeError: (f, options) => new BridgeError(f.message, facts(f), options),
  ConnectError: (f, options) => new ConnectError(f.message, facts(f), options),
  ConnectionLostError: (f, options) => new ConnectionLostError(f.message, facts(f), options),
} satisfies { [N in LabwireErrorName]: Maker });

/** The error that `fault` was: same class, message, hint, facts and cause. A stranger becomes an `Error`. */
export function fromFault(fault: Fault, depth = CAUSES): Error {
  const maker = MAKERS[fault.name];
  return maker === undefined ? new Error(fault.message) : maker(fault, optionsOf(fault, depth));
}

/** Is `value` the plain form of an error? For values that arrive from another realm. */
export function isFault(value: unknown): value is Fault {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Error) &&
    typeof (value as Fault).name === 'string' &&
    typeof (value as Fault).message === 'string' &&
    typeof (value as Fault).facts === 'object' &&
    (value as Fault).facts !== null
  );
}

function facts<T>(fault: Fault): T {
  return fault.facts as T;
}

function optionsOf(fault: Fault, depth: number): ErrorOptions {
  return {
    ...(fault.hint === undefined ? {} : { hint: fault.hint }),
    ...(fault.protocol === undefined ? {} : { protocol: fault.protocol }),
    ...(fault.cause === undefined || depth === 0
      ? {}
      : { cause: fromFault(fault.cause, depth - 1) }),
  };
}
