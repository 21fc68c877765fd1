// A broadcaster of log records on TCP in a process of its own.
//
// Forked; sends where it listens: `{endpoint}`. Told `{hz}` it says so many a second from then on.

import { Broadcaster } from '../../lib/servers/index.js';
import { listenTcp } from '../../lib/transports/node/index.js';
import { logRecord } from './instruments.mjs';
import { every } from './pace.mjs';

const broadcaster = new Broadcaster();
const listener = await listenTcp();
broadcaster.start(listener);

let timer = null;
let said = 0;

process.on('message', ({ hz }) => {
  clearInterval(timer);
  timer = every(1000 / hz, hz, () => {
    broadcaster.broadcast('log', logRecord(said));
    said += 1;
  });
});
process.on('disconnect', () => process.exit());
process.send({ endpoint: listener.endpoint });
