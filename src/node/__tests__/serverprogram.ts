// A server as users write them, for serverloop.spec: `serverprogram [OPTION…]` takes SiPyCo's options,
// prints `port N` for each address and ends as simpleServerLoop does.

import { Command } from 'commander';
import { method, rpcTarget } from '../../servers/index.js';
import {
  bindAddressFromArgs,
  type NetworkArgs,
  parseArgs,
  simpleNetworkArgs,
  simpleServerLoop,
  sslConfigFromArgs,
} from '../index.js';

const command = new Command('server');
simpleNetworkArgs(command, 0, { ssl: true });
const args = parseArgs<NetworkArgs & { port: number }>(command);
await simpleServerLoop({
  targets: {
    adder: rpcTarget({
      methods: [
        method('add(self, a: int, b: int) -> int', null, args => args.int('a') + args.int('b')),
      ],
    }),
  },
  description: 'adds',
  host: bindAddressFromArgs(args),
  port: args.port,
  ssl: sslConfigFromArgs(args),
  started: listeners => {
    for (const { host, port } of listeners) {
      console.log(`port ${port} of ${host}`);
    }
    console.log('ready');
  },
});
console.log('over');
