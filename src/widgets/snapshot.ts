// A view as a picture: title, what is drawn, state line. For a frozen output and for files.

import { type ThemeColours, themeColours } from './theme.js';
import type { IViewBody } from './views/body.js';

/** The most a picture in a notebook may weigh: a repository keeps every one of them. */
export const PICTURE_LIMIT_BYTES = 200_000;

export type Picture = {
  /** PNG, without the `data:` prefix. */
  readonly base64: string;
  readonly bytes: number;
  /** CSS px. */
  readonly width: number;
  readonly height: number;
};

const LINE = 18; // CSS px of the title and of the state line
const SHRINK = 0.8;
const SMALLEST = 0.1;

/**
 * Paint `body` with a title above and a state below.
 * @param limitBytes - the picture gets coarser until it weighs no more; null: as sharp as the screen.
 */
export async function takePicture(
  body: IViewBody,
  title: string,
  state: string,
  limitBytes: number | null,
): Promise<Picture> {
  const width = Math.max(1, body.node.clientWidth);
  const height = Math.max(1, body.node.clientHeight);
  const theme = themeColours(body.node);
  let ratio = Math.max(1, globalThis.devicePixelRatio || 1);
  for (;;) {
    const canvas = paintAll(body, title, state, width, height, ratio, theme);
    const blob = await blobOf(canvas);
    if (limitBytes === null || blob.size <= limitBytes || ratio < SMALLEST) {
      const base64 = await base64Of(blob);
      return { base64, bytes: blob.size, width, height: height + 2 * LINE };
    }
    ratio *= SHRINK;
  }
}

function paintAll(
  body: IViewBody,
  title: string,
  state: string,
  width: number,
  height: number,
  ratio: number,
  theme: ThemeColours,
): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round((height + 2 * LINE) * ratio));
  const context = canvas.getContext('2d');
  if (context === null) {
    throw new Error('this browser gives no canvas to draw the picture on');
  }
  context.scale(ratio, ratio);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height + 2 * LINE);
  context.textBaseline = 'middle';
  context.fillStyle = theme.text;
  context.font = `600 12px ${theme.font}`;
  context.fillText(title, 4, LINE / 2, width - 8);
  context.fillStyle = theme.muted;
  context.font = `11px ${theme.font}`;
  context.fillText(state, 4, height + 1.5 * LINE, width - 8);
  context.save();
  context.translate(0, LINE);
  context.beginPath();
  context.rect(0, 0, width, height);
  context.clip();
  body.paint(context, width, height, theme);
  context.restore();
  return canvas;
}

function blobOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(blob => {
      if (blob === null) {
        reject(new Error(`a picture of ${canvas.width} × ${canvas.height} pixels cannot be made`));
      } else {
        resolve(blob);
      }
    }, 'image/png');
  });
}

async function base64Of(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return btoa(text);
}

/** Hand `parts`, one after the other, to the person as a file. */
export function download(parts: BlobPart[], type: string, fileName: string): void {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName.replace(/[\\/:*?"<>|\u0000-\u001f]/g, '_');
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has the file once the click's task is over; a minute is on the safe side of it.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
