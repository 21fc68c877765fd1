// A way to the bridge kernel that comes back.
//
// One websocket at a time, as long as somebody wants it, with the pauses of redial.ts. A second
// failure in a row asks where the kernel is now: that tells a dead kernel (it is started again) from
// a dead server or a lost login (the one who is asked says so).

import {
  BridgeError,
  fromFault,
  isFault,
  isLabwireError,
  type LabwireError,
} from '../values/index.js';
import type { IClock } from '../wire/index.js';
import type { Draft } from './draft.js';
import {
  type ISocketOwner,
  KernelSocket,
  type SocketSettings,
  type WebSocketConstructor,
} from './kernelsocket.js';
import type { BridgeRecord } from './records.js';
import { Redial } from './redial.js';
import type { Welcome } from './welcome.js';

/** Where the bridge kernel's channel is. */
export type ChannelPlace = {
  /** `wss://host/api/kernels/ID/channels`, without query. */
  readonly wsUrl: string;
  /** Sent as `token=`; empty where cookies do. */
  readonly token?: string;
};

export type ChannelSettings = {
  /**
   * Find or start the bridge kernel. `lost`: the place it gave before leads nowhere any more. What
   * it rejects with, an error or a Fault, goes to whoever wants a connection.
   */
  readonly locate: (reason: 'first' | 'lost') => Promise<ChannelPlace>;
  readonly WebSocket: WebSocketConstructor;
  readonly clock: IClock;
  /** A fresh UUID per worker. Each websocket adds its number: no two may have one identity. */
  readonly sessionId: string;
  readonly client: string;
};

/** Who uses a KernelChannel. */
export interface IChannelOwner {
  /** Shall a lost channel come back? */
  readonly wanted: boolean;
  linkUp(welcome: Welcome): void;
  /** `willReturn`: an attempt follows by itself. */
  linkDown(fault: LabwireError, willReturn: boolean): void;
  receive(records: readonly BridgeRecord[]): void;
  fill(draft: Draft): boolean;
  /** An attempt has failed before WELCOME. */
  attemptFailed(fault: LabwireError): void;
}

/** Stages of a BridgeError after which the old place leads nowhere. */
const KERNEL_GONE: ReadonlySet<string> = new Set(['dead', 'shutdown']);
/** Failed attempts after which `locate` is asked anew. */
const ASK_AFTER = 2;

type Outcome = {
  readonly fault: LabwireError;
  readonly welcomed: boolean;
  readonly heldMs: number;
};

export class KernelChannel implements ISocketOwner {
  private readonly _settings: ChannelSettings;
  private readonly _owner: IChannelOwner;
  private readonly _redial: Redial;
  private _socket: KernelSocket | null = null;
  private _place: ChannelPlace | null = null;
  private _locatedBefore = false;
  private _running = false;
  private _webSockets = 0;
  private _lastNonce: string | null = null;
  private _closed = false;
  private _failures = 0;
  private _welcomedAtMs: number | null = null;
  private _settle: ((fault: LabwireError) => void) | null = null;

  constructor(settings: ChannelSettings, owner: IChannelOwner) {
    if (!/^[\w-]{1,64}$/.test(settings.sessionId)) {
      throw new RangeError('sessionId must be 1 to 64 letters, digits, - or _');
    }
    this._settings = settings;
    this._owner = owner;
    this._redial = new Redial(settings.clock);
  }

  get linked(): boolean {
    return this._socket?.linked ?? false;
  }

  get text(): boolean {
    return this._socket?.text ?? false;
  }

  get roundTripMs(): number | null {
    return this._socket?.roundTripMs ?? null;
  }

  /** Somebody wants it: connect, as soon as another attempt may be made. */
  want(): void {
    if (!this._running && !this._closed) {
      this._running = true;
      void this._run();
    }
  }

  /** A person wants it: connect now. */
  hurry(): void {
    this._redial.hurry();
  }

  queue(record: Uint8Array): void {
    this._socket?.queue(record);
  }

  wake(): void {
    this._socket?.wake();
  }

  sendControl(record: Uint8Array): void {
    this._socket?.sendControl(record);
  }

  ping(done: (ms: number) => void): void {
    this._socket?.ping(done);
  }

  /** Give the websocket up, as `fault` says. */
  drop(fault: BridgeError): void {
    this._socket?.drop(fault);
  }

  /** For good. `last`: sent before the websocket closes. */
  close(last: Uint8Array): void {
    this._closed = true;
    this._socket?.close(last);
    this._socket = null;
    this._redial.hurry();
    this._settle?.(new BridgeError('the bridge was closed here', { stage: 'closed' }));
  }

  // -- ISocketOwner -------------------------------------------------------------------------------

  linkUp(welcome: Welcome): void {
    this._welcomedAtMs ??= this._settings.clock.nowMs();
    this._owner.linkUp(welcome);
  }

  linkDown(fault: BridgeError): void {
    this._owner.linkDown(fault, true);
  }

  receive(records: readonly BridgeRecord[]): void {
    this._owner.receive(records);
  }

  fill(draft: Draft): boolean {
    return this._owner.fill(draft);
  }

  gone(fault: BridgeError): void {
    this._lastNonce = this._socket?.lastNonce ?? this._lastNonce;
    this._socket = null;
    this._settle?.(fault);
  }

  // -- the loop -----------------------------------------------------------------------------------

  private async _run(): Promise<void> {
    try {
      while (this._owner.wanted) {
        await this._redial.turn();
        if (this._owner.wanted) {
          this._judge(await this._attempt());
        }
      }
    } finally {
      // In the same turn: who hears of the end and wants it again must find it not running.
      this._running = false;
    }
  }

  private _judge({ fault, welcomed, heldMs }: Outcome): void {
    if (this._closed) {
      return;
    }
    this._failures = welcomed ? 0 : this._failures + 1;
    const ended = isLabwireError(fault, 'BridgeError') && KERNEL_GONE.has(fault.stage);
    if (ended || this._failures >= ASK_AFTER) {
      this._place = null;
    }
    if (welcomed) {
      this._redial.lost(heldMs);
      this._owner.linkDown(fault, this._owner.wanted);
    } else {
      this._redial.failed();
      this._owner.attemptFailed(fault);
    }
  }

  private async _attempt(): Promise<Outcome> {
    const { clock, locate, WebSocket, sessionId, client } = this._settings;
    this._welcomedAtMs = null;
    try {
      if (this._place === null) {
        this._place = await locate(this._locatedBefore ? 'lost' : 'first');
        this._locatedBefore = true;
      }
      if (this._closed) {
        throw new BridgeError('the bridge was closed here', { stage: 'closed' });
      }
      this._webSockets += 1;
      const identity = `${sessionId}-${this._webSockets}`;
      const settings: SocketSettings = {
        url: urlOf(this._place, identity),
        WebSocket,
        clock,
        sessionId: identity,
        previous: this._lastNonce,
        client,
      };
      const fault = await new Promise<LabwireError>(resolve => {
        this._settle = resolve;
        this._socket = new KernelSocket(settings, this);
      });
      const upSince: number | null = this._welcomedAtMs;
      const heldMs = upSince === null ? 0 : clock.nowMs() - upSince;
      return { fault, welcomed: upSince !== null, heldMs };
    } catch (error) {
      this._place = null;
      return { fault: asError(error), welcomed: false, heldMs: 0 };
    } finally {
      this._settle = null;
    }
  }
}

function urlOf(place: ChannelPlace, sessionId: string): string {
  const query = `session_id=${sessionId}`;
  return place.token
    ? `${place.wsUrl}?${query}&token=${encodeURIComponent(place.token)}`
    : `${place.wsUrl}?${query}`;
}

function asError(error: unknown): LabwireError {
  const known = isFault(error) ? fromFault(error) : error;
  if (isLabwireError(known)) {
    return known;
  }
  const text = known instanceof Error ? known.message : String(known);
  return new BridgeError(
    `the bridge kernel cannot be reached: ${text}`,
    { stage: 'start' },
    { cause: known },
  );
}
