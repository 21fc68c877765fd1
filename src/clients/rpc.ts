// Methods of an instrument's program, called from here: pc_rpc, client end.
//
// One connection at a time, opened again whenever it ends, with the same target selected. Calls are
// written as they come and answered in order, so many may be under way at once. A call is never sent
// twice: what was in flight when the link dropped rejects and says whether its bytes had left.
//
// Source: docs/protocols/sipyco.md, "pc_rpc". Names are SiPyCo's (`sipyco.pc_rpc.Client`).

import {
  type MethodDoc,
  type MethodList,
  methodListOf,
  type RpcClientCommand,
  type RpcClientEvent,
  RpcClientMachine,
  type RpcId,
} from '../protocols/sipyco/index.js';
import {
  ClosedError,
  ConnectionLostError,
  DeadlineError,
  fromFault,
  isLabwireError,
  LocalProtocolError,
  type PyDict,
  type PyValue,
  type RemoteError,
  toFault,
  type UnsupportedError,
} from '../values/index.js';
import { type ClientOptions, Link } from './link.js';
import { LinkedClient } from './linked.js';
import { Reason } from './reason.js';
import { type CallOptions, RpcConversation } from './rpcconversation.js';
import { dictOf, NO_KWARGS, type RemoteMethods, remoteOf } from './rpcremote.js';

/** Take the only target of a server, whatever its name. */
export const AutoTarget: unique symbol = Symbol('AutoTarget');

export type RpcClientOptions = ClientOptions & {
  /** A name; `AutoTarget`, the default; or null to connect only, and `selectRpcTarget` later. */
  readonly target?: string | typeof AutoTarget | null;
  /** `best`, the default: what the server offers. 1: as clients before SiPyCo 1.10. */
  readonly pyon?: 'best' | 1;
  /** Longest line taken, in bytes. Default: SiPyCo's own 100 MiB. */
  readonly lineBytes?: number;
};

/** What a server says of its methods, or what is known where it cannot. */
export type RpcMethodList =
  | (MethodList & { readonly privateNames: readonly string[]; readonly error: null })
  | {
      readonly docstring: null;
      /** Names alone, from the method set, sorted. */
      readonly methods: ReadonlyMap<string, MethodDoc | null>;
      /** Names that begin with one `_`, sorted: they can be called, and are not meant to be. */
      readonly privateNames: readonly string[];
      /** Why there is no more: what the server raised, or what is wrong with its list. */
      readonly error: RemoteError | UnsupportedError;
    };

/** What can be called by name: an `RpcClient`, or what wraps one. */
export interface IRpcCallable {
  /** All callable names of the target, private ones included; empty before the first connection. */
  readonly methods: ReadonlySet<string>;
  call(
    name: string,
    args?: readonly PyValue[],
    kwargs?: { readonly [name: string]: PyValue } | PyDict,
    options?: CallOptions,
  ): Promise<PyValue>;
}

const NO_METHODS: ReadonlySet<string> = new Set();
const NO_ARGS: readonly PyValue[] = [];

/**
 * One target of one server, for as long as this lives. It is `live` once the target is selected; with
 * `target: null` and none selected yet, once the server has said who it is. A target that is not there,
 * or that cannot be chosen among several, is a `LocalProtocolError` that names those that are.
 *
 * `Remote` may list the methods that you know, as they are called:
 * `RpcClient<{ set_freq(channel: bigint, hertz: number): Promise<PyValue> }>`.
 */
export class RpcClient<Remote = RemoteMethods> extends LinkedClient implements IRpcCallable {
  private _remote: Remote | null = null;
  private readonly _owner: string;
  protected readonly _link: Link<RpcClientCommand, RpcClientEvent>;
  private _conversation: RpcConversation | null = null;
  private _endpoint = '';
  private _rpcId: RpcId | null = null;
  private _methods = NO_METHODS;
  /** The target of the present connection. */
  private _selectedTarget: string | null = null;
  /** What to select on the next one. */
  private _wantedTarget: string | typeof AutoTarget | null;

  constructor(options: RpcClientOptions) {
    super();
    const { target = AutoTarget, clock } = options;
    this._wantedTarget = target;
    this._owner = typeof target === 'string' ? `the RPC client of ${target}` : 'the RPC client';
    this._link = new Link(options, {
      owner: this._owner,
      peer: 'the server',
      protocol: 'sipyco',
      open: transport => {
        const machine = new RpcClientMachine(options);
        const conversation = new RpcConversation(machine, transport, clock, {
          identified: rpcId => this._identified(rpcId),
          selected: (name, methods) => this._selected(name, methods),
        });
        this._endpoint = transport.endpoint;
        this._conversation = conversation;
        return {
          machine,
          take: event => conversation.take(event),
          pumped: conversation.pumped,
          ended: reason => this._ended(conversation, reason),
        };
      },
      deadlineError: timeoutMs => this._deadlineError(timeoutMs),
    });
  }

  /**
   * The methods of the target as functions: `client.remote.set_freq(0n, 80e6, kwargs({ phase: 0.5 }))`.
   * Names that begin with `__`, `then` and `toJSON` are not there; `call` reaches them.
   */
  get remote(): Remote {
    this._remote ??= remoteOf(
      () => this._methods,
      (name, args, kwargs) => this.call(name, args, kwargs),
    ) as Remote;
    return this._remote;
  }

  /** All callable names of the target, private ones included; empty before one is selected. While the link is down: the last known. */
  get methods(): ReadonlySet<string> {
    return this._methods;
  }

  /** Bytes received, over all connections so far. */
  get receivedBytes(): number {
    return this._link.receivedBytes;
  }

  /**
   * The method that the server is at, where nobody waits for it any more (`deadlineMs`, `signal`):
   * calls under way wait behind it. Null where there is none.
   */
  get abandoned(): string | null {
    return this._conversation?.abandoned ?? null;
  }

  /**
   * Select a target on a connection that was opened with `target: null`; once. It is selected again
   * after each reconnect. A name that the server does not have leaves the connection as it is.
   */
  async selectRpcTarget(name: string, options?: CallOptions): Promise<void> {
    options?.signal?.throwIfAborted();
    const conversation = this._live(`the selection of ${name}`);
    this._checkTarget(name, this.getRpcId());
    await conversation.selected(name, options);
  }

  /** The target of the present connection; null while none is selected. */
  getSelectedTarget(): string | null {
    return this._selectedTarget;
  }

  /** What the server says of itself: its targets, its description. @throws {ConnectionLostError} it was never connected. */
  getRpcId(): RpcId {
    if (this._rpcId === null) {
      throw this._downError('get_rpc_id');
    }
    return this._rpcId;
  }

  /** Our own address as the server sees it; null while there is no connection, or where it has no such thing. */
  getLocalHost(): string | null {
    return this._conversation?.transport.localHost ?? null;
  }

  /**
   * Signatures and docstrings. Where the server cannot make the list (one parameter that it has no
   * form for is enough), the names of the method set, and `error` says why.
   */
  async getRpcMethodList(options?: CallOptions): Promise<RpcMethodList> {
    const conversation = this._ready('get_rpc_method_list');
    const names = [...this._methods].filter(name => !name.startsWith('__')).sort();
    const privateNames = names.filter(name => name.startsWith('_'));
    try {
      const list = methodListOf(await conversation.methodList(options));
      return { ...list, privateNames, error: null };
    } catch (error) {
      if (!isLabwireError(error, 'RemoteError') && !isLabwireError(error, 'UnsupportedError')) {
        throw error;
      }
      const methods = names
        .filter(name => !name.startsWith('_'))
        .map(name => [name, null] as const);
      return { docstring: null, methods: new Map(methods), privateNames, error };
    }
  }

  /**
   * Call a method. Many calls may be under way at once; they are answered in order.
   *
   * A call that is given up (`deadlineMs`, `signal`) may still run: its late answer is dropped, and
   * later calls wait behind it. Rejects with
   * - `RemoteError`: the method raised. Class, message and traceback are the server's words.
   * - `ConnectionLostError`: `sent` says whether it may have run. While the client is down it is `no`.
   * - `EncodeError`, `LimitError`: an argument has no form, or is too large for the server. Nothing
   *   was sent, and the connection is as it was.
   * - `LocalProtocolError`: the target has no such method, or none is selected.
   * - `DeadlineError`, the signal's reason, `ClosedError`.
   */
  call(
    name: string,
    args: readonly PyValue[] = NO_ARGS,
    kwargs: { readonly [name: string]: PyValue } | PyDict = NO_KWARGS,
    options?: CallOptions,
  ): Promise<PyValue> {
    try {
      return this._ready(name).call(name, args, dictOf(kwargs), options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** End for good: every call under way rejects at once. Twice is harmless. */
  closeRpc(): Promise<void> {
    const reason = new Reason(() => new ClosedError(`${this._owner} was closed`));
    this._conversation?.ended(reason);
    return this._link.close(reason);
  }

  /** The present conversation. @throws {ConnectionLostError} `what` cannot be sent. {ClosedError} */
  private _live(what: string): RpcConversation {
    const conversation = this._conversation;
    const isLive = this._link.status.state === 'live' && conversation?.over === null;
    if (conversation === null || !isLive) {
      throw this._downError(what, conversation?.over);
    }
    return conversation;
  }

  /** The conversation in which `name` can be called. */
  private _ready(name: string): RpcConversation {
    const conversation = this._live(name);
    if (this._selectedTarget === null) {
      throw this._refusal('no target is selected', 'call', 'Select one: selectRpcTarget(name).');
    }
    if (name !== 'get_rpc_method_list' && !this._methods.has(name)) {
      throw this._noMethod(name);
    }
    return conversation;
  }

  private _identified(rpcId: RpcId): undefined {
    this._rpcId = rpcId;
    const target = this._choose(rpcId);
    if (target === null) {
      this._link.up();
    } else {
      this._conversation?.select(target);
    }
  }

  private _selected(name: string, methods: ReadonlySet<string>): undefined {
    this._selectedTarget = name;
    this._wantedTarget = name;
    this._methods = methods;
    this._link.up();
  }

  private _ended(conversation: RpcConversation, reason: Reason): void {
    if (this._conversation === conversation) {
      this._conversation = null;
      this._selectedTarget = null;
    }
    conversation.ended(reason);
  }

  /** @throws {LocalProtocolError} there is no such target, or not only one. */
  private _choose(rpcId: RpcId): string | null {
    const wanted = this._wantedTarget;
    if (wanted !== AutoTarget) {
      if (wanted !== null) {
        this._checkTarget(wanted, rpcId);
      }
      return wanted;
    }
    const { targets } = rpcId;
    if (targets.length > 1) {
      throw this._refusal(
        `Server has multiple targets: ${targets.join(' ')}`,
        'select',
        'Name one of them.',
      );
    }
    if (targets[0] === undefined) {
      throw this._refusal('the server has no target', 'select', 'Check host and port.');
    }
    return targets[0];
  }

  private _checkTarget(name: string, rpcId: RpcId): void {
    const { targets } = rpcId;
    if (!targets.includes(name)) {
      const known = targets.length === 0 ? 'there is none' : targets.join(' ');
      throw this._refusal(
        `no target ${JSON.stringify(name)}, valid target name(s): ${known}`,
        'select',
        'Choose one of the targets that the server names.',
      );
    }
  }

  private _noMethod(name: string): LocalProtocolError {
    const names = [...this._methods].filter(known => !known.startsWith('_')).sort();
    const shown = names.slice(0, SHOWN_NAMES).join(', ');
    const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : '';
    return this._refusal(
      `${this._selectedTarget} has no method ${JSON.stringify(name)}`,
      'call',
      names.length === 0 ? 'It has none at all.' : `It has: ${shown}${more}.`,
    );
  }

  private _refusal(message: string, command: string, hint: string): LocalProtocolError {
    return new LocalProtocolError(
      `${this._endpoint}: ${message}`,
      { command, state: this._link.status.state },
      { protocol: 'sipyco', hint },
    );
  }

  /** Why nothing can be asked now. */
  private _downError(what: string, reason: Reason | null = null): Error {
    if (this._link.isClosed) {
      return new ClosedError(`${this._owner} was closed`);
    }
    const { state, fault: known } = this._link.status;
    const fault = reason === null ? known : toFault(reason.error);
    const why =
      fault === null
        ? `${this._owner} is not connected${state === 'connecting' ? ' yet' : ''}`
        : fault.message;
    return new ConnectionLostError(
      `${what} was not sent: ${why}`,
      { endpoint: this._endpoint, sent: 'no' },
      {
        protocol: 'sipyco',
        hint: fault?.hint ?? 'Await connect() first.',
        ...(fault === null ? {} : { cause: fromFault(fault) }),
      },
    );
  }

  private _deadlineError(timeoutMs: number): DeadlineError {
    return new DeadlineError(
      `${this._owner} was not connected within ${timeoutMs} ms`,
      { operation: 'connect', timeoutMs },
      { protocol: 'sipyco', hint: 'check that a pc_rpc server answers there, or wait longer' },
    );
  }
}

/** Names of a hint: enough to find the one that was meant, few enough to read. */
const SHOWN_NAMES = 20;
