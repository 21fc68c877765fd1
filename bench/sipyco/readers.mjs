// Subscribers that only read, in a process of their own: `readers.mjs PORT COUNT`, forked. Says when
// all are subscribed, and when each has seen the mod that sets `end`.

import { connect } from 'node:net';

const [port, count] = process.argv.slice(2).map(Number);
const END = Buffer.from('"key":"end"');
let subscribed = 0;
let ended = 0;

for (let i = 0; i < count; i += 1) {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.write('ARTIQ sync_struct\ndatasets\n');
  let rest = Buffer.alloc(0);
  let isFirst = true;
  socket.on('data', chunk => {
    const tail = Buffer.concat([rest, chunk.subarray(Math.max(0, chunk.length - 200))]);
    if (isFirst) {
      isFirst = false;
      subscribed += 1;
      if (subscribed === count) {
        process.send('subscribed');
      }
    }
    if (tail.includes(END)) {
      ended += 1;
      if (ended === count) {
        process.send('ended');
      }
    }
    rest = tail.subarray(Math.max(0, tail.length - 200));
  });
}
process.once('disconnect', () => process.exit());
