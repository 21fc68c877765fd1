// Calls by programs of the page: values in, the result as plain data out.
//
// The same way as a form's calls: the guards of the hub, its audit, and a person who confirms each call
// where the instrument is marked so.

import type { IHub, ValueCall } from '../hub/api.js';
import {
  formatEndpoint,
  type PlainValue,
  PolicyError,
  type PyClone,
  parseAddress,
} from '../values/index.js';
import type { ICallGuards } from './callform.js';

/**
 * An argument: `bigint` is an int, `number` a float, `Uint8Array` bytes, an array a list, a `Map` a dict;
 * tuples, sets, complex numbers and arrays are the tagged forms in which `watch` and `call` hand them over.
 */
export type CallArgument =
  | PyClone
  | readonly CallArgument[]
  | ReadonlyMap<CallArgument, CallArgument>;

export type CallOptions = {
  readonly args?: readonly CallArgument[];
  readonly kwargs?: { readonly [name: string]: CallArgument };
  /** Gives up after so long; absent: never. */
  readonly deadlineMs?: number;
  /** Gives up when it is aborted; the instrument may do it all the same. */
  readonly signal?: AbortSignal;
  /**
   * True: the result as ordinary numbers (up to 2^53) and objects. Default: exact, tagged forms.
   */
  readonly plain?: boolean;
};

export namespace ValueCaller {
  export interface IOptions {
    readonly open: () => Promise<IHub>;
    /** What a person has set for the instruments, as soon as it is known; null: nothing. */
    readonly guards: () => Promise<ICallGuards | null>;
    /** Ask a person. @param call - as Python would write it. @returns whether they mean it. */
    readonly confirm: (address: string, call: string) => Promise<boolean>;
  }
}

export class ValueCaller {
  constructor(options: ValueCaller.IOptions) {
    this._options = options;
  }

  /**
   * @throws {RemoteError} what the method raised. @throws {PolicyError} read-only, or a person declined.
   * @throws the signal's reason once it is aborted; other errors as they come.
   */
  async call(
    address: string,
    method: string,
    options: CallOptions = {},
  ): Promise<PyClone | PlainValue> {
    const { args = [], kwargs = {}, deadlineMs, signal, plain = false } = options;
    signal?.throwIfAborted();
    const { open, guards, confirm } = this._options;
    // Forms count up from 1, so no number is used twice in a tab.
    this._lastId -= 1;
    const request: ValueCall = {
      callId: this._lastId,
      address,
      method,
      args: args.map(cloneOf),
      kwargs: Object.entries(kwargs).map(([name, value]) => [name, cloneOf(value)] as const),
      plain,
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    };
    const guard = (await guards())?.guardOf(address);
    if (guard?.confirmCalls === true && !guard.readOnly) {
      if (!(await confirm(address, callText(request)))) {
        throw new PolicyError(
          `the call of ${method} was declined`,
          { rule: 'confirm', endpoint: formatEndpoint(parseAddress(address)) },
          { hint: 'Nothing was sent.' },
        );
      }
    }
    signal?.throwIfAborted();
    const hub = await open();
    signal?.throwIfAborted();
    const giveUp = () => {
      hub.cancelCall(request.callId).catch(reason => {
        console.warn(`Labwire: ${method} could not be cancelled`, reason);
      });
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      return await hub.callValue(request);
    } catch (reason) {
      signal?.throwIfAborted();
      throw reason;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  private readonly _options: ValueCaller.IOptions;
  private _lastId = 0;
}

function cloneOf(argument: CallArgument): PyClone {
  if (argument instanceof Map) {
    const keys = [...argument.keys()].map(cloneOf);
    return { t: 'dict', keys, v: [...argument.values()].map(cloneOf) };
  }
  return Array.isArray(argument) ? argument.map(cloneOf) : (argument as PyClone);
}

const TEXT_LIMIT = 300; // characters of a call that a person is asked about

/** For the person who is asked: as Python writes it, what is not short left out. */
function callText({ method, args, kwargs }: ValueCall): string {
  const named = kwargs.map(([name, value]) => `${name}=${literalText(value)}`);
  const text = `${method}(${[...args.map(literalText), ...named].join(', ')})`;
  return text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT - 1)}…` : text;
}

function literalText(value: PyClone): string {
  if (value === null) {
    return 'None';
  }
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      return Number.isInteger(value) ? value.toFixed(1) : String(value);
    case 'bigint':
      return String(value);
    case 'string':
      return JSON.stringify(value);
    default:
      break;
  }
  if (Array.isArray(value)) {
    return `[${value.map(literalText).join(', ')}]`;
  }
  if (typeof value === 'object' && 't' in value && value.t === 'tuple') {
    return `(${value.v.map(literalText).join(', ')}${value.v.length === 1 ? ',' : ''})`;
  }
  return typeof value === 'object' && 't' in value ? `<${value.t}>` : '<bytes>';
}
