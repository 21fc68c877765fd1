// Words of calls: how long, whether it was sent, what a result can be shown as.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { CallOutcome, ResultSummary, ViewKind } from '../../models/index.js';
import type { Fault } from '../../values/index.js';

/** `2.3 ms`, `412 ms`, `3.2 s`, `2 min 5 s`. */
export function formatElapsed(ms: number): string {
  if (ms < 1000) {
    return `${ms < 99.95 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
  }
  const seconds = ms / 1000;
  return seconds < 60
    ? `${seconds.toFixed(1)} s`
    : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** Before these nothing leaves the page. */
const NOT_SENT: ReadonlySet<Fault['name']> = new Set<Fault['name']>([
  'ParseError',
  'EncodeError',
  'UnsupportedError',
  'LocalProtocolError',
  'PolicyError',
  'ConnectError',
]);

/** Did the instrument hear of a call that failed? Empty where the error itself says it all. */
export function sentWords({ name, facts }: Fault, trans: TranslationBundle): string {
  if (NOT_SENT.has(name) || facts.sent === 'no') {
    return trans.__('Nothing was sent.');
  }
  if (facts.sent === 'yes' || name === 'DeadlineError') {
    return trans.__('The call was sent: the instrument may have done it.');
  }
  return trans.__('It is not known whether the call was sent: the instrument may have done it.');
}

/** What a result can be shown as: a live view, or a table of its cells. */
export type ResultView = ViewKind | 'cells';

/** The best first. */
export function resultViews({ views, table }: ResultSummary): readonly ResultView[] {
  return table === null ? views : [...views, 'cells'];
}

export function viewWord(view: ResultView, trans: TranslationBundle): string {
  switch (view) {
    case 'trace':
      return trans.__('plot');
    case 'table':
    case 'cells':
      return trans.__('table');
    case 'image':
      return trans.__('image');
    case 'number':
      return trans.__('number');
    default:
      return view; // kinds name themselves
  }
}

/** The end of a call in a few letters, for the history. */
export function outcomeText(outcome: CallOutcome, trans: TranslationBundle): string {
  switch (outcome.type) {
    case 'returned': {
      const { text, pyType } = outcome.result;
      return text.length <= 40 && !text.includes('\n') ? text : pyType;
    }
    case 'raised':
      return `✕ ${outcome.remoteClass}`;
    case 'failed':
      return `✕ ${outcome.fault.name}`;
    case 'cancelled':
      return trans.__('– cancelled');
  }
}
