// Loopback ports that nobody listens on.

import { createServer } from 'node:net';

/**
 * `preferred` when it is free, else another that stays free until somebody wants just it: systems give
 * port 0, and the near end of a connection, numbers from 32768 or 49152 on.
 */
export async function freePort(preferred = 0) {
  if (preferred !== 0 && (await isFree(preferred))) {
    return preferred;
  }
  for (;;) {
    const port = 16_384 + Math.floor(Math.random() * 16_384);
    if (await isFree(port)) {
      return port;
    }
  }
}

function isFree(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', error =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(false) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
