// The worker of the bench: measures what it is told, with the browser's own WebSocket.

import { measures } from './measure.mjs';

addEventListener('message', async ({ data: { type, places, ports, options } }) => {
  try {
    postMessage({ value: await measures[type]({ WebSocket, places, ports }, options) });
  } catch (error) {
    postMessage({ failure: String(error?.stack ?? error) });
  }
});
