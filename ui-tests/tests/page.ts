// What the tests do with a page, in words of the project.

import { expect, type IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator, Page } from '@playwright/test';

export const DEMO = 'demo+sipyco+sync:///datasets';
export const VIEW_MIME = 'application/vnd.labwire.view.v1+json';

type Cell = string | { readonly html: string } | { readonly view: unknown; readonly text: string };

/** A notebook of `cells`; `html` and `view` are outputs that somebody saved. */
export function notebookOf(cells: readonly Cell[]): string {
  const outputOf = (data: object) => ({
    output_type: 'display_data',
    data,
    metadata: {},
  });
  return JSON.stringify({
    cells: cells.map((cell, index) => ({
      id: `cell-${index}`,
      cell_type: 'code',
      metadata: {},
      execution_count: null,
      source: typeof cell === 'string' ? cell : '',
      outputs:
        typeof cell === 'string'
          ? []
          : 'html' in cell
            ? [outputOf({ 'text/html': cell.html })]
            : [outputOf({ [VIEW_MIME]: cell.view, 'text/plain': cell.text })],
    })),
    metadata: {
      kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' },
      language_info: { name: 'python' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  });
}

/** Save a notebook on the server and open it. */
export async function openNotebook(
  page: IJupyterLabPageFixture,
  folder: string,
  name: string,
  cells: readonly Cell[],
): Promise<void> {
  await page.contents.uploadContent(notebookOf(cells), 'text', `${folder}/${name}`);
  await page.notebook.openByPath(`${folder}/${name}`);
  await page.notebook.activate(name);
}

/** Run its cells, in order; the last may go on. */
export async function runAll(page: Page): Promise<void> {
  await expect
    .poll(() =>
      page.evaluate(() => {
        const widget = window.jupyterapp?.shell.currentWidget as unknown as {
          readonly sessionContext?: {
            readonly session?: { readonly kernel?: { readonly status: string } };
          };
        } | null;
        return widget?.sessionContext?.session?.kernel?.status;
      }),
    )
    .toBe('idle');
  await page.evaluate(async () => {
    // Not awaited: a cell may run for longer than the test wants to wait.
    void window.jupyterapp.commands.execute('notebook:run-all-cells');
  });
}

/** Load the page anew, without Galata's wait for a launcher. */
export async function reload(page: IJupyterLabPageFixture): Promise<void> {
  await page.evaluate(() => {
    window.location.reload();
  });
  await page.waitForSelector('#jupyterlab-splash', { state: 'detached' });
  await page.waitForSelector('.jp-LabShell');
}

/** The live view with this title. */
export function viewOf(page: Page, title: string): Locator {
  return page.locator(`.jp-LiveView[aria-label="${title}"]`);
}

export function stateOf(view: Locator): Locator {
  return view.locator('.jp-StateLine-text');
}

export async function expectLive(view: Locator): Promise<void> {
  await expect(stateOf(view)).toHaveText(/^live · /);
}

/** A hash of the pixels of a view's largest canvas: another picture, another text. */
export async function pictureOf(view: Locator): Promise<string> {
  return view.locator('canvas').evaluateAll(nodes => {
    const canvases = nodes as HTMLCanvasElement[];
    const [largest] = canvases.sort((a, b) => b.width * b.height - a.width * a.height);
    return largest === undefined ? '' : largest.toDataURL();
  });
}

/** Its picture once it holds still: sizes reach a view inside a scrolling notebook about 1 s late. */
export async function settledPictureOf(view: Locator): Promise<string> {
  let before = '';
  await expect(async () => {
    const now = await pictureOf(view);
    const isSettled = now !== '' && now === before;
    before = now;
    expect(isSettled, 'the picture holds still').toBe(true);
  }).toPass({ intervals: [1500] });
  return before;
}

/** Wait until its picture changes. */
export async function expectMoving(view: Locator): Promise<void> {
  const before = await pictureOf(view);
  await expect.poll(() => pictureOf(view)).not.toBe(before);
}

/** Wait until the table has `value` at a name that stands once in it. */
export async function expectValue(table: Locator, name: string, value: string): Promise<void> {
  const row = table.locator('[role=row]', {
    has: table.page().locator('.jp-TableView-label', { hasText: new RegExp(`^${name}$`) }),
  });
  await expect(row.locator('.jp-TableView-text').first()).toHaveText(value);
}

/**
 * Colours of the canvas below `element` at places given as shares of the element's box (0, 0 is the
 * left top corner): what a person sees there.
 */
export async function coloursAt(
  canvas: Locator,
  over: Locator,
  places: readonly (readonly [x: number, y: number])[],
): Promise<readonly (readonly [number, number, number])[]> {
  const box = await over.evaluate(node => {
    const { left, top, width, height } = node.getBoundingClientRect();
    return { left, top, width, height };
  });
  return canvas.evaluate(
    (node, { box: over_, places: places_ }) => {
      const source = node as HTMLCanvasElement;
      const own = source.getBoundingClientRect();
      const ratio = source.width / own.width;
      const context = source.getContext('2d');
      return places_.map(([x, y]) => {
        const px = Math.round((over_.left + x * over_.width - own.left) * ratio);
        const py = Math.round((over_.top + y * over_.height - own.top) * ratio);
        const [r = 0, g = 0, b = 0] = context?.getImageData(px, py, 1, 1).data ?? [];
        return [r, g, b] as const;
      });
    },
    { box, places },
  );
}

export const THEMES = [
  'JupyterLab Light',
  'JupyterLab Dark',
  'JupyterLab Dark High Contrast',
] as const;

/** Choose a theme. @returns once it is drawn. */
export async function setTheme(page: Page, theme: (typeof THEMES)[number]): Promise<void> {
  await page.evaluate(name => {
    void window.jupyterapp.commands.execute('apputils:change-theme', { theme: name });
  }, theme);
  await expect(page.locator('body')).toHaveAttribute('data-jp-theme-name', theme);
  await expect(page.locator('#jupyterlab-splash')).toHaveCount(0);
}
