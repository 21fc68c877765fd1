// The instruments of the bench: TCP servers in a process of their own, so that their work is not
// counted as ours. Forked; sends the port of each by name.

import { createServer } from 'node:net';

const BLOCK = Buffer.alloc(1024 * 1024, 97);
const MESSAGE_BYTES = 64;

const acts = {
  /** As fast as it is taken, without end. */
  flood(socket) {
    const write = () => {
      while (socket.write(BLOCK));
      socket.once('drain', write);
    };
    write();
  },

  /** 100 000 numbered messages of 64 B, one write each, as fast as they are taken; then the end. */
  messages(socket) {
    const count = 100_000;
    let next = 0;
    const write = () => {
      while (next < count) {
        const message = Buffer.alloc(MESSAGE_BYTES);
        message.writeUInt32LE(next, 0);
        next += 1;
        if (!socket.write(message)) {
          socket.once('drain', write);
          return;
        }
      }
      socket.end();
    };
    write();
  },

  echo(socket) {
    socket.on('data', chunk => socket.write(chunk));
  },

  /** Answers every 64 B with 64 B that begin with the time here, in ms since 1970. */
  clock(socket) {
    socket.on('data', () => socket.write(stamped()));
  },

  /** 500 times a second 64 B that begin with the time. */
  ticks(socket) {
    repeat(socket, 500, 1, () => socket.write(stamped()));
  },

  /** 10 000 messages of 40 B a second, in bursts each ms, one write each. */
  steady(socket) {
    const message = Buffer.alloc(40, 98);
    repeat(socket, 1000, 10, () => socket.write(message));
  },
};

const now = () => performance.timeOrigin + performance.now();

function stamped() {
  const message = Buffer.alloc(MESSAGE_BYTES);
  message.writeDoubleLE(now(), 0);
  return message;
}

/** `times` a second call `act` `each` times, by the clock and not by the timer's mood. */
function repeat(socket, times, each, act) {
  const started = performance.now();
  let done = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - started) * times) / 1000);
    for (; done < due; done += 1) {
      for (let i = 0; i < each; i += 1) {
        act();
      }
    }
  }, 1);
  socket.on('close', () => clearInterval(timer));
}

const ports = {};
for (const [name, act] of Object.entries(acts)) {
  const server = createServer(socket => {
    socket.setNoDelay(true);
    socket.on('error', () => undefined); // clients go when they have seen enough
    act(socket);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  ports[name] = server.address().port;
}
process.send(ports);
process.once('disconnect', () => process.exit());
