// How an instrument is doing, in the words of one line.

import type { TranslationBundle } from '@jupyterlab/translation';
import {
  formatAge,
  formatBytes,
  formatClock,
  type Instrument,
  type InstrumentStatus,
} from '../../models/index.js';
import type { ShownState } from '../words.js';

export type InstrumentWords = {
  readonly state: ShownState;
  /** One or two words: what is spoken when it changes. */
  readonly word: string;
  readonly sentence: string;
};

/**
 * @param known - null: nobody has looked yet.
 * @param nowNs - ns since 1970-01-01 UTC; ages count up to it.
 */
export function instrumentWords(
  instrument: Instrument,
  known: InstrumentStatus | null,
  nowNs: bigint,
  trans: TranslationBundle,
): InstrumentWords {
  const marks = [
    ...(instrument.readOnly ? [trans.__('read-only')] : []),
    ...(instrument.confirm ? [trans.__('calls are confirmed')] : []),
  ];
  if (known === null) {
    const word = trans.__('not looked at yet');
    return { state: 'closed', word, sentence: [word, ...marks].join(' · ') };
  }
  const { state, sinceNs, fault } = known.status;
  const reason = fault === null ? [] : [fault.message];
  const age = formatAge(nowNs - sinceNs);
  const since = formatClock(sinceNs, nowNs);
  const of = (word: string, ...facts: readonly string[]): InstrumentWords => ({
    state,
    word,
    sentence: [...facts, ...marks].join(' · '),
  });
  switch (state) {
    case 'connecting':
      return of(trans.__('connecting'), trans.__('connecting (%1)', age), ...reason);
    case 'asking':
      return of(trans.__('waiting for your answer'), trans.__('waiting for your answer'));
    case 'live':
      return of(trans.__('live'), trans.__('live'), ...linkFacts(known, trans));
    case 'stale':
      return of(
        trans.__('stale'),
        trans.__('stale for %1', age),
        ...(reason.length > 0 ? reason : [trans.__('reconnecting')]),
      );
    case 'out-of-step':
      return of(trans.__('out of step'), trans.__('out of step, reloading'));
    case 'missing':
      return of(trans.__('not there'), trans.__('not there since %1', since), ...reason);
    case 'refused':
      return of(trans.__('refused by policy'), trans.__('refused by policy'), ...reason);
    case 'failed':
      return of(trans.__('failed'), trans.__('failed at %1', since), ...reason);
    case 'closed':
      return of(trans.__('closed'), trans.__('closed at %1', since), ...reason);
    default: {
      const unknown: never = state; // a newer worker's: never good news
      return of(trans.__('unknown state'), String(unknown), ...reason);
    }
  }
}

/** `1.1 ms`, `34 kB/s`; what is not known, or does not flow, is left out. */
export function linkFacts(
  { roundTripMs, bytesPerSecond }: InstrumentStatus,
  trans: TranslationBundle,
): readonly string[] {
  return [
    ...(roundTripMs === null ? [] : [trans.__('%1 ms', formatMs(roundTripMs))]),
    ...(bytesPerSecond === null || bytesPerSecond === 0
      ? []
      : [`${formatBytes(bytesPerSecond)}/s`]),
  ];
}

function formatMs(ms: number): string {
  return ms < 99.95 ? ms.toFixed(1) : ms.toFixed(0);
}
