// The instruments of a person's list, and how each of them is doing.
//
// While somebody looks (`setWatched`), a connection to each is held and its state is read once a
// second, so that a dot never shows what was. Nobody looks: nothing is connected, and a hub that does
// not run is not started.

import { type ISignal, Signal } from '@lumino/signaling';
import type { EndpointStatus, IHub, ProbeAnswer } from '../hub/api.js';
import {
  ClosedError,
  type Fault,
  formatEndpoint,
  type LinkStatus,
  ParseError,
  parseAddress,
} from '../values/index.js';
import {
  type BrokenEntry,
  entryOf,
  guardsOf,
  type Instrument,
  type InstrumentList,
  parseInstruments,
} from './instrument.js';
import { faultOf } from './remote.js';

/** Where the list is kept: JupyterLab's settings. */
export interface IInstrumentStore {
  /** What is there now; undefined where nobody has set anything. */
  read(): unknown;
  /** @throws where it cannot be written. */
  write(entries: readonly unknown[]): Promise<void>;
  /** Somebody changed it: this page, another tab, or a person in the settings file. */
  readonly changed: ISignal<unknown, void>;
}

/** How one instrument is doing. */
export type InstrumentStatus = {
  readonly status: LinkStatus;
  /** The network's, or of the link to the bridge; null where it is not known. */
  readonly roundTripMs: number | null;
  /** Since it was looked at before; null before the second look. */
  readonly bytesPerSecond: number | null;
  readonly receivedBytes: number;
  /** Views that look at it. */
  readonly viewCount: number;
};

export namespace InstrumentsModel {
  export interface IOptions {
    readonly open: () => Promise<IHub>;
    /** `setTimeout`. @returns what cancels it. */
    readonly after: (callback: () => void, ms: number) => () => void;
    /** ms, monotonic. */
    readonly nowMs: () => number;
    /** ns since 1970-01-01 UTC. */
    readonly now?: () => bigint;
  }
}

const LOOK_MS = 1000;
const REPAIR_MS = 5000; // after a look that failed: the worker may have to be started anew

const NOTHING_KNOWN = {
  roundTripMs: null,
  bytesPerSecond: null,
  receivedBytes: 0,
  viewCount: 0,
};

type Look = { readonly atMs: number; readonly receivedBytes: number };

export class InstrumentsModel {
  constructor(options: InstrumentsModel.IOptions) {
    this._options = options;
  }

  get instruments(): readonly Instrument[] {
    return this._list.instruments;
  }

  /** Entries of the settings file that cannot be read. */
  get broken(): readonly BrokenEntry[] {
    return this._list.broken;
  }

  /** The list changed: instruments, their options, or what is broken in it. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** How instruments are doing was read anew. */
  get statusChanged(): ISignal<this, void> {
    return this._statusChanged;
  }

  /** The instrument that the person looks at, by its address; null: none. */
  get current(): string | null {
    return this._current;
  }

  set current(address: string | null) {
    if (this._current !== address) {
      this._current = address;
      this._currentChanged.emit(address);
    }
  }

  get currentChanged(): ISignal<this, string | null> {
    return this._currentChanged;
  }

  /** False until the settings were read. */
  get isReady(): boolean {
    return this._store !== null;
  }

  /** The settings are here. */
  setStore(store: IInstrumentStore): void {
    this._store = store;
    store.changed.connect(this._onStore, this);
    this._onStore();
  }

  /** How an instrument is doing; null before the first look, and while nobody looks. */
  statusOf(address: string): InstrumentStatus | null {
    return this._statuses.get(address) ?? null;
  }

  /** The instrument that serves `address`, or stands for its endpoint; null: not in the list. */
  find(address: string): Instrument | null {
    const there = this.sharing(address);
    return there.find(instrument => instrument.address === address) ?? there[0] ?? null;
  }

  /** The instruments at the endpoint of `address`. Host names have no case. */
  sharing(address: string): readonly Instrument[] {
    const endpointOf = (text: string) => formatEndpoint(parseAddress(text)).toLowerCase();
    const endpoint = endpointOf(address);
    return this.instruments.filter(instrument => endpointOf(instrument.address) === endpoint);
  }

  /** Somebody looks, or no longer does. */
  setWatched(isWatched: boolean): void {
    if (this._isWatched === isWatched) {
      return;
    }
    this._isWatched = isWatched;
    this._turn += 1;
    this._cancelLook?.();
    this._cancelLook = null;
    this._hold();
    if (isWatched) {
      this._look(this._turn);
    } else {
      this._statuses.clear();
      this._looks.clear();
    }
  }

  /** Read now how all are doing. */
  refresh(): void {
    if (this._isWatched) {
      this._turn += 1;
      this._cancelLook?.();
      this._look(this._turn);
    }
  }

  // ---- The list -----------------------------------------------------------------------------------

  /** @throws {ParseError} it is in the list already; or whatever keeps the settings from being written. */
  async add(...added: readonly Instrument[]): Promise<void> {
    for (const { address } of added) {
      this._refuseTwice(address);
    }
    await this._write([...this._entries(), ...added.map(entryOf)]);
    this.current = added[0]?.address ?? null;
  }

  /** @param address - of the one that becomes `instrument`. @throws as `add`. */
  async replace(address: string, instrument: Instrument): Promise<void> {
    if (instrument.address !== address) {
      this._refuseTwice(instrument.address);
    }
    const place = this._list.places.get(address);
    const wasCurrent = this._current === address;
    await this._write(
      this._entries().map((entry, index) => (index === place ? entryOf(instrument) : entry)),
    );
    if (wasCurrent) {
      this.current = instrument.address;
    }
  }

  async remove(address: string): Promise<void> {
    const place = this._list.places.get(address);
    await this._write(this._entries().filter((_entry, index) => index !== place));
  }

  // ---- The hub ------------------------------------------------------------------------------------

  /** Who answers at `text`: an address, or `host:port`. @throws why nobody does. */
  async probe(text: string): Promise<readonly ProbeAnswer[]> {
    return (await this._options.open()).probe(text);
  }

  /** Nobody waits for the answer to a probe any more. */
  cancelProbes(): void {
    this._tell(hub => hub.cancelProbes());
  }

  /** Reconnect now. */
  retry(address: string): void {
    // What could not be held is held anew; what is held tries at once.
    if (this._failures.delete(address)) {
      this._held.delete(address);
      this._hold();
    } else {
      this._tell(hub => hub.retryEndpoint(address));
    }
    this.refresh();
  }

  /** The hub runs, for the first time or again: it knows nothing of what was told to another. */
  onRunning(): void {
    this._isRunning = true;
    this._held.clear();
    this._failures.clear();
    this._guard();
    this._hold();
  }

  // ---- Inside -------------------------------------------------------------------------------------

  private _onStore(): void {
    this._list = parseInstruments(this._store?.read());
    const { places } = this._list;
    for (const address of [...this._statuses.keys()].filter(known => !places.has(known))) {
      this._statuses.delete(address);
      this._looks.delete(address);
      this._failures.delete(address);
    }
    if (this._current !== null && !places.has(this._current)) {
      this.current = null;
    }
    if (this._isRunning) {
      this._guard();
    }
    this._hold();
    this._changed.emit();
    this.refresh();
  }

  private _entries(): readonly unknown[] {
    const json = this._store?.read();
    return Array.isArray(json) ? json : [];
  }

  private async _write(entries: readonly unknown[]): Promise<void> {
    if (this._store === null) {
      throw new ClosedError('the settings that keep the list of instruments are not here', {
        hint: 'Reload the page.',
      });
    }
    await this._store.write(entries);
  }

  private _refuseTwice(address: string): void {
    const there = this.instruments.find(instrument => instrument.address === address);
    if (there !== undefined) {
      throw new ParseError(
        `${address} is in the list already, as ${JSON.stringify(there.name)}`,
        { position: 0, expected: 'an address that is not in the list', found: address },
        { hint: 'Edit that one, or type another address.' },
      );
    }
  }

  private _guard(): void {
    const guards = guardsOf(this.instruments);
    this._tell(hub => hub.setGuards(guards));
  }

  /** Tell the hub what to hold and what to let go of. */
  private _hold(): void {
    const wanted = new Set(this._isWatched ? this._list.places.keys() : []);
    for (const address of this._held) {
      if (!wanted.has(address)) {
        this._held.delete(address);
        this._tell(hub => hub.release(address));
      }
    }
    for (const address of wanted) {
      if (!this._held.has(address)) {
        this._held.add(address);
        this._tell(async hub => {
          try {
            await hub.hold(address);
          } catch (reason) {
            this._failures.set(address, this._failed(faultOf(reason)));
          }
        });
      }
    }
  }

  private _look(turn: number): void {
    if (this.instruments.length === 0) {
      return; // no reason to start a worker
    }
    const again = (ms: number) => {
      if (turn === this._turn) {
        this._statusChanged.emit();
        this._cancelLook = this._options.after(() => this._look(turn), ms);
      }
    };
    this._options
      .open()
      .then(hub => hub.endpoints())
      .then(
        endpoints => {
          if (turn === this._turn) {
            this._read(endpoints);
            again(LOOK_MS);
          }
        },
        reason => {
          if (turn === this._turn) {
            const status = this._failed(faultOf(reason));
            for (const { address } of this.instruments) {
              this._statuses.set(address, { ...NOTHING_KNOWN, status });
            }
            again(REPAIR_MS);
          }
        },
      );
  }

  private _read(endpoints: readonly EndpointStatus[]): void {
    const atMs = this._options.nowMs();
    const byAddress = new Map(endpoints.map(endpoint => [endpoint.address, endpoint]));
    for (const { address } of this.instruments) {
      const failure = this._failures.get(address);
      const endpoint = byAddress.get(address);
      if (failure !== undefined || endpoint === undefined) {
        const before = this._statuses.get(address)?.status;
        const status = failure ?? (before?.state === 'connecting' ? before : this._connecting());
        this._statuses.set(address, { ...NOTHING_KNOWN, status });
        this._looks.delete(address);
        continue;
      }
      const { status, roundTripMs, receivedBytes, viewCount } = endpoint;
      const before = this._looks.get(address);
      const isCounted =
        before !== undefined && receivedBytes >= before.receivedBytes && atMs > before.atMs;
      const bytesPerSecond = isCounted
        ? (1000 * (receivedBytes - before.receivedBytes)) / (atMs - before.atMs)
        : null;
      this._looks.set(address, { atMs, receivedBytes });
      const link = { status, roundTripMs, bytesPerSecond, receivedBytes, viewCount };
      this._statuses.set(address, link);
    }
  }

  /** Say something to the hub; that it cannot run is seen by the next look. */
  private _tell(message: (hub: IHub) => Promise<void>): void {
    this._options
      .open()
      .then(message)
      .catch(reason => {
        console.warn('Labwire: the worker was not told about an instrument', reason);
      });
  }

  private _connecting(): LinkStatus {
    return { state: 'connecting', sinceNs: this._now(), fault: null, outOfStepCount: 0 };
  }

  private _failed(fault: Fault): LinkStatus {
    return { state: 'failed', sinceNs: this._now(), fault, outOfStepCount: 0 };
  }

  private _now(): bigint {
    return this._options.now?.() ?? BigInt(Date.now()) * 1_000_000n;
  }

  private readonly _options: InstrumentsModel.IOptions;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _statusChanged = new Signal<this, void>(this);
  private readonly _currentChanged = new Signal<this, string | null>(this);
  private readonly _statuses = new Map<string, InstrumentStatus>();
  private readonly _looks = new Map<string, Look>();
  private readonly _failures = new Map<string, LinkStatus>();
  private readonly _held = new Set<string>();
  private _store: IInstrumentStore | null = null;
  private _list: InstrumentList = parseInstruments(undefined);
  private _current: string | null = null;
  private _isWatched = false;
  private _isRunning = false;
  private _turn = 0; // counts looks that were begun anew: an answer to an earlier one is stale
  private _cancelLook: (() => void) | null = null;
}
