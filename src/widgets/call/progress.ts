// What is under way in a form: a question that is to be answered first, or a call and how long it takes.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import type { CallFormModel } from '../../models/index.js';
import { element, setText, textButton } from '../element.js';
import { formatElapsed } from './words.js';

const TICK_MS = 100;

export class CallProgress implements IDisposable {
  /**
   * @param heading - what is called, for people.
   * @param call - the button that calls: the focus comes from it, and goes back to it.
   */
  constructor(
    model: CallFormModel,
    heading: string,
    call: HTMLButtonElement,
    trans: TranslationBundle,
  ) {
    this._model = model;
    this._heading = heading;
    this._call = call;
    this._trans = trans;
    this.node = element('div', {
      className: 'jp-CallForm-progress',
      attributes: { role: 'group' },
    });
  }

  readonly node: HTMLElement;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._stopTicking();
  }

  draw(): void {
    const { phase } = this._model;
    if (phase === 'running') {
      this._startTicking();
    } else {
      this._stopTicking();
    }
    if (phase === this._shown) {
      return;
    }
    const hadFocus = this.node.contains(document.activeElement);
    this._shown = phase;
    switch (phase) {
      case 'ready':
        this.node.replaceChildren();
        if (hadFocus) {
          this._call.focus();
        }
        break;
      case 'confirming':
        this._drawQuestion();
        break;
      case 'running':
        this._drawRunning(hadFocus);
        break;
    }
  }

  /** To the way out: what does not call, or gives up. */
  focus(): void {
    this.node.querySelector<HTMLElement>('button:last-of-type')?.focus();
  }

  /** The person does not mean it. */
  decline(): void {
    this._model.decline();
    this._call.focus();
  }

  private _drawQuestion(): void {
    const { _model: model, _trans: trans } = this;
    const words = model.method.isLifeCycle
      ? trans.__('%1 may start or end what others use.', this._heading)
      : trans.__('Calls of this instrument are confirmed.');
    const yes = textButton(trans.__('Call it'), () => void model.confirm());
    const no = textButton(trans.__('Do not'), () => this.decline());
    this.node.replaceChildren(element('span', { text: words }), yes, no);
    no.focus(); // Enter pressed twice calls nothing
  }

  private _drawRunning(hadFocus: boolean): void {
    const { _model: model, _trans: trans } = this;
    this._elapsed = element('span', { className: 'jp-CallForm-elapsed' });
    const cancel = textButton(trans.__('Cancel'), () => model.cancel());
    this.node.replaceChildren(this._elapsed, cancel);
    this._tick();
    if (hadFocus || this._call === document.activeElement) {
      cancel.focus();
    }
  }

  private _startTicking(): void {
    this._ticker ??= setInterval(() => this._tick(), TICK_MS);
  }

  private _stopTicking(): void {
    if (this._ticker !== null) {
      clearInterval(this._ticker);
      this._ticker = null;
    }
  }

  private _tick(): void {
    const { runningSinceNs, isCancelling } = this._model;
    if (runningSinceNs !== null && this._elapsed !== null) {
      const elapsed = formatElapsed(Math.max(0, Date.now() - Number(runningSinceNs / 1_000_000n)));
      setText(
        this._elapsed,
        isCancelling
          ? this._trans.__('… %1, cancelling', elapsed)
          : this._trans.__('… %1', elapsed),
      );
    }
  }

  private readonly _model: CallFormModel;
  private readonly _heading: string;
  private readonly _call: HTMLButtonElement;
  private readonly _trans: TranslationBundle;
  private _shown: CallFormModel['phase'] = 'ready';
  private _elapsed: HTMLElement | null = null;
  private _ticker: ReturnType<typeof setInterval> | null = null;
  private _isDisposed = false;
}
