// A longer way: a TCP relay that holds every byte for some ms in each direction. Forked with
// `relay.mjs TARGET_PORT DELAY_MS`; sends its port.

import { connect, createServer } from 'node:net';

const [targetPort, delayMs] = process.argv.slice(2).map(Number);
const HELD_BYTES = 64 * 1024 * 1024; // far above what delay and rate ever hold: never the limit

/** Bytes of `from` go to `to`, `delayMs` after they came. */
function hold(from, to) {
  const held = [];
  let bytes = 0;
  let waiting = false;
  const later = ms => {
    waiting = true;
    setTimeout(release, ms);
  };
  const release = () => {
    waiting = false;
    const due = performance.now() - delayMs;
    while (held.length > 0 && held[0].at <= due) {
      const { chunk } = held.shift();
      bytes -= chunk.length;
      to.write(chunk);
    }
    if (held.length > 0) {
      later(Math.max(0, held[0].at - due));
    }
    if (bytes < HELD_BYTES / 2) {
      from.resume();
    }
  };
  from.on('data', chunk => {
    held.push({ at: performance.now(), chunk });
    bytes += chunk.length;
    if (!waiting) {
      later(delayMs);
    }
    if (bytes > HELD_BYTES) {
      from.pause();
    }
  });
  from.on('end', () => setTimeout(() => to.end(), delayMs + 1));
  from.on('error', () => to.destroy());
}

const server = createServer(near => {
  const far = connect(targetPort, '127.0.0.1');
  near.setNoDelay(true);
  far.setNoDelay(true);
  hold(near, far);
  hold(far, near);
});
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
process.send(server.address().port);
process.once('disconnect', () => process.exit());
