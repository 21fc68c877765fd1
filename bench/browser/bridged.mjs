// The product's page code and worker in a plain Chromium, and a bridge kernel that they reach.

import { page, productWorker, style } from './bundle.mjs';
import { Browser } from './chromium.mjs';
import { Jupyter } from './jupyter.mjs';

/**
 * Have it while `use` is under way.
 *
 * @param options - of the browser.
 * @param {(browser: Browser, channel: object) => Promise<unknown>} use - `channel`: where the bridge is.
 *   The page's worker is `worker.js`.
 * @returns what `use` resolved with.
 */
export async function bridged(options, use) {
  const browser = await Browser.open(
    { ...(await page()), 'page.css': await style(), 'worker.js': await productWorker() },
    options,
  );
  try {
    const jupyter = await Jupyter.start({ origin: browser.origin });
    try {
      return await use(browser, await jupyter.channel());
    } finally {
      await jupyter.stop();
    }
  } finally {
    await browser.close();
  }
}
