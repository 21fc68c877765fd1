// What a client measures, in Node and in a worker alike. Each function opens what it needs, measures
// once, closes it, and returns plain numbers. `places.bridge` and `places.probe` say where the
// kernels' channels are, `ports` where the instruments listen.

import { KernelBridge, PlatformClock } from '../../lib/transports/index.js';
import { countPongs, RawClient } from './rawclient.mjs';

const HOST = '127.0.0.1';
const PAYLOAD_BYTES = 64;
const now = () => performance.now();
const wallNow = () => performance.timeOrigin + performance.now();

function quantile(values, share) {
  const sorted = values.toSorted
    ? values.toSorted((a, b) => a - b)
    : [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** Does `body` with a stream to an instrument. */
async function withStream({ WebSocket, places, ports }, name, body) {
  const bridge = new KernelBridge({
    locate: async () => places.bridge,
    WebSocket,
    clock: new PlatformClock(),
    sessionId: `bench-${Math.random().toString(16).slice(2)}`,
    client: 'bench',
  });
  try {
    return await body(await bridge.connectTcp(HOST, ports[name]), bridge);
  } finally {
    bridge.close();
  }
}

async function withRaw({ WebSocket, places }, kernel, body) {
  const client = await RawClient.open(WebSocket, places[kernel]);
  try {
    return await body(client);
  } finally {
    client.close();
  }
}

/** Keep `underWay` exchanges going for `seconds`; `ask` sends one, `client.onBuffers` counts them. */
function exchanges(client, underWay, seconds, ask, count) {
  return new Promise(resolve => {
    const started = now();
    let done = 0;
    let frames = 0;
    client.onBuffers = buffers => {
      const answered = count(buffers);
      done += answered;
      frames += 1;
      const elapsed = now() - started;
      if (elapsed > seconds * 1000) {
        client.onBuffers = () => {};
        resolve({ perSecond: (done * 1000) / elapsed, framesPerSecond: (frames * 1000) / elapsed });
        return;
      }
      for (let i = 0; i < answered; i += 1) {
        ask();
      }
    };
    for (let i = 0; i < underWay; i += 1) {
      ask();
    }
  });
}

export const measures = {
  /** 64 B payloads, each in a message of its own, 32 under way: the probe's echo. */
  probeFrames: (env, { seconds }) =>
    withRaw(env, 'probe', client => {
      const payload = new Uint8Array(PAYLOAD_BYTES);
      return exchanges(
        client,
        32,
        seconds,
        () => client.probe({ do: 'echo' }, payload),
        () => 1,
      );
    }),

  /** The same with PING and PONG of the bridge. */
  bridgeFrames: (env, { seconds }) =>
    withRaw(env, 'bridge', async client => {
      await client.hello();
      const payload = new Uint8Array(PAYLOAD_BYTES);
      return exchanges(client, 32, seconds, () => client.ping(payload), countPongs);
    }),

  /** The probe's flood in messages of 64 B. */
  probeMessages: (env, { total }) =>
    withRaw(env, 'probe', client => flood(client, PAYLOAD_BYTES, 32 * 1024, total)),

  /** 100 000 messages of 64 B from a TCP source: how many a second, how many lost. */
  messages: env =>
    withStream(env, 'messages', async stream => {
      const started = now();
      let bytes = 0;
      let wrong = 0;
      let rest = new Uint8Array();
      for await (const chunk of stream.chunks) {
        const whole = rest.length === 0 ? chunk : joined(rest, chunk);
        const view = new DataView(whole.buffer, whole.byteOffset, whole.length);
        let at = 0;
        for (; at + PAYLOAD_BYTES <= whole.length; at += PAYLOAD_BYTES) {
          wrong += view.getUint32(at, true) === (bytes + at) / PAYLOAD_BYTES ? 0 : 1;
        }
        bytes += at;
        rest = whole.slice(at);
      }
      const count = bytes / PAYLOAD_BYTES;
      return { perSecond: (count * 1000) / (now() - started), lost: 100_000 - count + wrong };
    }),

  probeEcho: (env, { count }) =>
    withRaw(env, 'probe', async client => {
      const payload = new Uint8Array(PAYLOAD_BYTES);
      const times = [];
      for (let i = 0; i < count; i += 1) {
        const started = now();
        await new Promise(resolve => {
          client.onBuffers = resolve;
          client.probe({ do: 'echo' }, payload);
        });
        times.push(now() - started);
      }
      return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
    }),

  echo: (env, { count }) =>
    withStream(env, 'echo', async stream => {
      const times = await roundTrips(stream, count, () => {});
      return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
    }),

  /** Messages of 64 B, 500 a second: how old they are when they are read. */
  ticks: async (env, { seconds }) => {
    // The source's clock, as seen from here: the quickest of many answers errs least.
    const offset = await withStream(env, 'clock', async stream => {
      let best = { roundTrip: Number.POSITIVE_INFINITY, offset: 0 };
      await roundTrips(stream, 200, (sent, received, chunk) => {
        const roundTrip = received - sent;
        if (roundTrip < best.roundTrip) {
          const there = new DataView(chunk.buffer, chunk.byteOffset).getFloat64(0, true);
          best = { roundTrip, offset: (sent + received) / 2 - there };
        }
      });
      return best.offset;
    });
    return withStream(env, 'ticks', async stream => {
      const ages = [];
      const started = now();
      let rest = new Uint8Array();
      for await (const chunk of stream.chunks) {
        const whole = joined(rest, chunk);
        const view = new DataView(whole.buffer);
        let at = 0;
        for (; at + PAYLOAD_BYTES <= whole.length; at += PAYLOAD_BYTES) {
          ages.push(wallNow() - view.getFloat64(at, true) - offset);
        }
        rest = whole.slice(at);
        if (now() - started > seconds * 1000) {
          break;
        }
      }
      ages.splice(0, 100); // the start
      return { p50: quantile(ages, 0.5), p99: quantile(ages, 0.99), count: ages.length };
    });
  },

  /** The probe's flood: messages of 1 MiB, a window of 4 MiB. */
  probeBulk: (env, { seconds }) =>
    withRaw(env, 'probe', async client => {
      const MIB = 1024 * 1024;
      return flood(client, MIB, 4 * MIB, Number.MAX_SAFE_INTEGER, seconds);
    }),

  bulk: (env, { seconds }) =>
    withStream(env, 'flood', async (stream, bridge) => {
      const rate = await read(stream, seconds);
      return { ...rate, roundTripMs: bridge.roundTripMs };
    }),

  /** Read what a steady source sends; the caller looks at processes meanwhile. */
  steady: (env, { seconds }) => withStream(env, 'steady', stream => read(stream, seconds)),

  /** Take one chunk of a flood, then nothing for `seconds`, then on. */
  stall: (env, { seconds }) =>
    withStream(env, 'flood', async stream => {
      const before = await read(stream, 2);
      await new Promise(resolve => setTimeout(resolve, seconds * 1000));
      const after = await read(stream, 2);
      return { before: before.megabytesPerSecond, after: after.megabytesPerSecond };
    }),
};

/** Take a flood of the probe: so many bytes, or so many seconds. */
function flood(client, bytes, window, total, seconds = Number.POSITIVE_INFINITY) {
  return new Promise(resolve => {
    let taken = 0;
    let acked = 0;
    let messages = 0;
    const started = now();
    client.onBuffers = ([buffer]) => {
      taken += buffer.length;
      messages += 1;
      if (taken - acked >= window / 4) {
        acked = taken;
        client.probe({ do: 'ack', bytes: acked });
      }
      const elapsed = now() - started;
      if (taken >= total || elapsed > seconds * 1000) {
        client.onBuffers = () => {};
        resolve({
          megabytesPerSecond: taken / elapsed / 1000,
          perSecond: (messages * 1000) / elapsed,
        });
      }
    };
    client.probe({ do: 'flood', bytes, window, total });
  });
}

async function read(stream, seconds) {
  const started = now();
  let bytes = 0;
  let chunks = 0;
  for await (const chunk of stream.chunks) {
    bytes += chunk.length;
    chunks += 1;
    if (now() - started > seconds * 1000) {
      break;
    }
  }
  const elapsed = now() - started;
  return { megabytesPerSecond: bytes / elapsed / 1000, chunksPerSecond: (chunks * 1000) / elapsed };
}

/** Send 64 B, wait for 64 B, `count` times. @returns the times in ms. */
async function roundTrips(stream, count, look) {
  const times = [];
  const chunks = stream.chunks[Symbol.asyncIterator]();
  for (let i = 0; i < count; i += 1) {
    const sent = wallNow();
    stream.send(new Uint8Array(PAYLOAD_BYTES));
    let answer = new Uint8Array();
    while (answer.length < PAYLOAD_BYTES) {
      answer = joined(answer, (await chunks.next()).value);
    }
    const received = wallNow();
    times.push(received - sent);
    look(sent, received, answer);
  }
  return times;
}

function joined(a, b) {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
