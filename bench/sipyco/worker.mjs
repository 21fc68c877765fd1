// The worker of the bench: calls through bridge kernel and websocket.

import { platformBase64, useBase64 } from '../../lib/protocols/pyon/index.js';
import { KernelBridge, PlatformClock } from '../../lib/transports/index.js';
import { measures } from '../bridge/measure.mjs';
import { calls } from './calls.mjs';

useBase64(platformBase64(globalThis));

async function throughBridge(place, port, body) {
  const bridge = new KernelBridge({
    locate: async () => place,
    WebSocket,
    clock: new PlatformClock(),
    sessionId: `bench-${Math.random().toString(16).slice(2)}`,
    client: 'bench',
  });
  try {
    return await body(options => bridge.connectTcp('127.0.0.1', port, options));
  } finally {
    bridge.close();
  }
}

addEventListener('message', async ({ data: { type, places, ports, options } }) => {
  try {
    const value =
      type in calls
        ? await throughBridge(places.bridge, ports.rpc, connect => calls[type](connect, options))
        : await measures[type]({ WebSocket, places, ports }, options);
    postMessage({ value });
  } catch (error) {
    postMessage({ failure: String(error?.stack ?? error) });
  }
});
