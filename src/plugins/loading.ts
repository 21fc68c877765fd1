// The code of what people see comes to the page with the first thing that they open.
//
// JupyterLab waits for every extension at its start, also on the days when nobody opens a view. So
// modules that are loaded then import widgets by their types alone; what makes them is in content.ts.

import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

export type Content = typeof import('./content.js');

/** @returns what makes a thing when it is first wanted. A failure is not kept: the next call tries again. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let making: Promise<T> | null = null;
  return () => {
    making ??= make().catch(reason => {
      making = null;
      throw reason;
    });
    return making;
  };
}

/** @returns what loads `content.ts`; where that fails, the person is told. */
export function contentLoader(trans: TranslationBundle): () => Promise<Content> {
  return once(async () => {
    try {
      return await import(/* webpackChunkName: "labwire-content" */ './content.js');
    } catch (reason) {
      const text = trans.__(
        'Labwire could not load its code from the Jupyter server (%1). See whether the server runs; if Labwire was installed anew, reload the page.',
        reason instanceof Error ? reason.message : String(reason),
      );
      Notification.error(text, { autoClose: false });
      throw new Error(text, { cause: reason });
    }
  });
}
