// Connections through the bridge kernel.
//
// One KernelBridge per worker: it finds the kernel when the first connection is wanted, keeps one
// websocket to it, and carries every stream on that. Streams survive a lost websocket; they end
// when the kernel does, or when it did not hear of us for its lease.

import type { Fault } from '../values/index.js';
import { hostPort } from './endpoint.js';
import type { ChannelSettings } from './kernelchannel.js';
import { type AuditEntry, KernelCore, type Stopped } from './kernelcore.js';
import type { KernelStream } from './kernelstream.js';
import type { BridgeQuestion, PolicyChoice } from './questions.js';
import type { BridgePolicy } from './welcome.js';

/**
 * `idle`: nobody has wanted it yet. `connecting`: finding the kernel, or saying hello. `ready`.
 * `reconnecting`: lost, streams wait for it. `down`: lost or not found, the next connect tries again.
 */
export type BridgeState = 'idle' | 'connecting' | 'ready' | 'reconnecting' | 'down' | 'closed';

export type BridgeStatus = {
  readonly state: BridgeState;
  /** ns since 1970-01-01 UTC. */
  readonly sinceNs: bigint;
  /** Why it is not ready. */
  readonly fault: Fault | null;
  /** Where sockets open; null until known. Behind a gateway this is not the Jupyter server's host. */
  readonly host: string | null;
  /** The kernel's process there; null until known. */
  readonly pid: number | null;
  /** A gateway destroys binary frames: bytes travel as text, more slowly. */
  readonly text: boolean;
  readonly policy: BridgePolicy | null;
};

export type KernelBridgeOptions = Omit<ChannelSettings, 'client'> & {
  /** Who connects, for the bridge's audit. Default `labwire`. */
  readonly client?: string;
  readonly onStatus?: (status: BridgeStatus) => void;
  /** Nobody listens: the question runs out, and counts as no. */
  readonly onQuestion?: (question: BridgeQuestion) => void;
  /** It was answered, ran out, or nobody waits any more. */
  readonly onQuestionSettled?: (questionId: string) => void;
  /** An answer was refused (late, or twice); it changed nothing. */
  readonly onAnswerRefused?: (questionId: string, fault: Fault) => void;
};

export type BridgeConnectOptions = {
  readonly signal?: AbortSignal;
  /** For name and connection, not counting an open question. 100 … 60 000, default 10 000. */
  readonly timeoutMs?: number;
  /** Ask for the byte budget, even where the administrator has not set it. */
  readonly readOnly?: boolean;
  /** For the audit. */
  readonly label?: string;
  /** Whether a person is being asked just now. */
  readonly onAsking?: (asking: boolean) => void;
};

const TIMEOUT_MS = 10_000;

export class KernelBridge {
  private readonly _core: KernelCore;

  /** Nothing is opened before the first connection is wanted. */
  constructor(options: KernelBridgeOptions) {
    this._core = new KernelCore(options);
  }

  get status(): BridgeStatus {
    return this._core.status;
  }

  /** Shortest round trip on this websocket, in ms; null before the first. */
  get roundTripMs(): number | null {
    return this._core.measuredMs;
  }

  /** The streams, open or opening. */
  get streams(): readonly KernelStream[] {
    return this._core.streams;
  }

  /**
   * Connect to `host:port` from where the kernel runs. `host`: a name or an address, IPv6 without
   * brackets.
   * @throws {ConnectError} refused, unknown, no answer; {PolicyError} not allowed;
   *   {BridgeError} or what `locate` threw: no bridge; or the signal's reason, unwrapped.
   */
  async connectTcp(
    host: string,
    port: number,
    options: BridgeConnectOptions = {},
  ): Promise<KernelStream> {
    const { timeoutMs = TIMEOUT_MS, readOnly = false, label = '' } = options;
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new RangeError(`port ${port} of ${host} is not from 1 to 65535`);
    }
    if (!(timeoutMs >= 100 && timeoutMs <= 60_000)) {
      throw new RangeError(`timeoutMs is ${timeoutMs}, 100 to 60 000 are possible`);
    }
    const endpoint = hostPort(host, port);
    return this._core.open({ host, port, endpoint, timeoutMs, readOnly, label }, null, options);
  }

  /**
   * Claim a stream that another page of this user held, with the token it left. The bytes go on at
   * the oldest that the bridge still keeps.
   * @param endpoint - for people.
   * @throws {BridgeError} the token is unknown or was used.
   */
  claim(
    token: string,
    endpoint: string,
    options: Pick<BridgeConnectOptions, 'signal'> = {},
  ): Promise<KernelStream> {
    const target = { host: '', port: 0, endpoint, timeoutMs: 0, readOnly: false, label: '' };
    return this._core.open(target, token, options);
  }

  /** @returns false: the question is no longer open, nothing was sent. */
  answer(questionId: string, choice: PolicyChoice): boolean {
    return this._core.answer(questionId, choice);
  }

  /** Goes with the next message; without a link it waits for one. */
  audit(entry: AuditEntry): void {
    this._core.audit(entry);
  }

  /** One round trip to the kernel, in ms; connects if need be. @throws {BridgeError} no bridge. */
  ping(): Promise<number> {
    return this._core.ping();
  }

  /**
   * Urgent stop: reset every stream of ours at once, past everything that waits in queues.
   * @throws {BridgeError} there is no link: nothing was stopped; {DeadlineError} nobody confirmed.
   */
  stopAll(): Promise<Stopped> {
    return this._core.stopAll();
  }

  /** A person asks: try now rather than after the pause. */
  retryNow(): void {
    this._core.hurry();
  }

  /**
   * The page goes, or Labwire does: say goodbye and end every stream. Those in `keep` are left at
   * the bridge for its lease, to be claimed with their tokens.
   */
  close(keep: readonly KernelStream[] = []): void {
    this._core.close(keep);
  }
}
