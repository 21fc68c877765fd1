// Every error of Labwire, by whose fault it is and what the caller can do.
//
// LabwireError                  name, message, hint (what to try), protocol, cause
// ├── ParseError                text a person typed, or a document, is not what it should be
// │                             position, expected, found → mark the place, mend the text
// ├── EncodeError               a value has no form on this wire; path leads to it
// │                             → nothing was sent, the connection is fine
// ├── ProtocolError             somebody broke the protocol
// │   ├── LocalProtocolError    we asked for something illegal in this state → the connection is fine
// │   └── RemoteProtocolError   the peer sent something illegal → the connection is over,
// │                             the events before it were delivered
// ├── LimitError                legal but larger than we accept → the connection is over
// ├── UnsupportedError          legal, and we do not speak it → nothing to retry
// ├── RemoteError               the peer did its job and said no → show it
// ├── DeadlineError             no answer in time → the caller may ask again
// ├── ClosedError               used after close() → programmer's mistake, or the view is gone
// ├── PolicyError               the bridge may not connect there; rule → allow it, or leave it
// ├── BridgeError               the bridge kernel itself: start, handshake, lost; stage
// └── TransportError            the pipe; endpoint
//     ├── ConnectError          never opened
//     └── ConnectionLostError   opened, then went away; sent: had our bytes left?
//
// Not errors: bytes still missing, a disconnected PV (a state), an alarm (a value). A wrong argument
// of a function is a RangeError or TypeError with the numbers in it. Cancellation is the caller's
// own AbortSignal reason.

/** Which protocol room an error comes from. */
export type ProtocolName = 'pyon' | 'sipyco' | 'ca' | 'rpyc' | 'panda' | 'jsonl' | 'bridge';

/** A scalar fact of an error: structured-clonable, and readable in a report. */
export type Fact = string | number | bigint | boolean | null;

export type ErrorOptions = {
  /** What a person can try next: a short imperative sentence. */
  readonly hint?: string;
  readonly protocol?: ProtocolName;
  readonly cause?: unknown;
};

/** The common base: never thrown itself. */
export abstract class LabwireError extends Error {
  abstract override readonly name: LabwireErrorName;
  readonly hint: string | undefined;
  readonly protocol: ProtocolName | undefined;

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
    this.protocol = options.protocol;
  }

  /** The typed facts of the class, by field name. */
  abstract facts(): { readonly [field: string]: Fact };
}

/** Text that cannot be read. `position` counts UTF-16 units of a string, or bytes of a byte document, from 0. */
export class ParseError extends LabwireError {
  override readonly name = 'ParseError';
  readonly position: number;
  readonly expected: string;
  readonly found: string;

  constructor(
    message: string,
    facts: { position: number; expected: string; found: string },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.position = facts.position;
    this.expected = facts.expected;
    this.found = facts.found;
  }

  override facts() {
    return { position: this.position, expected: this.expected, found: this.found };
  }
}

/** A value that cannot be written. `path` is Python indexing from the root, e.g. `["a"][3]`; empty for the root. */
export class EncodeError extends LabwireError {
  override readonly name = 'EncodeError';
  readonly path: string;

  constructor(message: string, facts: { path: string }, options?: ErrorOptions) {
    super(message, options);
    this.path = facts.path;
  }

  override facts() {
    return { path: this.path };
  }
}

export abstract class ProtocolError extends LabwireError {}

/** We asked for something illegal in this state. Nothing was queued; the machine is as it was. */
export class LocalProtocolError extends ProtocolError {
  override readonly name = 'LocalProtocolError';
  readonly command: string;
  readonly state: string;

  constructor(message: string, facts: { command: string; state: string }, options?: ErrorOptions) {
    super(message, options);
    this.command = facts.command;
    this.state = facts.state;
  }

  override facts() {
    return { command: this.command, state: this.state };
  }
}

/** The peer sent something illegal. `offset` counts received bytes of the connection from 0. */
export class RemoteProtocolError extends ProtocolError {
  override readonly name = 'RemoteProtocolError';
  readonly offset: number;
  readonly expected: string;
  readonly received: string;

  constructor(
    message: string,
    facts: { offset: number; expected: string; received: string },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.offset = facts.offset;
    this.expected = facts.expected;
    this.received = facts.received;
  }

  override facts() {
    return { offset: this.offset, expected: this.expected, received: this.received };
  }
}

/** Larger than we accept. `limit` is the name of a field of a limits table. */
export class LimitError extends LabwireError {
  override readonly name = 'LimitError';
  readonly limit: string;
  readonly value: number;
  readonly maximum: number;
  readonly unit: string;

  constructor(
    message: string,
    facts: { limit: string; value: number; maximum: number; unit: string },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.limit = facts.limit;
    this.value = facts.value;
    this.maximum = facts.maximum;
    this.unit = facts.unit;
  }

  override facts() {
    return { limit: this.limit, value: this.value, maximum: this.maximum, unit: this.unit };
  }
}

/** Legal, and not spoken here. */
export class UnsupportedError extends LabwireError {
  override readonly name = 'UnsupportedError';
  readonly feature: string;

  constructor(message: string, facts: { feature: string }, options?: ErrorOptions) {
    super(message, options);
    this.feature = facts.feature;
  }

  override facts() {
    return { feature: this.feature };
  }
}

/** The peer said no. Its words are data to show; they never choose a constructor. */
export class RemoteError extends LabwireError {
  override readonly name = 'RemoteError';
  /** The peer's class or code, verbatim. */
  readonly remoteClass: string;
  readonly remoteMessage: string;
  /** Lines of the peer's traceback, outermost first; empty if it sent none. */
  readonly remoteTraceback: readonly string[];

  constructor(
    message: string,
    facts: { remoteClass: string; remoteMessage: string; remoteTraceback?: readonly string[] },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.remoteClass = facts.remoteClass;
    this.remoteMessage = facts.remoteMessage;
    this.remoteTraceback = facts.remoteTraceback ?? [];
  }

  override facts() {
    return {
      remoteClass: this.remoteClass,
      remoteMessage: this.remoteMessage,
      remoteTraceback: this.remoteTraceback.join(''),
    };
  }
}

/** No answer in time. The machine keeps the late answer's place. */
export class DeadlineError extends LabwireError {
  override readonly name = 'DeadlineError';
  readonly operation: string;
  readonly timeoutMs: number;

  constructor(
    message: string,
    facts: { operation: string; timeoutMs: number },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.operation = facts.operation;
    this.timeoutMs = facts.timeoutMs;
  }

  override facts() {
    return { operation: this.operation, timeoutMs: this.timeoutMs };
  }
}

/** Used after it was closed. */
export class ClosedError extends LabwireError {
  override readonly name = 'ClosedError';

  override facts() {
    return {};
  }
}

/** The bridge's policy does not allow it. `rule` names the line of the policy that decided. */
export class PolicyError extends LabwireError {
  override readonly name = 'PolicyError';
  readonly rule: string;
  readonly endpoint: string;

  constructor(message: string, facts: { rule: string; endpoint: string }, options?: ErrorOptions) {
    super(message, options);
    this.rule = facts.rule;
    this.endpoint = facts.endpoint;
  }

  override facts() {
    return { rule: this.rule, endpoint: this.endpoint };
  }
}

/** The bridge kernel does not start, answer or live. `stage`: 'kernelspec', 'start', 'websocket', 'hello', 'lost', … */
export class BridgeError extends LabwireError {
  override readonly name = 'BridgeError';
  readonly stage: string;

  constructor(message: string, facts: { stage: string }, options?: ErrorOptions) {
    super(message, options);
    this.stage = facts.stage;
  }

  override facts() {
    return { stage: this.stage };
  }
}

export abstract class TransportError extends LabwireError {
  readonly endpoint: string;

  constructor(message: string, facts: { endpoint: string }, options?: ErrorOptions) {
    super(message, options);
    this.endpoint = facts.endpoint;
  }
}

/** Never opened: refused, unreachable, name unknown. */
export class ConnectError extends TransportError {
  override readonly name = 'ConnectError';

  override facts(): { readonly [field: string]: Fact } {
    return { endpoint: this.endpoint };
  }
}

/** Opened, then went away. `sent`: had the bytes of the pending operation left us? */
export class ConnectionLostError extends TransportError {
  override readonly name = 'ConnectionLostError';
  readonly sent: 'yes' | 'no' | 'unknown';

  constructor(
    message: string,
    facts: { endpoint: string; sent: 'yes' | 'no' | 'unknown' },
    options?: ErrorOptions,
  ) {
    super(message, facts, options);
    this.sent = facts.sent;
  }

  override facts(): { readonly [field: string]: Fact } {
    return { endpoint: this.endpoint, sent: this.sent };
  }
}

/** The names above: what `isLabwireError` narrows by, on both sides of a worker. */
export type LabwireErrorName =
  | 'ParseError'
  | 'EncodeError'
  | 'LocalProtocolError'
  | 'RemoteProtocolError'
  | 'LimitError'
  | 'UnsupportedError'
  | 'RemoteError'
  | 'DeadlineError'
  | 'ClosedError'
  | 'PolicyError'
  | 'BridgeError'
  | 'ConnectError'
  | 'ConnectionLostError';

type ErrorByName = {
  ParseError: ParseError;
  EncodeError: EncodeError;
  LocalProtocolError: LocalProtocolError;
  RemoteProtocolError: RemoteProtocolError;
  LimitError: LimitError;
  UnsupportedError: UnsupportedError;
  RemoteError: RemoteError;
  DeadlineError: DeadlineError;
  ClosedError: ClosedError;
  PolicyError: PolicyError;
  BridgeError: BridgeError;
  ConnectError: ConnectError;
  ConnectionLostError: ConnectionLostError;
};

/** Narrow by name: an error that crossed a bundle or a worker keeps its name, not its prototype. */
export function isLabwireError(error: unknown): error is LabwireError;
export function isLabwireError<N extends LabwireErrorName>(
  error: unknown,
  name: N,
): error is ErrorByName[N];
export function isLabwireError(error: unknown, name?: LabwireErrorName): boolean {
  return (
    error instanceof Error &&
    typeof (error as Partial<LabwireError>).facts === 'function' &&
    (name === undefined || error.name === name)
  );
}
