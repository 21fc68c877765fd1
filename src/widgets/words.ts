// Every state in words: one list, translated, used by the state line, the live region and snapshots.
//
// Present tense, the fact first; protocol terms as the protocols spell them.

import type { TranslationBundle } from '@jupyterlab/translation';
import {
  formatAge,
  formatClock,
  formatCount,
  formatRate,
  type LiveViewModel,
  type PictureFrame,
  type PlotContent,
} from '../models/index.js';
import type { Fault, LinkState } from '../values/index.js';

/** What a state line can say: the link's state, or what the person did to the view. */
export type ShownState = LinkState | 'paused' | 'frozen';

/** What a state line offers next to its sentence. */
export type StateAction = 'allow' | 'answer' | 'retry' | 'live' | 'resume' | 'connect';

/** A state for people. */
export type StateWords = {
  readonly state: ShownState;
  /** One or two words: what the live region speaks. */
  readonly word: string;
  /** The whole sentence, with since when and why. */
  readonly sentence: string;
  readonly action: StateAction | null;
};

export function stateOf(model: LiveViewModel): ShownState {
  if (model.frozenNs !== null) {
    return 'frozen';
  }
  // The picture is held, the state is not: that it went stale is told all the same.
  const { state } = model.status;
  return model.paused && state === 'live' ? 'paused' : state;
}

/**
 * @param nowNs - ns since 1970-01-01 UTC; ages count up to it.
 * @param isExplained - the reason stands above already: leave it out.
 */
export function stateWords(
  model: LiveViewModel,
  nowNs: bigint,
  trans: TranslationBundle,
  isExplained = false,
): StateWords {
  const { status, frame } = model;
  const state = stateOf(model);
  const place = model.endpoints.join(', ');
  const since = formatClock(status.sinceNs, nowNs);
  const age = formatAge(nowNs - status.sinceNs);
  const reason = isExplained ? '' : (status.fault?.message ?? '');
  const paused =
    model.pausedNs === null ? '' : trans.__('paused since %1', formatClock(model.pausedNs, nowNs));
  const of = (word: string, sentence: string, action: StateAction | null = null): StateWords => ({
    state,
    word,
    sentence: state === 'frozen' || state === 'paused' ? sentence : joined(sentence, paused),
    action,
  });
  switch (state) {
    case 'connecting':
      return model.phase === 'waiting'
        ? of(trans.__('not connected'), trans.__('not connected to %1', place), 'connect')
        : of(
            trans.__('connecting'),
            joined(trans.__('connecting to %1 (%2)', place, age), reason),
            reason === '' ? null : 'retry',
          );
    case 'asking':
      return of(
        trans.__('waiting for your answer'),
        joined(
          trans.__('may the bridge connect to %1?', place),
          trans.__('waiting for your answer'),
        ),
        'answer',
      );
    case 'live':
      // What nobody sees gets no frames: the rate of its last one is not that of now.
      return of(
        trans.__('live'),
        joined(
          trans.__('live'),
          ...(model.visible ? livelyFacts(frame, trans) : [trans.__('out of sight')]),
        ),
      );
    case 'stale':
      return of(
        trans.__('stale'),
        joined(trans.__('stale since %1', since), trans.__('reconnecting'), reason),
        'retry',
      );
    case 'out-of-step':
      return of(
        trans.__('out of step'),
        joined(
          trans.__('out of step, reloading'),
          trans._n('%1 time so far', '%1 times so far', status.outOfStepCount),
        ),
      );
    case 'missing':
      return of(trans.__('not there'), joined(trans.__('not there since %1', since), reason));
    case 'refused':
      return of(
        trans.__('refused by policy'),
        isExplained
          ? trans.__('refused by policy')
          : trans.__('refused by policy: %1', reason || trans.__('%1 is not allowed', place)),
        isAskable(status.fault) ? 'allow' : 'retry',
      );
    case 'failed':
      return of(trans.__('failed'), joined(trans.__('failed at %1', since), reason), 'retry');
    case 'closed':
      return of(trans.__('closed'), trans.__('closed at %1', since), 'connect');
    case 'paused':
      return of(trans.__('paused'), paused, 'resume');
    case 'frozen':
      return of(
        trans.__('frozen'),
        trans.__('frozen at %1', formatClock(model.frozenNs ?? 0n, nowNs)),
        'live',
      );
    default: {
      // A newer worker may know a state that this page does not: unknown is never good news.
      const unknown: never = state;
      return of(trans.__('unknown state'), joined(String(unknown), reason));
    }
  }
}

// The rules after which the bridge asks a person anew (docs/protocols/bridge.md, Policy); to all
// others there is nothing to allow here.
const ASKABLE = ['not listed', 'answer no', 'no answer'];

export function isAskable(fault: Fault | null): boolean {
  return ASKABLE.includes(String(fault?.facts.rule));
}

/** Label of the button for an action. */
export function actionLabel(action: StateAction, trans: TranslationBundle): string {
  switch (action) {
    case 'allow':
      return trans.__('Allow…');
    case 'answer':
      return trans.__('Answer…');
    case 'retry':
      return trans.__('Try now');
    case 'live':
      return trans.__('Go live');
    case 'resume':
      return trans.__('Resume');
    case 'connect':
      return trans.__('Connect');
  }
}

function livelyFacts(frame: PictureFrame | null, trans: TranslationBundle): readonly string[] {
  if (frame === null) {
    return [];
  }
  const facts = [formatRate(frame.rateHz)];
  const plot = plotOf(frame);
  if (frame.kind === 'histogram') {
    facts.push(trans.__('%1 bins', formatCount(frame.pointCount)));
  } else if (plot !== null && plot.measuredCount < plot.pointCount) {
    facts.push(
      trans.__('%1 of %2 points', formatCount(plot.measuredCount), formatCount(plot.pointCount)),
    );
  } else if (plot !== null) {
    facts.push(trans.__('%1 points', formatCount(plot.pointCount)));
  } else if (frame.kind === 'table') {
    facts.push(trans._n('%2 value', '%2 values', frame.valueCount, formatCount(frame.valueCount)));
  }
  const note = frame.kind === 'chart' ? frame.note : plot?.note;
  if (note !== undefined) {
    facts.push(note);
  }
  if (frame.droppedCount > 0 && frame.kind === 'image') {
    facts.push(trans.__('%1 not drawn', formatCount(frame.droppedCount)));
  }
  if (frame.alarm.severity !== 'none') {
    const { severity, status } = frame.alarm;
    facts.push(trans.__('alarm: %1', status === '' ? severity : `${severity} ${status}`));
  }
  return facts;
}

/** The plot of a frame that has one. */
function plotOf(frame: PictureFrame): PlotContent | null {
  switch (frame.kind) {
    case 'trace':
    case 'xy':
    case 'histogram':
      return frame;
    case 'xy_hist':
      return frame.means;
    default:
      return null;
  }
}

function joined(...parts: readonly string[]): string {
  return parts.filter(part => part !== '').join(' · ');
}
