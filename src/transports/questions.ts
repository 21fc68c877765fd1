// Questions of the bridge's policy that are open.
//
// Several streams may wait for one answer. A question is settled when none of them waits any more,
// whether a person answered, its time ran out, or the link went.
//
// Source: docs/protocols/bridge.md, "QUESTION, ANSWER".

import type { Fields } from './fields.js';

export type PolicyChoice = 'once' | 'always' | 'no';

/** May the bridge connect there? Show the address, not only the name: the name is what a notebook wrote. */
export type BridgeQuestion = {
  readonly id: string;
  /** As it was asked for. */
  readonly endpoint: string;
  /** What the name stands for. */
  readonly address: string;
  readonly port: number;
  /** The rule that made it ask. */
  readonly rule: string;
  /** One sentence for people. */
  readonly message: string;
  /** `always` is missing where the administrator does not permit it. */
  readonly choices: readonly PolicyChoice[];
  /** Unanswered for so long, it counts as `no`. */
  readonly expiresMs: number;
};

const CHOICES: ReadonlySet<string> = new Set(['once', 'always', 'no']);

export function readQuestion(fields: Fields): BridgeQuestion {
  return {
    id: fields.text('question'),
    endpoint: fields.text('endpoint'),
    address: fields.text('address'),
    port: fields.count('port'),
    rule: fields.textOr('rule', ''),
    message: fields.text('message'),
    choices: fields.texts('choices').filter(choice => CHOICES.has(choice)) as PolicyChoice[],
    expiresMs: fields.span('expires_s') * 1000,
  };
}

type Open = { readonly question: BridgeQuestion; readonly streams: Set<number> };

/** Which streams wait for which answer. */
export class Questions {
  private readonly _onAsked: (question: BridgeQuestion) => void;
  private readonly _onSettled: (id: string) => void;
  private readonly _open = new Map<string, Open>();

  constructor(onAsked: (question: BridgeQuestion) => void, onSettled: (id: string) => void) {
    this._onAsked = onAsked;
    this._onSettled = onSettled;
  }

  /** `stream` waits for `question`. */
  ask(question: BridgeQuestion, stream: number): void {
    const open = this._open.get(question.id);
    if (open !== undefined) {
      open.streams.add(stream);
      return;
    }
    this._open.set(question.id, { question, streams: new Set([stream]) });
    this._onAsked(question);
  }

  /** A stream on which `id` can be answered; null when it is no longer open. */
  streamOf(id: string): number | null {
    const first = this._open.get(id)?.streams.values().next();
    return first?.value ?? null;
  }

  /** `stream` waits no more. */
  settle(stream: number): void {
    for (const [id, { streams }] of this._open) {
      if (streams.delete(stream) && streams.size === 0) {
        this._open.delete(id);
        this._onSettled(id);
      }
    }
  }
}
