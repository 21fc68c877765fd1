// The export of a view's data: progress and a way out, once it takes longer than a moment.

import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { formatAge, type LiveViewModel } from '../models/index.js';
import { saveCsv } from './keeping.js';

const NOTICE_MS = 500; // what is done sooner needs no words

/** Save the data of `model` as a file; it may take minutes and can be cancelled. */
export async function exportCsv(model: LiveViewModel, trans: TranslationBundle): Promise<void> {
  const cancel = new AbortController();
  const start = performance.now();
  let notice: string | null = null;
  const tell = (share: number) => {
    const ms = performance.now() - start;
    if (ms < NOTICE_MS) {
      return;
    }
    const age = formatAge(BigInt(Math.round(ms * 1e6)));
    const message = trans.__('%1: exporting, %2 % (%3)', model.title, Math.floor(100 * share), age);
    if (notice === null) {
      notice = Notification.emit(message, 'in-progress', {
        autoClose: false,
        progress: share,
        actions: [{ label: trans.__('Cancel'), callback: () => cancel.abort() }],
      });
    } else if (!cancel.signal.aborted) {
      Notification.update({ id: notice, message, progress: share });
    }
  };
  try {
    await saveCsv(model, tell, cancel.signal);
  } finally {
    if (notice !== null) {
      Notification.dismiss(notice);
    }
  }
}
