// The bridge's open questions: may it connect there?
//
// The hub asks, a person answers in a dialog; nothing else can. A question lives until it was
// answered here or elsewhere, or until its time was over.

import { type ISignal, Signal } from '@lumino/signaling';
import type { IHub, PolicyAnswer, PolicyQuestion } from '../hub/api.js';

export namespace PolicyModel {
  export interface IOptions {
    readonly open: () => Promise<IHub>;
  }
}

export class PolicyModel {
  constructor(options: PolicyModel.IOptions) {
    this._open = options.open;
  }

  /** Questions that wait for an answer, oldest first. */
  get questions(): readonly PolicyQuestion[] {
    return [...this._questions.values()];
  }

  get asked(): ISignal<this, PolicyQuestion> {
    return this._asked;
  }

  /** The number of a question that is no longer open. */
  get settled(): ISignal<this, number> {
    return this._settled;
  }

  isOpen(questionId: number): boolean {
    return this._questions.has(questionId);
  }

  /** The oldest open question about one of `endpoints`, or null. */
  find(endpoints: readonly string[]): PolicyQuestion | null {
    return this.questions.find(question => endpoints.includes(question.endpoint)) ?? null;
  }

  /** Called for the hub. */
  ask(question: PolicyQuestion): void {
    this._questions.set(question.id, question);
    this._asked.emit(question);
  }

  /** Called for the hub: answered, withdrawn, or too late. */
  settle(questionId: number): void {
    if (this._questions.delete(questionId)) {
      this._settled.emit(questionId);
    }
  }

  /**
   * What a person decided.
   * @throws the hub's error, e.g. when the question's time was over; it is closed all the same.
   */
  async answer(questionId: number, answer: PolicyAnswer): Promise<void> {
    if (!this._questions.has(questionId)) {
      return;
    }
    this.settle(questionId);
    const hub = await this._open();
    await hub.answerPolicy(questionId, answer);
  }

  private readonly _open: () => Promise<IHub>;
  private readonly _questions = new Map<number, PolicyQuestion>();
  private readonly _asked = new Signal<this, PolicyQuestion>(this);
  private readonly _settled = new Signal<this, number>(this);
}
