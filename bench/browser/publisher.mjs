// A publisher on TCP in a process of its own, as instruments have one. Started by `Instrument`.
//
//   node bench/browser/publisher.mjs FEED…
//
// Its parent tells it when to begin and what rate each feed has to keep; it says where it listens, and
// at the end when it made each change of the first.

import { Notifier } from '../../lib/protocols/sipyco/index.js';
import { Publisher } from '../../lib/servers/index.js';
import { listenTcp } from '../../lib/transports/node/index.js';
import {
  cameraFeed,
  changesFeed,
  columnsFeed,
  datasetsFeed,
  numbersFeed,
  picturesFeed,
  tracesFeed,
} from './instruments.mjs';

const FEEDS = {
  camera: cameraFeed,
  changes: changesFeed,
  columns: columnsFeed,
  traces: tracesFeed,
  pictures: picturesFeed,
  datasets: datasetsFeed,
  numbers: numbersFeed,
};

const names = process.argv.slice(2);
const feeds = names.map(name => FEEDS[name]());
const notifiers = feeds.map(({ struct }) => new Notifier(struct));
const publisher = new Publisher({
  notifiers: Object.fromEntries(names.map((name, at) => [name, notifiers[at]])),
});
const listener = await listenTcp();
publisher.start(listener);

const timers = [];
let stamps = [];

process.on('message', ({ type, hz }) => {
  if (type === 'begin') {
    stamps = [];
    for (const [at, rate] of hz.entries()) {
      run(at, 1000 / rate, performance.now(), 0);
    }
  } else {
    timers.forEach(clearTimeout);
    process.send({ type: 'ended', stamps });
  }
});
process.on('disconnect', () => process.exit());
process.send({ type: 'ready', endpoint: listener.endpoint });

// The times wander by a fifth of the period: 10 Hz would else keep step with a screen of 60.
function run(at, ms, startMs, i) {
  const dueMs = startMs + i * ms + (Math.random() - 0.5) * 0.4 * ms;
  timers[at] = setTimeout(
    () => {
      const stamp = feeds[at].step(notifiers[at], i);
      if (at === 0) {
        stamps.push(stamp);
      }
      run(at, ms, startMs, i + 1);
    },
    Math.max(0, dueMs - performance.now()),
  );
}
