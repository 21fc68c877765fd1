// The way to the network: through the bridge kernel that the page finds or starts.
//
// The page alone may use the Jupyter server's REST API, and a person alone may answer what the
// bridge's policy asks. So both go to the page; the bytes do not.

import {
  type AuditEntry,
  type BridgeQuestion,
  KernelBridge,
  type WebSocketConstructor,
} from '../transports/index.js';
import {
  type Address,
  BridgeError,
  type Fault,
  fromFault,
  isFault,
  PolicyError,
} from '../values/index.js';
import type { Connect, IClock } from '../wire/index.js';
import type { IPage, PolicyAnswer, PolicyQuestion } from './api.js';

/** There is no websocket to the kernel: what it carried waits, and nothing of it is current. */
export type LinkDown = { readonly sinceNs: bigint; readonly fault: Fault | null };

export interface IBridgeListener {
  /** A person is asked whether `address` may be reached, or no longer is. */
  asking(address: Address, isAsking: boolean): void;
  /** The way to all instruments is cut, or (null) whole again. */
  linkChanged(down: LinkDown | null): void;
  /** A mistake that nobody waits for. */
  report(error: unknown, where: string): void;
}

export interface IBridge {
  /** How to reach `address`. The kernel is found or started by the first call of the result. */
  connect(address: Address): Connect;
  /** @throws {PolicyError} the question is not open any more; nothing was answered. */
  answer(questionId: number, answer: PolicyAnswer): void;
  /** A line for the bridge's audit file: with the next message, or as soon as there is a bridge. */
  audit(entry: AuditEntry): void;
  /** Try now rather than after a pause. */
  retry(): void;
  /** To the kernel and back, in ms; null before it was measured. */
  readonly roundTripMs: number | null;
  /** The page goes, or nobody wants the bridge any more. It may be used again. */
  close(): void;
}

export type PageBridgeOptions = {
  readonly page: IPage;
  readonly listener: IBridgeListener;
  readonly clock: IClock;
  readonly WebSocket: WebSocketConstructor;
  /** Who connects, for the bridge's audit. */
  readonly client: string;
  /** A new identity at the kernel: random, 1 to 64 letters and digits. */
  readonly newSessionId: () => string;
};

type OpenQuestion = { readonly bridgeId: string; readonly endpoint: string };

export class PageBridge implements IBridge {
  private readonly _options: PageBridgeOptions;
  private readonly _questions = new Map<number, OpenQuestion>();
  private _kernel: KernelBridge | null = null;
  private _lastQuestion = 0;

  constructor(options: PageBridgeOptions) {
    this._options = options;
  }

  get roundTripMs(): number | null {
    return this._kernel?.roundTripMs ?? null;
  }

  connect(address: Address): Connect {
    const { listener } = this._options;
    return async ({ signal } = {}) => {
      this._kernel ??= this._open();
      return this._kernel.connectTcp(address.host, address.port, {
        label: address.path,
        onAsking: isAsking => listener.asking(address, isAsking),
        ...(signal === undefined ? {} : { signal }),
      });
    };
  }

  answer(questionId: number, answer: PolicyAnswer): void {
    const question = this._questions.get(questionId);
    if (question === undefined || this._kernel?.answer(question.bridgeId, answer) !== true) {
      const endpoint = question?.endpoint ?? '';
      throw new PolicyError(
        `the question about ${endpoint || 'this host'} is not open any more`,
        { rule: 'late', endpoint },
        { protocol: 'bridge', hint: 'Try again: it is asked anew.' },
      );
    }
  }

  audit(entry: AuditEntry): void {
    this._kernel ??= this._open();
    this._kernel.audit(entry);
  }

  retry(): void {
    if (this._kernel?.status.state === 'reconnecting') {
      this._kernel.retryNow();
    }
  }

  close(): void {
    this._kernel?.close();
    this._kernel = null;
    for (const questionId of [...this._questions.keys()]) {
      this._settle(questionId);
    }
  }

  private _open(): KernelBridge {
    const { page, listener, clock, WebSocket, client, newSessionId } = this._options;
    return new KernelBridge({
      clock,
      WebSocket,
      client,
      sessionId: newSessionId(),
      locate: async reason => {
        try {
          return await page.openChannel(reason);
        } catch (error) {
          throw isFault(error) ? fromFault(error) : error;
        }
      },
      onStatus: ({ state, sinceNs, fault }) =>
        listener.linkChanged(state === 'ready' ? null : { sinceNs, fault }),
      onQuestion: question => this._ask(question),
      onQuestionSettled: bridgeId => {
        for (const [questionId, open] of this._questions) {
          if (open.bridgeId === bridgeId) {
            this._settle(questionId);
          }
        }
      },
      onAnswerRefused: (_bridgeId, fault) => listener.report(fromFault(fault), 'an answer'),
    });
  }

  private _ask(question: BridgeQuestion): void {
    this._lastQuestion += 1;
    const asked: PolicyQuestion = {
      id: this._lastQuestion,
      endpoint: question.endpoint,
      resolved: question.address.includes(':')
        ? `[${question.address}]:${question.port}`
        : `${question.address}:${question.port}`,
      reason: REASONS[question.rule] ?? question.message,
      alwaysAllowed: question.choices.includes('always'),
    };
    this._questions.set(asked.id, { bridgeId: question.id, endpoint: question.endpoint });
    this._tell(page => page.policyAsked(asked));
  }

  private _settle(questionId: number): void {
    this._questions.delete(questionId);
    this._tell(page => page.policySettled(questionId));
  }

  // Across the worker even a call without an answer is a promise, and may be one that fails.
  private _tell(say: (page: IPage) => unknown): void {
    const { page, listener } = this._options;
    void Promise.resolve()
      .then(() => say(page))
      .catch((error: unknown) => listener.report(error, 'telling the page'));
  }
}

/** The policy's rules that ask, as sentences. */
const REASONS: { readonly [rule: string]: string | undefined } = {
  'not listed': 'The host is not on the list of those that may be reached without asking.',
};

/** Where there is no page to start a kernel. */
export function noBridge(address: Address): BridgeError {
  return new BridgeError(
    `${address.host}:${address.port} cannot be reached: there is no bridge kernel here`,
    { stage: 'kernelspec' },
    { hint: 'Addresses that start with demo+ work without it.' },
  );
}
