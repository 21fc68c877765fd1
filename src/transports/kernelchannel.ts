// A way to the bridge kernel that comes back.
//
// One websocket at a time, as long as somebody wants it. When it goes, it is opened again after 0.1,
// 0.2, 0.5, 1 s, each second from then on, and every 5 s after five minutes. A second failure in a
// row asks where the kernel is now: that tells a dead kernel (it is started again) from a dead
// server or a lost login (the one who is asked says so).

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

const DELAYS_MS = [100, 200, 500, 1000];
const EAGER_FOR_MS = 5 * 60 * 1000;
const PATIENT_MS = 5000;
/** A websocket that held so long starts the delays over. */
const SETTLED_MS = 1000;
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
  private _socket: KernelSocket | null = null;
  private _place: ChannelPlace | null = null;
  private _locatedBefore = false;
  private _running = false;
  private _webSockets = 0;
  private _lastNonce: string | null = null;
  private _closed = false;
  private _failures = 0;
  private _attempts = 0;
  private _downSinceMs = 0;
  private _welcomedAtMs: number | null = null;
  private _settle: ((fault: LabwireError) => void) | null = null;
  private _wakeUp: (() => void) | null = null;

  constructor(settings: ChannelSettings, owner: IChannelOwner) {
    if (!/^[\w-]{1,64}$/.test(settings.sessionId)) {
      throw new RangeError('sessionId must be 1 to 64 letters, digits, - or _');
    }
    this._settings = settings;
    this._owner = owner;
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

  /** Somebody wants it: connect, now if it waits for the next attempt. */
  want(): void {
    this._wakeUp?.();
    if (!this._running && !this._closed) {
      this._running = true;
      void this._run();
    }
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
    this._wakeUp?.();
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
    const { clock } = this._settings;
    this._downSinceMs = clock.nowMs();
    for (;;) {
      const { fault, welcomed, heldMs } = await this._attempt();
      if (this._closed) {
        break;
      }
      if (welcomed) {
        this._failures = 0;
        this._attempts = heldMs >= SETTLED_MS ? 0 : this._attempts;
        this._downSinceMs = clock.nowMs();
      } else {
        this._failures += 1;
      }
      const ended = isLabwireError(fault, 'BridgeError') && KERNEL_GONE.has(fault.stage);
      if (ended || this._failures >= ASK_AFTER) {
        this._place = null;
      }
      if (welcomed) {
        this._owner.linkDown(fault, this._owner.wanted);
      } else {
        this._owner.attemptFailed(fault);
      }
      if (!this._owner.wanted) {
        break;
      }
      await this._pause();
      if (this._closed || !this._owner.wanted) {
        break;
      }
    }
    // In the same turn: who hears of the end and wants it again must find it not running.
    this._running = false;
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

  private _pause(): Promise<void> {
    const { clock } = this._settings;
    const eager = clock.nowMs() - this._downSinceMs < EAGER_FOR_MS;
    const delay = DELAYS_MS[this._attempts] ?? (eager ? DELAYS_MS.at(-1)! : PATIENT_MS);
    this._attempts += 1;
    return new Promise(resolve => {
      // A tenth of jitter: tabs of one server must not all knock at once.
      const timer = clock.after(delay * (0.9 + 0.2 * clock.random()), () => this._wakeUp?.());
      this._wakeUp = () => {
        timer.cancel();
        this._wakeUp = null;
        resolve();
      };
    });
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
