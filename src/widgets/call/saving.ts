// A result as a file: written part by part, with how far it is and a way out.

import type { TranslationBundle } from '@jupyterlab/translation';
import { formatBytes, type ResultPart } from '../../models/index.js';
import { setText, textButton } from '../element.js';
import { download } from '../snapshot.js';

/**
 * @param partFrom - the part of the file that begins there.
 * @param say - shows words to the person.
 */
export function saveButton(
  partFrom: (from: number) => Promise<ResultPart>,
  say: (words: string) => void,
  trans: TranslationBundle,
): HTMLButtonElement {
  let cancel: AbortController | null = null;
  const save = async (signal: AbortSignal) => {
    const parts: BlobPart[] = [];
    let size = 0;
    for (let from: number | null = 0; from !== null; ) {
      const { bytes, fileName, next }: ResultPart = await partFrom(from);
      if (signal.aborted) {
        say(trans.__('not saved'));
        return;
      }
      parts.push(bytes);
      size += bytes.length;
      from = next;
      if (from === null) {
        download(parts, 'application/octet-stream', fileName);
        say(trans.__('saved as %1, %2', fileName, formatBytes(size)));
      } else {
        say(trans.__('saving, %1 …', formatBytes(size)));
      }
    }
  };
  const button = textButton(
    trans.__('Save…'),
    () => {
      if (cancel !== null) {
        cancel.abort();
        return;
      }
      cancel = new AbortController();
      setText(button, trans.__('Cancel saving'));
      save(cancel.signal)
        .catch(reason => say(reason instanceof Error ? reason.message : String(reason)))
        .finally(() => {
          cancel = null;
          setText(button, trans.__('Save…'));
        });
    },
    'jp-Labwire-link',
  );
  return button;
}
