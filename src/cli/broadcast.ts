// `labwire broadcast`: lines of standard input, as messages on a channel.

import { createInterface } from 'node:readline';
import { Command } from 'commander';
import {
  bindAddressFromArgs,
  listenOnAll,
  type NetworkArgs,
  simpleNetworkArgs,
  sslConfigFromArgs,
} from '../node/index.js';
import { decodeAny, type PyonVersion } from '../protocols/pyon/index.js';
import { Broadcaster } from '../servers/index.js';
import { DEFAULT_PORTS, isLabwireError } from '../values/index.js';
import { explain, SaidFailure } from './failure.js';
import { remark, stopSignal } from './output.js';

type Options = NetworkArgs & { readonly port: number; readonly old?: true };

export function broadcastCommand(): Command {
  const command = new Command('broadcast')
    .summary('broadcast values to whoever listens')
    .description(
      'Be a broadcast server, and send each line of standard input to all receivers of a channel.\n\n' +
        'A line is a Python literal or PYON of either version, such as 1.5, "text" or {"t": (1, 2)}. Ends with its input,\n' +
        'or with Ctrl-C. Says "ready" on standard error. Exit code 1 if a line could not be read.',
    )
    .argument('<channel>', 'its name')
    .option('--old', 'write PYON version 1, for receivers before SiPyCo 1.10')
    .action(broadcast);
  simpleNetworkArgs(command, DEFAULT_PORTS['sipyco+broadcast'] ?? 0, { ssl: true });
  return command;
}

async function broadcast(channel: string, options: Options): Promise<void> {
  const stopped = stopSignal();
  const pyon: PyonVersion = options.old === true ? 1 : 2;
  const broadcaster = new Broadcaster({ pyon });
  const ssl = sslConfigFromArgs(options);
  const listeners = await listenOnAll(bindAddressFromArgs(options), { port: options.port, ssl });
  for (const listener of listeners) {
    broadcaster.start(listener);
  }
  remark(`ready at ${listeners.map(({ endpoint }) => endpoint).join(' and ')}`);
  const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  void stopped.then(() => lines.close());
  let wrongCount = 0;
  for await (const line of lines) {
    try {
      broadcaster.broadcast(channel, decodeAny(line).value);
    } catch (error) {
      if (!isLabwireError(error)) {
        throw error;
      }
      wrongCount += 1;
      process.stderr.write(`${explain(error)}\n`);
    }
  }
  await broadcaster.stop();
  if (broadcaster.dropCount > 0) {
    remark(`${broadcaster.dropCount} messages were dropped for receivers that were too slow`);
  }
  if (wrongCount > 0) {
    throw new SaidFailure();
  }
}
