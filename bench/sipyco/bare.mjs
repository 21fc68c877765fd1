// What sockets of Node do without any of us: the measure of what a call and a connection can cost here.

import { once } from 'node:events';
import { connect } from 'node:net';
import { inTurns } from './calls.mjs';

const now = () => performance.now();
/** As long as a small call. */
const QUESTION = Buffer.alloc(90, 'a');

async function open(port) {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

export const bareSockets = {
  /** So many bytes there and back, one at a time. */
  async echoes(port, { seconds }) {
    const socket = await open(port);
    const started = now();
    let count = 0;
    await new Promise(resolve => {
      socket.on('data', () => {
        count += 1;
        if (now() - started < seconds * 1000) {
          socket.write(QUESTION);
        } else {
          resolve();
        }
      });
      socket.write(QUESTION);
    });
    socket.destroy();
    return (count * 1000) / (now() - started);
  },

  /** Connect, twice there and back as in the handshake of pc_rpc, close; so many of these at a time. */
  async connects(port, { count, underWay = 1 }) {
    const started = now();
    await inTurns(count, underWay, async () => {
      const socket = await open(port);
      for (let step = 0; step < 2; step += 1) {
        socket.write(QUESTION);
        await once(socket, 'data');
      }
      socket.destroy();
      await once(socket, 'close');
    });
    return (count * 1000) / (now() - started);
  },
};
