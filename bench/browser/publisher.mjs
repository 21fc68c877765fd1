// A publisher on TCP in a process of its own, as instruments have one. Started by `Instrument`.
//
//   node bench/browser/publisher.mjs camera|changes
//
// Its parent tells it when to begin and what rate to keep; it says where it listens, and at the end
// when it made each change.

import { Notifier } from '../../lib/protocols/sipyco/index.js';
import { Publisher } from '../../lib/servers/index.js';
import { listenTcp } from '../../lib/transports/node/index.js';
import { cameraFeed, changesFeed } from './instruments.mjs';

const FEEDS = { camera: cameraFeed, changes: changesFeed };

const name = process.argv[2];
const feed = FEEDS[name]();
const notifier = new Notifier(feed.struct);
const publisher = new Publisher({ notifiers: { [name]: notifier } });
const listener = await listenTcp();
publisher.start(listener);

let timer = null;
let stamps = [];

process.on('message', ({ type, hz }) => {
  if (type === 'begin') {
    stamps = [];
    run(1000 / hz, performance.now(), 0);
  } else {
    clearTimeout(timer);
    process.send({ type: 'ended', stamps });
  }
});
process.on('disconnect', () => process.exit());
process.send({ type: 'ready', endpoint: listener.endpoint });

// The times wander by a fifth of the period: 10 Hz would else keep step with a screen of 60.
function run(ms, startMs, i) {
  const dueMs = startMs + i * ms + (Math.random() - 0.5) * 0.4 * ms;
  timer = setTimeout(
    () => {
      stamps.push(feed.step(notifier, i));
      run(ms, startMs, i + 1);
    },
    Math.max(0, dueMs - performance.now()),
  );
}
