// One JupyterLab, one Chromium, one test at a time: a 2-core machine gives steady results so.

import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { CHROMIUM_ARGS, findChromium } from '../scripts/chromium.mjs';
import { root } from '../scripts/steps.mjs';
import { prepareJupyter, python } from './checkout.mjs';

const base = createRequire(import.meta.url)('@jupyterlab/galata/lib/playwright-config');
const jupyter = await prepareJupyter();
const log = path.join(root, '.cache/ui-server.log');
mkdirSync(path.dirname(log), { recursive: true });

export default {
  ...base,
  testDir: './tests',
  // Far beyond what a quiet machine needs: only a test that fails waits for so long.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  // Once more in a whole run, which names what passed only then; one spec at work shows its races.
  retries: process.env.LABWIRE_UI_FROM === 'installed' ? 1 : 0,
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  // Soaks have names of their own: `npm run test:long`.
  testMatch: process.env.LABWIRE_LONG ? '**/*.long.spec.ts' : '**/*.spec.ts',
  testIgnore: process.env.LABWIRE_LONG ? [] : '**/*.long.spec.ts',
  outputDir: './test-results',
  globalTeardown: './teardown.mjs',
  reporter: [
    ['list'],
    ['json', { outputFile: process.env.LABWIRE_UI_JSON ?? 'test-results/results.json' }],
  ],
  use: {
    ...base.use,
    baseURL: jupyter.url,
    browserName: 'chromium',
    locale: 'en-US',
    video: 'off',
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: { ...(await findChromium()), args: CHROMIUM_ARGS },
  },
  webServer: {
    command: `exec "${python}" -m jupyterlab --config jupyter_server_test_config.py > "${log}" 2>&1`,
    url: `${jupyter.url}/lab`,
    env: jupyter.env,
    timeout: 120_000,
    reuseExistingServer: false,
    // Asked first, so that the server can end its kernels.
    gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
  },
};
