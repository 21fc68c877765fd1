// The worker that measures PYON: 10 MB of float64, bytes in and bytes out.

import { decode, encodeBytes, platformBase64 } from '../../lib/protocols/pyon/index.js';
import { NDArray } from '../../lib/values/index.js';

const MIN_RUNS = 5;

self.onmessage = ({ data: { floats, secondsPerJob } }) => {
  const array = NDArray.of(Float64Array.from({ length: floats }, (_, i) => Math.sin(i)));
  const platform = platformBase64(globalThis);
  const bytes = encodeBytes(array);
  const results = { hasPlatform: platform !== undefined };
  for (const [name, base64] of Object.entries({ platform, own: undefined })) {
    results[name] = {
      decode: bestSeconds(secondsPerJob, () => decode(bytes, { base64 })),
      encode: bestSeconds(secondsPerJob, () => encodeBytes(array, { base64 })),
    };
  }
  self.postMessage(results);
};

// The fastest: what else the machine does slows some runs, and speeds none up.
function bestSeconds(seconds, job) {
  job();
  let best = Number.POSITIVE_INFINITY;
  const stop = performance.now() + 1000 * seconds;
  for (let runs = 0; runs < MIN_RUNS || performance.now() < stop; runs += 1) {
    const start = performance.now();
    job();
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  return best;
}
