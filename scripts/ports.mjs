// Loopback ports that nobody listens on.

import { createServer } from 'node:net';

/** `preferred` when it is free, else one that the system picks. */
export async function freePort(preferred = 0) {
  try {
    return await probe(preferred);
  } catch (error) {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') {
      throw error;
    }
    return probe(0);
  }
}

function probe(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const { port: bound } = server.address();
      server.close(() => resolve(bound));
    });
  });
}
