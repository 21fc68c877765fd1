// What can be called: targets of the instruments in the list, each with its methods.
//
// A server is asked for its targets when somebody looks, a target for its methods when it is unfolded or
// searched. Asking listens only; nothing is called. Where a list cannot be had the reason stands there.

import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { IHub, MethodDescription, TargetDescription } from '../hub/api.js';
import { type Fault, parseAddress } from '../values/index.js';
import { faultOf } from './remote.js';

/** `waiting`: nobody asked yet. */
export type ReadState = 'waiting' | 'reading' | 'known' | 'failed';

/** Something with an address that may have targets. */
export type Callable = { readonly name: string; readonly address: string };

/** Where the servers come from: a person's list, or the one address of a cell. */
export interface ICallables {
  readonly instruments: readonly Callable[];
  readonly changed: ISignal<unknown, unknown>;
}

export type TargetEntry = {
  /** Of the instrument. */
  readonly server: string;
  readonly name: string;
  readonly address: string;
  readonly state: ReadState;
  /** With names only where `description.fault` says why. */
  readonly description: TargetDescription | null;
  readonly fault: Fault | null;
};

export type ServerEntry = Callable & {
  readonly state: ReadState;
  readonly description: string | null;
  readonly fault: Fault | null;
  readonly targets: readonly TargetEntry[];
};

/** One method that is shown, and where it is. */
export type MethodPlace = { readonly target: TargetEntry; readonly method: MethodDescription };

const ASKED_AT_ONCE = 16; // servers and targets

export namespace MethodsModel {
  export interface IOptions {
    readonly open: () => Promise<IHub>;
    readonly callables: ICallables;
  }
}

export class MethodsModel implements IDisposable {
  constructor(options: MethodsModel.IOptions) {
    this._open = options.open;
    this._callables = options.callables;
    this._callables.changed.connect(this._onCallables, this);
    this._onCallables();
  }

  /** In the order of the list; those at which nothing can be called are left out. */
  get servers(): readonly ServerEntry[] {
    return [...this._servers.values()].filter(({ fault }) => fault?.name !== 'UnsupportedError');
  }

  /** Servers, targets or what is known of them changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Somebody looks: servers that nobody asked are asked. */
  look(): void {
    this._isLooking = true;
    for (const { address, state } of this._servers.values()) {
      if (state === 'waiting') {
        this._queue.set(address, () => this._readServer(address));
      }
    }
    this._ask();
  }

  /** Read the methods of a target, unless they are known. */
  readTarget(address: string): Promise<void> {
    const target = this.targetOf(address);
    return target === null || target.state === 'known' || target.state === 'reading'
      ? Promise.resolve()
      : this._readTarget(target);
  }

  /** Read the methods of all targets, and of those that come later: they are searched. */
  readAll(): void {
    this._readsAll = true;
    for (const { targets } of this._servers.values()) {
      for (const target of targets) {
        if (target.state === 'waiting') {
          this._queue.set(target.address, () => this._readTarget(target));
        }
      }
    }
    this._ask();
  }

  /** Ask a server or a target that did not answer once more. */
  retry(address: string): void {
    const target = this.targetOf(address);
    const server = this._servers.get(address);
    // A target that stands in the list by itself has the address of one below its server.
    if (server !== undefined && (target === null || server.state === 'failed')) {
      void this._readServer(address);
    } else if (target !== null) {
      void this._readTarget(target);
    }
  }

  targetOf(address: string): TargetEntry | null {
    for (const { targets } of this._servers.values()) {
      const found = targets.find(target => target.address === address);
      if (found !== undefined) {
        return found;
      }
    }
    return null;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._callables.changed.disconnect(this._onCallables, this);
      this._servers.clear();
      this._queue.clear();
      Signal.clearData(this);
    }
  }

  // What is known of an instrument stays while it is in the list.
  private _onCallables(): void {
    const before = new Map(this._servers);
    this._servers.clear();
    for (const { name, address } of this._callables.instruments) {
      const known = before.get(address) ?? {
        state: 'waiting' as const,
        description: null,
        fault: null,
        targets: [],
      };
      const targets = known.targets.map(target => ({ ...target, server: name }));
      this._servers.set(address, { ...known, name, address, targets });
    }
    this._changed.emit();
    if (this._isLooking) {
      this.look();
    }
  }

  // Some at once: one that does not answer holds up no other, and a list of thousands floods nobody.
  private _ask(): void {
    for (const [address, read] of this._queue) {
      if (this._askingCount >= ASKED_AT_ONCE) {
        return;
      }
      this._queue.delete(address);
      this._askingCount += 1;
      void read().finally(() => {
        this._askingCount -= 1;
        this._ask();
      });
    }
  }

  private async _readServer(address: string): Promise<void> {
    if (!this._servers.has(address)) {
      return; // it was taken off the list
    }
    this._setServer(address, { state: 'reading', fault: null });
    try {
      const hub = await this._open();
      const { description, targets } = await hub.describeServer(address);
      const server = this._servers.get(address)?.name ?? '';
      const { path } = parseAddress(address);
      this._setServer(address, {
        state: 'known',
        description,
        // An address that names a target stands for no other.
        targets: targets
          .filter(({ name }) => path === '' || name === path)
          .map(target => ({
            ...target,
            ...(this.targetOf(target.address) ?? WAITING),
            server,
          })),
      });
      if (this._readsAll) {
        this.readAll();
      }
    } catch (reason) {
      this._setServer(address, { state: 'failed', fault: faultOf(reason) });
    }
  }

  private async _readTarget({ address }: TargetEntry): Promise<void> {
    if (this.targetOf(address) === null) {
      return;
    }
    this._setTarget(address, { state: 'reading', fault: null });
    try {
      const hub = await this._open();
      const description = await hub.describeTarget(address);
      this._setTarget(address, { state: 'known', description });
    } catch (reason) {
      this._setTarget(address, { state: 'failed', fault: faultOf(reason) });
    }
  }

  private _setServer(address: string, change: Partial<ServerEntry>): void {
    const server = this._servers.get(address);
    if (server !== undefined) {
      this._servers.set(address, { ...server, ...change });
      this._changed.emit();
    }
  }

  private _setTarget(address: string, change: Partial<TargetEntry>): void {
    for (const server of this._servers.values()) {
      if (server.targets.some(target => target.address === address)) {
        const targets = server.targets.map(target =>
          target.address === address ? { ...target, ...change } : target,
        );
        this._servers.set(server.address, { ...server, targets });
      }
    }
    this._changed.emit();
  }

  private readonly _open: () => Promise<IHub>;
  private readonly _callables: ICallables;
  private readonly _servers = new Map<string, ServerEntry>();
  private readonly _changed = new Signal<this, void>(this);
  /** What is to be asked, by address. */
  private readonly _queue = new Map<string, () => Promise<void>>();
  private _askingCount = 0;
  private _isLooking = false;
  private _readsAll = false;
  private _isDisposed = false;
}

const WAITING = { state: 'waiting', description: null, fault: null } as const;

/**
 * Does a method fit what a person looks for? Words in any order, in its name or that of its target;
 * a docstring is searched too, but only for the whole text.
 */
export function isFound({ target, method }: MethodPlace, filter: string): boolean {
  return fits(searchedOf(target, method), wantedOf(filter));
}

/** The methods of a target that fit, as `isFound` has it; all where nothing is looked for. */
export function foundMethods(target: TargetEntry, filter: string): readonly MethodDescription[] {
  const methods = target.description?.methods ?? [];
  const wanted = wantedOf(filter);
  if (wanted.text === '') {
    return methods;
  }
  let searched = SEARCHED.get(target);
  if (searched === undefined) {
    searched = methods.map(method => searchedOf(target, method));
    SEARCHED.set(target, searched);
  }
  return searched.filter(each => fits(each, wanted)).map(({ method }) => method);
}

/** What is searched of a method, in lower case. */
type Searched = {
  readonly method: MethodDescription;
  readonly named: string;
  readonly docstring: string;
};

// Made once for all keystrokes; an entry that changes is another one.
const SEARCHED = new WeakMap<TargetEntry, readonly Searched[]>();

function searchedOf(target: TargetEntry, method: MethodDescription): Searched {
  return {
    method,
    named: `${target.server} ${target.name} ${method.name}`.toLowerCase(),
    docstring: method.docstring?.toLowerCase() ?? '',
  };
}

type Wanted = { readonly text: string; readonly words: readonly string[] };

function wantedOf(filter: string): Wanted {
  const text = filter.trim().toLowerCase();
  return { text, words: text.split(/[\s.›]+/) };
}

function fits({ named, docstring }: Searched, { text, words }: Wanted): boolean {
  return words.every(word => named.includes(word)) || docstring.includes(text);
}
