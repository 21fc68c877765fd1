// uPlot, loaded when the first trace is drawn.
//
// On import it makes a number formatter for `navigator.language` and throws where that is no
// language tag: a system with LANG=C.UTF-8 reports "en-US@posix".

import type uPlot from 'uplot';

export type UPlot = typeof uPlot;

let loading: Promise<UPlot> | null = null;

/** The class; a load that failed is tried again by the next call. */
export function loadUPlot(): Promise<UPlot> {
  loading ??= load().catch(reason => {
    loading = null;
    throw reason;
  });
  return loading;
}

async function load(): Promise<UPlot> {
  if (isLanguageTag(navigator.language)) {
    return (await import('uplot')).default;
  }
  // An own property hides the inherited one while the module runs.
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
  try {
    return (await import('uplot')).default;
  } finally {
    Reflect.deleteProperty(navigator, 'language');
  }
}

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false; // a RangeError is the answer, not a failure
  }
}
