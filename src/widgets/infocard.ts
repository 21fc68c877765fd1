// All that is known about a view, in one place: address, type, display, times, rates, link.

import type { TranslationBundle } from '@jupyterlab/translation';
import {
  type EndpointStatus,
  formatBytes,
  formatCount,
  formatIso,
  formatRate,
  type LiveViewModel,
} from '../models/index.js';
import { element, setText, textButton } from './element.js';
import { copyText } from './errorcard.js';

export class InfoCard {
  constructor(model: LiveViewModel, trans: TranslationBundle) {
    this._model = model;
    this._trans = trans;
    this._list = element('dl', { className: 'jp-InfoCard-list' });
    const copyFacts = textButton(trans.__('Copy'), () => {
      this._copy(copyFacts, async () =>
        this._facts()
          .map(([name, value]) => `${name}: ${value}`)
          .join('\n'),
      );
    });
    const copyValue = textButton(trans.__('Copy value'), () => {
      this._copy(copyValue, async () => {
        const answer = await model.ask({ type: 'text' });
        return answer.type === 'text' ? answer.text : '';
      });
    });
    this.node = element('div', {
      className: 'jp-InfoCard',
      attributes: { role: 'group', 'aria-label': trans.__('About this view') },
      children: [
        this._list,
        element('div', {
          className: 'jp-InfoCard-actions',
          // A tree has no text of its own, and a log copies what is chosen in it.
          children:
            model.frame?.kind === 'table' || model.frame?.kind === 'log'
              ? [copyFacts]
              : [copyFacts, copyValue],
        }),
      ],
    });
    this.update();
  }

  readonly node: HTMLElement;

  /** Write it anew, and ask the hub how the link does; called once a second while it is shown. */
  update(): void {
    this._draw();
    this._model
      .endpointStatus()
      .then(endpoints => {
        this._endpoints = endpoints;
        this._draw();
      })
      .catch(reason => {
        console.warn('Labwire: the state of the connections is not known', reason);
      });
  }

  private _draw(): void {
    const facts = this._facts();
    if (this._list.children.length !== 2 * facts.length) {
      this._list.replaceChildren(
        ...facts.flatMap(() => [element('dt'), element('dd', { className: 'jp-InfoCard-value' })]),
      );
    }
    facts.forEach(([name, value], index) => {
      setText(this._list.children[2 * index]!, name);
      setText(this._list.children[2 * index + 1]!, value);
    });
  }

  private _facts(): readonly (readonly [name: string, value: string])[] {
    const { _trans: trans, _model: model } = this;
    const { frame, status } = model;
    const facts: [string, string][] = model.spec.sources.map(({ role, address, name, column }) => [
      model.spec.sources.length === 1
        ? trans.__('Address')
        : trans.__('Address (%1)', role === 'data' ? dataName(name, column) : role),
      address,
    ]);
    if (frame !== null) {
      const { display } = frame;
      facts.push([trans.__('Type'), frame.type]);
      facts.push([
        trans.__('Display'),
        [
          display.unit === undefined ? trans.__('no unit') : trans.__('unit %1', display.unit),
          ...(display.scale === undefined ? [] : [trans.__('scale %1', display.scale)]),
          ...(display.precision === undefined ? [] : [trans.__('precision %1', display.precision)]),
        ].join(', '),
      ]);
      if (frame.timeNs !== null) {
        facts.push([trans.__('Time of the value'), formatIso(frame.timeNs)]);
      }
      facts.push([trans.__('Changes'), formatRate(frame.rateHz)]);
      facts.push([trans.__('Not drawn'), formatCount(frame.droppedCount)]);
      if (frame.alarm.severity !== 'none') {
        facts.push([trans.__('Alarm'), `${frame.alarm.severity} ${frame.alarm.status}`.trim()]);
      }
    }
    facts.push([trans.__('State since'), formatIso(status.sinceNs)]);
    if (status.outOfStepCount > 0) {
      facts.push([trans.__('Out of step'), formatCount(status.outOfStepCount)]);
    }
    for (const endpoint of this._endpoints) {
      facts.push([
        trans.__('Link'),
        [
          endpoint.endpoint,
          trans.__('%1 received', formatBytes(endpoint.receivedBytes)),
          ...(endpoint.roundTripMs === null
            ? []
            : [trans.__('round trip %1 ms', endpoint.roundTripMs.toFixed(1))]),
        ].join(', '),
      ]);
    }
    return facts;
  }

  private _copy(button: HTMLButtonElement, text: () => Promise<string>): void {
    const label = button.textContent ?? '';
    const say = (words: string) => {
      button.textContent = words;
      setTimeout(() => {
        button.textContent = label;
      }, 1500);
    };
    text()
      .then(copyText)
      .then(
        () => say(this._trans.__('Copied')),
        reason => {
          console.warn('Labwire: nothing was copied', reason);
          say(this._trans.__('Cannot copy'));
        },
      );
  }

  private readonly _model: LiveViewModel;
  private readonly _trans: TranslationBundle;
  private readonly _list: HTMLElement;
  private _endpoints: readonly EndpointStatus[] = [];
}

/** What a chart calls its rows, and which column of them. */
function dataName(name = '', column?: string): string {
  return column === undefined ? name : `${name}.${column}`;
}
