// Fifty instruments with ten methods each, as pc_rpc servers on TCP in a process of its own.
//
// Forked; sends where they listen: `{endpoints: string[]}`.

import { method, RpcServer, rpcTarget } from '../../lib/servers/index.js';
import { listenTcp } from '../../lib/transports/node/index.js';
import { METHODS } from './instruments.mjs';

const VERBS = ['get', 'set', 'measure', 'calibrate', 'ramp'];
const THINGS = ['frequency', 'power', 'phase', 'delay', 'voltage', 'current', 'position', 'gain'];

const endpoints = [];
for (let i = 0; i < METHODS.instruments; i += 1) {
  const server = new RpcServer({ targets: { [`device${i}`]: device(i) } });
  const listener = await listenTcp();
  server.start(listener);
  endpoints.push(listener.endpoint);
}
process.once('disconnect', () => process.exit());
process.send({ endpoints });

function device(i) {
  return rpcTarget({
    docstring: `Device ${i} of the laboratory.`,
    methods: Array.from({ length: METHODS.perInstrument }, (_, at) => {
      const number = i * METHODS.perInstrument + at;
      const verb = VERBS[number % VERBS.length];
      const thing = THINGS[Math.floor(number / VERBS.length) % THINGS.length];
      return method(
        `${verb}_${thing}_${at}(self, channel: int, ${thing}: float = 0.0, *, settle: bool = True)`,
        `${verb} the ${thing} of one channel of device ${i}.\n\n:param channel: from 0.`,
        () => null,
      );
    }),
  });
}
