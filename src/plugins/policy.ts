// A question of the bridge comes up: say so, and let the person answer it in a dialog.
//
// Nothing else answers. A notification or a command only opens the dialog, and its default is No.

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { type Dialog, Notification } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import type { PolicyAnswer, PolicyModel, PolicyQuestion } from '../models/index.js';
import type { Labwire } from './labwire.js';
import type { Content } from './loading.js';
import { ILabwire } from './token.js';

export const policyPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labwire:policy',
  description: 'Asks before the bridge connects to a new host.',
  autoStart: true,
  requires: [ILabwire],
  optional: [ITranslator],
  activate(app: JupyterFrontEnd, labwire: ILabwire, translator: ITranslator | null): void {
    const trans = (translator ?? nullTranslator).load('labwire');
    const asker = new PolicyAsker(labwire.policy, (labwire as Labwire).content, trans);
    labwire.offerAnswers(endpoints => asker.decide(endpoints));
    app.commands.addCommand('labwire:review-questions', {
      label: trans.__('Review the Bridge’s Questions'),
      caption: trans.__('Answer whether the bridge may connect to a host'),
      describedBy: { args: { type: 'object', properties: {} } },
      isEnabled: () => labwire.policy.questions.length > 0,
      execute: () => {
        asker.review();
      },
    });
  },
};

class PolicyAsker {
  constructor(model: PolicyModel, content: () => Promise<Content>, trans: TranslationBundle) {
    this._model = model;
    this._content = content;
    this._trans = trans;
    model.asked.connect((_model, question) => this._onAsked(question));
    model.settled.connect((_model, questionId) => this._onSettled(questionId));
  }

  /** The person wants to decide about these; the question may still be on its way. */
  decide(endpoints: readonly string[]): void {
    const question = this._model.find(endpoints);
    if (question !== null) {
      this._show(question);
    } else {
      this._expected = { endpoints, untilMs: performance.now() + EXPECT_MS };
    }
  }

  review(): void {
    const [oldest] = this._model.questions;
    if (oldest !== undefined) {
      this._show(oldest);
    }
  }

  private _onAsked(question: PolicyQuestion): void {
    const expected = this._expected;
    if (expected?.endpoints.includes(question.endpoint) && performance.now() < expected.untilMs) {
      this._expected = null;
      this._show(question);
      return;
    }
    const id = Notification.warning(
      this._trans.__('Labwire asks whether it may connect to %1.', question.endpoint),
      {
        autoClose: false,
        actions: [
          {
            label: this._trans.__('Answer…'),
            callback: () => this._show(question),
          },
        ],
      },
    );
    this._notices.set(question.id, id);
  }

  private _onSettled(questionId: number): void {
    const notice = this._notices.get(questionId);
    if (notice !== undefined) {
      this._notices.delete(questionId);
      Notification.dismiss(notice);
    }
    // Its time is over, or it was answered elsewhere: an answer now would mean nothing.
    if (this._shown?.questionId === questionId) {
      this._shown.dialog?.reject();
    }
  }

  private _show(question: PolicyQuestion): void {
    if (this._shown !== null || !this._model.isOpen(question.id)) {
      return;
    }
    const shown: { questionId: number; dialog: Dialog<unknown> | null } = {
      questionId: question.id,
      dialog: null,
    };
    this._shown = shown;
    this._ask(question, dialog => {
      shown.dialog = dialog;
    })
      .finally(() => {
        this._shown = null;
      })
      .then(answer => (answer === null ? undefined : this._model.answer(question.id, answer)))
      .catch(reason => {
        Notification.error(
          this._trans.__(
            'The answer about %1 did not arrive: %2',
            question.endpoint,
            String(reason),
          ),
        );
      });
  }

  private async _ask(
    question: PolicyQuestion,
    onOpen: (dialog: Dialog<unknown>) => void,
  ): Promise<PolicyAnswer | null> {
    const { askPerson } = await this._content();
    // It may have been settled meanwhile.
    return this._model.isOpen(question.id) ? askPerson(question, this._trans, onOpen) : null;
  }

  private readonly _model: PolicyModel;
  private readonly _content: () => Promise<Content>;
  private readonly _trans: TranslationBundle;
  private readonly _notices = new Map<number, string>();
  private _expected: { readonly endpoints: readonly string[]; readonly untilMs: number } | null =
    null;
  private _shown: { readonly questionId: number; dialog: Dialog<unknown> | null } | null = null;
}

const EXPECT_MS = 10_000; // from "Allow…" to the question that the retry brings up
