// One connection of an RPC client: what was asked over it, and who waits for the answers.
//
// Requests of one turn leave together, in one write where they are small. While the transport is
// full they wait here, which is what makes "never sent" certain when the link drops. A request that
// was given up stays in the row until its answer has come, because only the order tells whose it is.

import type {
  PackedException,
  RpcClientCommand,
  RpcClientEvent,
  RpcClientMachine,
  RpcId,
} from '../protocols/sipyco/index.js';
import {
  ConnectionLostError,
  DeadlineError,
  fromFault,
  isLabwireError,
  type PyDict,
  type PyValue,
  RemoteError,
} from '../values/index.js';
import { HIGH_WATER_BYTES, type IClock, type ITransport } from '../wire/index.js';
import type { Conversation } from './link.js';
import { Reason } from './reason.js';

/** How long one call may take, or who may call it off. */
export type CallOptions = { readonly deadlineMs?: number; readonly signal?: AbortSignal };

/** What the owner of the conversation hears. What these throw ends the connection with that error. */
export type RpcConversationHooks = {
  readonly identified: (rpcId: RpcId) => undefined;
  readonly selected: (target: string, methods: ReadonlySet<string>) => undefined;
};

/** How things stood when the transport was closed. */
type LastLook = {
  /** Of those written, so many had left. */
  readonly leftBytes: number;
  /** The server owed nothing: it has read all that we said. */
  readonly isAnswered: boolean;
};

/** At the end of this turn; in Node that costs less than `queueMicrotask`. */
const SOON = Promise.resolve();

/** Requests up to this size are written together; a larger one goes as it is. */
const TOGETHER_BYTES = 64 * 1024;

/** Someone waits for an answer. */
class Waiting {
  readonly what: string;
  /** Where its bytes are among all that were queued. */
  readonly start: number;
  readonly end: number;
  readonly resolve: (value: PyValue) => void;
  readonly reject: (error: unknown) => void;
  /** Stops its timer and its signal. */
  release: (() => void) | null = null;
  isGivenUp = false;

  constructor(
    what: string,
    span: readonly [start: number, end: number],
    resolve: (value: PyValue) => void,
    reject: (error: unknown) => void,
  ) {
    this.what = what;
    [this.start, this.end] = span;
    this.resolve = resolve;
    this.reject = reject;
  }
}

/** What is asked of one server over one connection; the machine speaks, this remembers who waits. */
export class RpcConversation implements Conversation<RpcClientCommand, RpcClientEvent> {
  readonly machine: RpcClientMachine;
  readonly transport: ITransport;
  readonly pumped: ITransport;
  private readonly _clock: IClock;
  private readonly _hooks: RpcConversationHooks;
  private readonly _waiting = new Map<number, Waiting>();
  private _selection: Waiting | null = null;
  private _nextId = 0;
  /** Encoded, and not yet given to the transport. */
  private _unwritten: Uint8Array[] = [];
  private _queuedBytes = 0;
  private _writtenBytes = 0;
  /** The server has yet to say who it is, or what can be called. */
  private _isGreeting = true;
  private _lastLook: LastLook | null = null;
  private _isFlushing = false;
  private _over: Reason | null = null;

  constructor(
    machine: RpcClientMachine,
    transport: ITransport,
    clock: IClock,
    hooks: RpcConversationHooks,
  ) {
    this.machine = machine;
    this.transport = transport;
    this.pumped = readOn(transport, () => this._look().isAnswered);
    this._clock = clock;
    this._hooks = hooks;
  }

  /** Why nothing can be asked any more; null while it can. */
  get over(): Reason | null {
    return this._over;
  }

  /** Ask for a target. @throws {LocalProtocolError} it is too late for that. */
  select(target: string): void {
    this.machine.send({ type: 'select', target });
    this._isGreeting = true;
    this._queue();
  }

  /** As `select`; settles with the answer. */
  selected(target: string, options?: CallOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      this.select(target);
      const span = [this._queuedBytes - 1, this._queuedBytes] as const;
      this._selection = new Waiting(`the selection of ${target}`, span, () => resolve(), reject);
      this._bound(this._selection, options);
    });
  }

  /** Rejects, with nothing sent, as the machine's `send` throws. */
  call(
    name: string,
    args: readonly PyValue[],
    kwargs: PyDict,
    options?: CallOptions,
  ): Promise<PyValue> {
    const id = this._nextId++;
    return this._request({ type: 'call', id, name, args, kwargs }, name, options);
  }

  methodList(options?: CallOptions): Promise<PyValue> {
    const id = this._nextId++;
    return this._request({ type: 'get_rpc_method_list', id }, 'get_rpc_method_list', options);
  }

  /** What the server is at, if it was given up: all else waits behind it. Null where it was not. */
  get abandoned(): string | null {
    const [oldest] = this._waiting.values();
    return oldest?.isGivenUp === true ? oldest.what : null;
  }

  take(event: RpcClientEvent): undefined {
    switch (event.type) {
      case 'identified':
        this._isGreeting = false;
        return this._hooks.identified(event.rpcId);
      case 'selected':
        this._isGreeting = false;
        this._hooks.selected(event.target, event.methods);
        this._settle(this._selection)?.resolve(null);
        this._selection = null;
        return;
      case 'returned':
        this._answered(event.id)?.resolve(event.value);
        return;
      case 'raised':
        this._answered(event.id)?.reject(remoteErrorOf(event.exception));
        return;
      case 'eof':
        this.ended(new Reason(() => new Error('the server closed the connection')));
        return;
      case 'failed':
        this.ended(new Reason(() => fromFault(event.fault))); // at once: closing may take its time
        return;
    }
  }

  /** Nothing will be answered any more: all who wait hear why, and whether their bytes had left. */
  ended(reason: Reason): void {
    if (this._over !== null) {
      return;
    }
    this._over = reason;
    const { leftBytes } = this._look();
    const waiting = [...this._waiting.values()];
    this._waiting.clear();
    this._unwritten = [];
    if (this._selection !== null) {
      waiting.push(this._selection);
      this._selection = null;
    }
    for (const one of waiting) {
      const { error } = reason;
      this._settle(one)?.reject(
        isLabwireError(error, 'ClosedError') ? error : this._lost(one, error, leftBytes),
      );
    }
  }

  private _request(
    command: Exclude<RpcClientCommand, { type: 'select' }>,
    what: string,
    options: CallOptions | undefined,
  ): Promise<PyValue> {
    return new Promise((resolve, reject) => {
      options?.signal?.throwIfAborted();
      this.machine.send(command);
      const start = this._queuedBytes;
      this._queue();
      const waiting = new Waiting(what, [start, this._queuedBytes], resolve, reject);
      this._waiting.set(command.id, waiting);
      this._bound(waiting, options);
    });
  }

  /** Give up at the deadline or the signal. Costs nothing where there is neither. */
  private _bound(waiting: Waiting, options: CallOptions = {}): void {
    const { deadlineMs, signal } = options;
    if (deadlineMs === undefined && signal === undefined) {
      return;
    }
    const giveUp = (reason: unknown) => {
      this._settle(waiting)?.reject(reason);
      waiting.isGivenUp = true;
    };
    const timer =
      deadlineMs === undefined
        ? null
        : this._clock.after(deadlineMs, () => {
            giveUp(lateError(waiting.what, deadlineMs, this.abandoned));
          });
    const onAbort = () => giveUp(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    waiting.release = () => {
      timer?.cancel();
      signal?.removeEventListener('abort', onAbort);
    };
  }

  private _answered(id: number): Waiting | null {
    const waiting = this._waiting.get(id) ?? null;
    this._waiting.delete(id);
    return this._settle(waiting);
  }

  /** The same one, if somebody still waits. */
  private _settle(waiting: Waiting | null): Waiting | null {
    if (waiting === null || waiting.isGivenUp) {
      return null;
    }
    waiting.release?.();
    return waiting;
  }

  /** Take what the machine says, and write it with whatever else this turn brings. */
  private _queue(): void {
    for (const chunk of this.machine.takeOutput()) {
      this._unwritten.push(chunk);
      this._queuedBytes += chunk.length;
    }
    if (!this._isFlushing) {
      this._isFlushing = true;
      void SOON.then(this._flush);
    }
  }

  private readonly _flush = (): void => {
    while (this._unwritten.length > 0) {
      if (this.transport.bufferedBytes > HIGH_WATER_BYTES) {
        // A loss: whoever reads the transport hears of it too, and `ended` follows.
        this.transport.drained().then(this._flush, () => {});
        return;
      }
      const chunk = this._nextChunk();
      try {
        this.transport.send(chunk);
      } catch (error) {
        if (!isLabwireError(error)) {
          throw error;
        }
        return; // as above; what was not taken was not sent
      }
      this._writtenBytes += chunk.length;
    }
    this._isFlushing = false;
  };

  /** As many requests as go together, as one chunk. */
  private _nextChunk(): Uint8Array {
    const chunks = this._unwritten;
    let count = 1;
    let length = chunks[0]!.length;
    for (; count < chunks.length; count++) {
      const more = chunks[count]!.length;
      if (length + more > TOGETHER_BYTES) {
        break;
      }
      length += more;
    }
    if (count === 1) {
      return chunks.shift()!;
    }
    this._unwritten = chunks.slice(count);
    return joined(chunks, count, length);
  }

  /** What has not left by now never will, and a closed transport no longer tells; nor do those who waited. */
  private _look(): LastLook {
    this._lastLook ??= {
      leftBytes: this._writtenBytes - this.transport.bufferedBytes,
      isAnswered: !this._isGreeting && this._waiting.size === 0,
    };
    return this._lastLook;
  }

  private _lost(waiting: Waiting, reason: unknown, leftBytes: number): ConnectionLostError {
    const { endpoint } = this.transport;
    const sent =
      waiting.start >= this._writtenBytes ? 'no' : waiting.end <= leftBytes ? 'yes' : 'unknown';
    const why = reason instanceof Error ? reason.message : String(reason);
    return new ConnectionLostError(
      `${endpoint}: ${waiting.what} ${LEFT[sent]}: ${withoutEndpoint(why, endpoint)}`,
      { endpoint, sent },
      { protocol: 'sipyco', hint: HINTS[sent], cause: reason },
    );
  }
}

/**
 * The transport as the pump sees it. Answers are read on while requests wait to leave: a server may
 * read no more before its answers are taken, and each would wait for the other for ever. What waits
 * is bounded here. And whoever closes it, `isAnswered` is asked before.
 */
function readOn(transport: ITransport, isAnswered: () => boolean): ITransport {
  return {
    endpoint: transport.endpoint,
    chunks: transport.chunks,
    bufferedBytes: 0,
    send: chunk => transport.send(chunk),
    drained: () => transport.drained(),
    close: reason => transport.close(reason, isAnswered()),
  };
}

const LEFT = {
  yes: 'was sent and has no answer',
  no: 'was not sent',
  unknown: 'may have been sent and has no answer',
} as const;

const HINTS = {
  yes: 'The method may have run: look at the instrument before you call again.',
  no: 'Call again once the client is connected.',
  unknown: 'The method may have run: look at the instrument before you call again.',
} as const;

/** An error's own sentence: the endpoint is said once. */
function withoutEndpoint(message: string, endpoint: string): string {
  return message.startsWith(`${endpoint}: `) ? message.slice(endpoint.length + 2) : message;
}

/** The first `count` of `chunks`, which have `length` bytes, in one. */
function joined(chunks: readonly Uint8Array[], count: number, length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const chunk = chunks[i]!;
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function lateError(what: string, timeoutMs: number, before: string | null): DeadlineError {
  const behind =
    before === null ? '' : `: it waits behind ${before}, which was given up and still runs`;
  return new DeadlineError(
    `no answer to ${what} within ${timeoutMs} ms${behind}`,
    { operation: what, timeoutMs },
    {
      protocol: 'sipyco',
      hint: 'The method may still run; its answer will be dropped, and later calls wait behind it.',
    },
  );
}

/** An exception of the server, as an error to show: its class chooses nothing here. */
export function remoteErrorOf(exception: PackedException): RemoteError {
  const { class: remoteClass, message: remoteMessage, traceback } = exception;
  const isNamed = remoteClass !== '' && remoteClass !== GENERIC;
  const message = [isNamed ? remoteClass : '', remoteMessage]
    .filter(text => text !== '')
    .join(': ');
  return new RemoteError(
    message === '' ? 'an exception without a name' : message,
    {
      remoteClass,
      remoteMessage,
      remoteTraceback: traceback.flatMap(entry => entry.split(/(?<=\n)/)),
    },
    { protocol: 'sipyco' },
  );
}

/** Stands for every class that is no builtin of Python; the message then names it. */
const GENERIC = 'GenericRemoteException';
