// The parent's end of publisher.mjs.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('publisher.mjs', import.meta.url));

/** A publisher process. `stop` it, whatever happens. */
export class Instrument {
  /** @param feeds - what it publishes, each as a notifier of its name. */
  static async start(...feeds) {
    const instrument = new Instrument(fork(SCRIPT, feeds));
    try {
      const { endpoint } = await instrument._hear('ready');
      instrument._endpoint = endpoint;
    } catch (error) {
      await instrument.stop();
      throw error;
    }
    return instrument;
  }

  constructor(child) {
    this._child = child;
  }

  addressOf(feed) {
    return `sipyco+sync://${this._endpoint}/${feed}`;
  }

  /** @param hz - steps per second of each feed. */
  begin(...hz) {
    this._child.send({ type: 'begin', hz });
  }

  /** @returns {Promise<{stamps: number[]}>} when each change of the first feed was made, wall clock in ms. */
  async end() {
    const heard = this._hear('ended');
    this._child.send({ type: 'end' });
    return heard;
  }

  async stop() {
    const child = this._child;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise(resolve => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
  }

  _hear(type) {
    const child = this._child;
    return new Promise((resolve, reject) => {
      const hear = message => {
        if (message.type === type) {
          child.off('message', hear);
          resolve(message);
        }
      };
      child.on('message', hear);
      child.once('exit', code => reject(new Error(`the publisher ended with ${code}`)));
    });
  }
}
