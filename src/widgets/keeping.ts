// What a person takes away from a view: a picture with its time, a sentence, the data as a file.

import type { TranslationBundle } from '@jupyterlab/translation';
import { formatIso, type LiveViewModel, type ViewAnswer } from '../models/index.js';
import { download, PICTURE_LIMIT_BYTES, type Picture, takePicture } from './snapshot.js';
import type { IViewBody } from './views/body.js';

/** What a frozen view leaves behind. */
export type Frozen = { readonly picture: Picture; readonly text: string; readonly atNs: bigint };

/** Picture and sentence of a model that was just frozen; null if there is nothing to keep. */
export async function keep(
  model: LiveViewModel,
  body: IViewBody,
  trans: TranslationBundle,
): Promise<Frozen | null> {
  const { frame, frozenNs: atNs } = model;
  if (frame === null || atNs === null) {
    return null;
  }
  const caption = [trans.__('frozen at %1', formatIso(atNs)), body.summary(frame)];
  const picture = await takePicture(body, model.title, joined(caption), PICTURE_LIMIT_BYTES);
  return { picture, text: `${model.title}: ${body.plainText(frame)}`, atNs };
}

/** The picture as it is now, as sharp as the screen, as a file. @param state - the state in words. */
export async function savePng(model: LiveViewModel, body: IViewBody, state: string): Promise<void> {
  const { frame } = model;
  const atNs = model.frozenNs ?? BigInt(Date.now()) * 1_000_000n;
  const caption = [formatIso(atNs), state, frame === null ? '' : body.summary(frame)];
  const picture = await takePicture(body, model.title, joined(caption), null);
  const bytes = Uint8Array.from(atob(picture.base64), char => char.charCodeAt(0));
  download([bytes], 'image/png', `${model.title}.png`);
}

/**
 * All the data as they are now, as a file; part by part, so that the worker goes on drawing meanwhile.
 * @param onPart - told after each part but the last: the share that is done.
 * @param signal - ends it without a file.
 * @throws what the hub says when there are none.
 */
export async function saveCsv(
  model: LiveViewModel,
  onPart: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const parts: BlobPart[] = [];
  for (let from: number | null = 0; from !== null; ) {
    const part: ViewAnswer = await model.ask({ type: 'csv', from });
    if (part.type !== 'csv') {
      return;
    }
    if (signal.aborted) {
      if (part.next !== null) {
        await model.ask({ type: 'csv', from: part.rowCount });
      }
      return;
    }
    parts.push(part.bytes);
    from = part.next;
    if (from === null) {
      download(parts, 'text/csv', part.fileName);
    } else {
      onPart(from / part.rowCount);
    }
  }
}

function joined(parts: readonly string[]): string {
  return parts.filter(part => part !== '').join(' · ');
}
