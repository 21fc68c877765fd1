import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { Notifier } from '../../protocols/sipyco/index.js';
import { listenTcp } from '../../transports/node/index.js';
import { dict, NDArray } from '../../values/index.js';
import { HIGH_WATER_BYTES } from '../../wire/index.js';
import { PUBLISHER_LIMITS, Publisher } from '../index.js';

const MIB = 1024 * 1024;

describe('a TCP subscriber that never reads', () => {
  // SiPyCo's own publisher grew from 36 to 435 MiB in this case.
  it('costs what the limits say while 300 arrays of 1 MiB are published', async () => {
    const notifier = new Notifier(dict({}));
    const publisher = new Publisher({ notifiers: { x: notifier } });
    const listener = await listenTcp();
    publisher.start(listener);
    const socket = connect(listener.port, listener.host);
    socket.pause();
    await once(socket, 'connect');
    socket.write('ARTIQ sync_struct\nx\n');
    while (publisher.subscriberCount === 0) {
      await turn();
    }
    const lineBytes = (4 / 3) * MIB + 200;
    const before = process.memoryUsage().arrayBuffers;
    let waiting = 0;
    let memory = 0;
    for (let i = 0; i < 300; i++) {
      notifier.set('frame', NDArray.of(new Float64Array(MIB / 8).fill(i)));
      await turn();
      waiting = Math.max(waiting, publisher.waitingBytes);
      memory = Math.max(memory, process.memoryUsage().arrayBuffers - before);
    }
    assert.ok(publisher.resyncCount >= 1);
    const bound = HIGH_WATER_BYTES + PUBLISHER_LIMITS.queueBytes + 2 * lineBytes;
    assert.ok(waiting < bound, `${waiting} bytes waited`);
    assert.ok(memory < 8 * bound, `${memory} bytes of buffers`); // garbage on top
    socket.destroy();
    await publisher.stop();
  });
});

function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
