// PYON in the browser's worker.
//
//   node bench/worker.mjs [--json]        (after `npm run build`)
//
// The document of bench/pyon.mjs, decoded from bytes and encoded to bytes in a worker of Chromium:
// once with the base64 that the browser has (Uint8Array.fromBase64, since Chrome 140, Firefox 133,
// Safari 18.2) and once with our own tables, which older browsers use.

import { page, script } from './browser/bundle.mjs';
import { Browser } from './browser/chromium.mjs';
import { print } from './browser/rows.mjs';

const FLOATS = 1_250_000; // 10 MB
const SECONDS_PER_JOB = 1;

export async function run() {
  const browser = await Browser.open({
    ...(await page()),
    'codec.js': await script('codec.mjs', 'iife'),
  });
  try {
    const result = await browser.run({
      type: 'codec',
      worker: 'codec.js',
      floats: FLOATS,
      secondsPerJob: SECONDS_PER_JOB,
    });
    const row = (name, seconds, target) => {
      const ours = Number(((8 * FLOATS) / seconds / 1e9).toFixed(2));
      return {
        case: `PYON v2 ${name}, 10 MB float64, in the worker`,
        unit: 'GB/s',
        ours,
        peer: null,
        ratio: null,
        target: `>= ${target} GB/s`,
        ok: ours >= target,
      };
    };
    const platform = result.hasPlatform
      ? [
          row('decode with Uint8Array.fromBase64', result.platform.decode, 0.5),
          row('encode with toBase64', result.platform.encode, 0.5),
        ]
      : [];
    return [
      ...platform,
      row('decode without', result.own.decode, 0.25),
      row('encode without', result.own.encode, 0.25),
    ];
  } finally {
    await browser.close();
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  print(await run());
}
