// A program with SiPyCo's options, for commandline.spec: `argsprogram PARSER ARGUMENT…` prints what it
// understood as JSON.

import { Command } from 'commander';
import {
  bindAddressFromArgs,
  initLoggerFromArgs,
  type NetworkArgs,
  parseArgs,
  simpleNetworkArgs,
  type VerbosityArgs,
  verbosityArgs,
} from '../index.js';

const [parser, ...args] = process.argv.slice(2);
const command = new Command('demo');
verbosityArgs(command);
switch (parser) {
  case 'one port':
    simpleNetworkArgs(command, 3250);
    break;
  case 'one port with ssl':
    simpleNetworkArgs(command, 1064, { ssl: true });
    break;
  default:
    simpleNetworkArgs(command, [
      ['notify', 'notifications', 3250],
      ['control', 'control', 3251],
    ]);
}
const parsed = parseArgs<NetworkArgs & VerbosityArgs>(command, args);
console.log(
  JSON.stringify({
    parsed,
    bindAddress: bindAddressFromArgs(parsed),
    logLevel: initLoggerFromArgs(parsed),
  }),
);
