// Feeds inside the worker, in the place of the demo lab: publishers that a `demo+` address reaches.
//
//   demo+sipyco+sync:///trace#y        1 M points, one of them set 100 times a second
//   demo+sipyco+sync:///camera#frame   2048 × 2048 uint16, ten a second
//
// Publisher, subscriber and view share the worker's thread, and the bytes between them are the ones
// that a network would carry.

import { Notifier } from '../../lib/protocols/sipyco/index.js';
import { Publisher } from '../../lib/servers/index.js';
import { LoopbackNetwork } from '../../lib/transports/index.js';
import { cameraFeed, traceFeed } from './instruments.mjs';
import { every } from './pace.mjs';

const FEEDS = { trace: traceFeed, camera: cameraFeed };

/** In the place of the product's own `LazyDemo`. */
export class LazyDemo {
  constructor() {
    this._network = new LoopbackNetwork();
    this._started = new Map();
  }

  connect({ path }) {
    return async options => {
      if (!this._started.has(path)) {
        this._started.set(path, this._start(path));
      }
      return this._network.connect(path, options);
    };
  }

  close() {
    for (const stop of this._started.values()) {
      stop();
    }
    this._started.clear();
  }

  _start(path) {
    const feed = FEEDS[path]();
    const notifier = new Notifier(feed.struct);
    const publisher = new Publisher({ notifiers: { [path]: notifier } });
    publisher.start(this._network.listen(path));
    const timer = every(1000 / feed.hz, feed.late, i => feed.step(notifier, i));
    return () => {
      clearInterval(timer);
      void publisher.stop();
    };
  }
}
