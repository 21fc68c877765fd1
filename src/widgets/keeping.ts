// What a person takes away from a view: a picture with its time, a sentence, the data as a file.

import type { TranslationBundle } from '@jupyterlab/translation';
import { formatIso, type LiveViewModel } from '../models/index.js';
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
  download(bytes, 'image/png', `${model.title}.png`);
}

/** All the data as it is now, as a file. @throws what the hub says when there are none. */
export async function saveCsv(model: LiveViewModel): Promise<void> {
  const answer = await model.ask({ type: 'csv' });
  if (answer.type === 'csv') {
    download(answer.bytes, 'text/csv', answer.fileName);
  }
}

function joined(parts: readonly string[]): string {
  return parts.filter(part => part !== '').join(' · ');
}
