// A copy of the labextension that opens its sidebar by itself, types into the filter, and tells how
// long the pictures took.
//
// What is added runs in JupyterLab's page, behind the entry. A picture is timed from an animation
// callback, in which the person's gesture is made, to the message that comes after the frame was laid
// out and painted: so all that the UI thread does for it counts, and waiting for the next frame does
// not. Inside are the page's listeners for keys and input (JupyterLab's too), the rows, style, layout,
// paint and the hand-over to the compositor, and whatever else the thread was given meanwhile. Each
// keystroke is marked, so that the browser's own trace tells what the thread ran for it. The figures go
// to the bench's server, and so does the page.

import { appendFileSync, cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/steps.mjs';

/** What `performance.mark` is told at a keystroke and at its picture. */
export const KEY_MARKS = { begin: 'labwire:key', end: 'labwire:key-painted' };

/**
 * Write it to `folder`.
 *
 * @param origin - of the bench's server.
 * @param {{rows: number, texts: string[], settledMs: number}} job - `rows`: of the method tree when all
 *   is known; `texts`: what is typed into the filter, key by key, and taken out again.
 */
export function probedCopy(folder, origin, job) {
  cpSync(join(root, 'labwire/labextension'), folder, { recursive: true });
  const static_ = join(folder, 'static');
  const entry = readdirSync(static_).find(name => name.startsWith('remoteEntry'));
  appendFileSync(
    join(static_, entry),
    `;(${probe})(${JSON.stringify({ origin, marks: KEY_MARKS, ...job })});`,
  );
}

// Runs in the page, as text.
function probe({ origin, rows, texts, settledMs, marks }) {
  const ROW_HEIGHT = 22; // px, of the method tree
  const find = selector => document.querySelector(`#labwire-sidebar ${selector}`);
  const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
  const until = async (what, holds) => {
    for (const start = performance.now(); !holds(); await sleep(20)) {
      if (performance.now() - start > 30_000) {
        throw new Error(`not within 30 s: ${what}`);
      }
    }
  };
  const painted = () =>
    new Promise(resolve => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now());
      port2.postMessage(null);
    });
  /** ms from the gesture until `isThere`, and that is painted. */
  const picture = (gesture, isThere) =>
    new Promise(resolve => {
      let start = null;
      const look = () => {
        if (start === null) {
          start = performance.now();
          gesture();
        }
        if (isThere()) {
          void painted().then(end => resolve(end - start));
        } else {
          requestAnimationFrame(look);
        }
      };
      requestAnimationFrame(look);
    });

  async function measure(app) {
    await app.restored;
    await sleep(settledMs);
    const show = () => void app.commands.execute('labwire:show-sidebar');
    const isListed = () => (find('.jp-LabwireRows-row')?.getBoundingClientRect().height ?? 0) > 0;
    const openedMs = await picture(show, isListed);
    const from = performance.now();
    const listedCount = Number(find('.jp-LabwireRows-row').getAttribute('aria-setsize'));

    const filter = find('.jp-MethodsSection-filter');
    await until('a filter', () => !filter.hidden);
    filter.focus();
    const type = (key, text) => {
      const init = { key, bubbles: true, cancelable: true };
      filter.dispatchEvent(new KeyboardEvent('keydown', init));
      filter.value = text;
      filter.dispatchEvent(new InputEvent('input', { bubbles: true }));
      filter.dispatchEvent(new KeyboardEvent('keyup', init));
    };
    type('(', '_'); // is in the name of every method
    const rowCount = () =>
      Math.round(Number.parseFloat(find('.jp-MethodTree-content').style.height) / ROW_HEIGHT);
    await until(`${rows} rows of methods`, () => rowCount() === rows);
    const knownMs = performance.now() - from;
    type('Backspace', '');
    await sleep(settledMs);

    const keysMs = [];
    const counts = [];
    for (const text of texts) {
      const steps = [...text].map((key, at) => [key, text.slice(0, at + 1)]);
      const back = [...text].map((_, at) => ['Backspace', text.slice(0, -1 - at)]);
      for (const [key, value] of [...steps, ...back]) {
        const press = () => {
          performance.mark(marks.begin);
          type(key, value);
        };
        keysMs.push(await picture(press, () => true));
        performance.mark(marks.end);
        counts.push(rowCount());
        await sleep(30); // as fast as a person types at most
      }
    }
    const drawnCount = find('.jp-MethodTree-content').childElementCount;

    // Once more, with all that is known by now.
    const againMs = [];
    for (let i = 0; i < 5; i += 1) {
      app.shell.collapseLeft();
      await sleep(200);
      againMs.push(await picture(show, isListed));
      await sleep(200);
    }
    return { openedMs, againMs, knownMs, listedCount, keysMs, counts, drawnCount };
  }

  const post = result =>
    fetch(`${origin}/result`, {
      method: 'POST',
      mode: 'no-cors',
      body: JSON.stringify(result),
    }).then(() => {
      location.href = `${origin}/index.html`;
    });
  let isFirst = true;
  const probed = plugin => ({
    ...plugin,
    activate(app, ...services) {
      if (isFirst) {
        isFirst = false;
        measure(app)
          .then(value => post({ value }))
          .catch(reason => post({ failure: String(reason?.stack ?? reason) }));
      }
      return plugin.activate(app, ...services);
    },
  });
  const container = globalThis._JUPYTERLAB.labwire;
  globalThis._JUPYTERLAB.labwire = {
    init: scope => container.init(scope),
    get: async name => {
      const factory = await container.get(name);
      return () => {
        const exported = factory();
        return name === './extension'
          ? { __esModule: true, default: [exported.default].flat().map(probed) }
          : exported;
      };
    },
  };
}
