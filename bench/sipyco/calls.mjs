// What a pc_rpc client measures, in Node and in a worker alike. `connect` opens a transport.

import { RpcClient } from '../../lib/clients/index.js';
import { PlatformClock } from '../../lib/transports/index.js';

const now = () => performance.now();

async function withClient(connect, body) {
  const client = new RpcClient({ connect, clock: new PlatformClock() });
  await client.connect({ deadlineMs: 10_000 });
  try {
    return await body(client);
  } finally {
    await client.closeRpc();
  }
}

/** `body` so many times, so many of them under way at once. */
export async function inTurns(count, underWay, body) {
  let left = count;
  const goOn = async () => {
    while (left > 0) {
      left -= 1;
      await body();
    }
  };
  await Promise.all(Array.from({ length: underWay }, goOn));
}

export const calls = {
  /** One call at a time. */
  oneByOne: (connect, { seconds }) =>
    withClient(connect, async client => {
      const times = [];
      const started = now();
      while (now() - started < seconds * 1000) {
        const at = now();
        const sum = await client.call('add', [1n, 2n]);
        times.push(now() - at);
        if (sum !== 3n) {
          throw new Error(`1 + 2 = ${sum}`);
        }
      }
      const perSecond = (times.length * 1000) / (now() - started);
      return { perSecond, p50: times.sort((a, b) => a - b)[times.length >> 1] };
    }),

  /** So many under way at once, as fast as they are answered. */
  pipelined: (connect, { seconds, underWay = 256 }) =>
    withClient(connect, async client => {
      const started = now();
      let count = 0;
      const keepCalling = async () => {
        while (now() - started < seconds * 1000) {
          await client.call('add', [1n, 2n]);
          count += 1;
        }
      };
      await Promise.all(Array.from({ length: underWay }, keepCalling));
      return { perSecond: (count * 1000) / (now() - started) };
    }),

  /** Replies of 10 MB, one at a time. */
  arrays: (connect, { count }) =>
    withClient(connect, async client => {
      await client.call('ramp', [1_250_000n]);
      const started = now();
      for (let i = 0; i < count; i += 1) {
        const array = await client.call('ramp', [1_250_000n]);
        if (array.shape[0] !== 1_250_000) {
          throw new Error(`an array of ${array.shape}`);
        }
      }
      return { megabytesPerSecond: (10 * count * 1000) / (now() - started) };
    }),

  /** Connect, handshake, close; so many of these at a time. */
  connects: async (connect, { count, underWay = 1 }) => {
    const started = now();
    await inTurns(count, underWay, () => withClient(connect, async () => {}));
    return { perSecond: (count * 1000) / (now() - started) };
  },
};
