// What is called in the bench: our pc_rpc server, in a process of its own. Forked; sends its port, and
// that of bare sockets of Node, which say back what they hear.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { platformBase64, useBase64 } from '../../lib/protocols/pyon/index.js';
import { method, RpcServer, rpcTarget } from '../../lib/servers/index.js';
import { listenTcp } from '../../lib/transports/node/index.js';
import { NDArray } from '../../lib/values/index.js';

useBase64(platformBase64(globalThis));

const ramps = new Map();
function ramp(count) {
  let array = ramps.get(count);
  if (array === undefined) {
    array = NDArray.of(new Float64Array(count).map((_, i) => i));
    ramps.set(count, array);
  }
  return array;
}

const bench = rpcTarget({
  methods: [
    method('ping(self)', null, () => true),
    method('echo(self, x)', null, args => args.get('x')),
    method('add(self, a, b)', null, args => args.get('a') + args.get('b')),
    method('ramp(self, count)', null, args => ramp(Number(args.get('count')))),
  ],
});

const listener = await listenTcp();
const server = new RpcServer({ targets: { bench } });
server.start(listener);
const bare = createServer({ noDelay: true }, socket => {
  socket.on('data', chunk => socket.write(chunk));
  socket.on('error', () => socket.destroy());
});
await once(bare.listen(0, '127.0.0.1'), 'listening');
process.once('disconnect', () => process.exit());
process.send({ port: listener.port, barePort: bare.address().port });
