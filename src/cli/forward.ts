// `labwire forward`: what a program prints, as records of a log server.

import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { LogForwarder } from '../clients/index.js';
import { type NetworkArgs, sslArgs, sslConfigFromArgs } from '../node/index.js';
import { LogParser } from '../protocols/sipyco/index.js';
import { PlatformClock } from '../transports/index.js';
import { connectTcp } from '../transports/node/index.js';
import { DEFAULT_PORTS } from '../values/index.js';
import { Failure } from './failure.js';
import { levelOption } from './logd.js';
import { remark, stopSignal } from './output.js';
import { port } from './port.js';

type Options = Pick<NetworkArgs, 'ssl'> & { readonly source: string; readonly level: number };

const DEFAULT_PORT = DEFAULT_PORTS['sipyco+log'] ?? 0;
const GOODBYE_MS = 5000; // for what waits when the input has ended and the server is away

export function forwardCommand(): Command {
  const command = new Command('forward')
    .summary('send what a program prints to a log server')
    .description(
      'Read lines from standard input and forward them to a log server: my_program 2>&1 | labwire\n' +
        'forward --source my_program 127.0.0.1\n\n' +
        'A line as Python logs it, "WARNING:name:message", keeps its level; "INFO<3>:name:message" takes\n' +
        'two more lines with it; any other is of level INFO. While the server is away 1000 records wait;\n' +
        'those that come then are lost. Exit code 1 if any was.',
    )
    .argument('<server>', 'host name or address')
    .argument('[port]', 'TCP port', port, DEFAULT_PORT)
    .requiredOption('--source <name>', 'who says it, without a colon')
    .addOption(levelOption('forward nothing below it'))
    .action(forward);
  sslArgs(command);
  return command;
}

async function forward(host: string, portNumber: number, options: Options): Promise<void> {
  const stopped = stopSignal();
  const clock = new PlatformClock();
  const ssl = sslConfigFromArgs(options);
  let state = '';
  const forwarder = new LogForwarder({
    clock,
    connect: to => connectTcp({ host, port: portNumber, ssl, ...to }),
    statusCb: status => {
      if (status.state !== state && (status.state === 'failed' || status.state === 'stale')) {
        remark(`${status.fault?.message ?? status.state}; trying again`);
      }
      state = status.state;
    },
  });
  const parser = new LogParser({
    sourceCb: () => options.source,
    recordCb: record => {
      if (record.levelno >= options.level) {
        forwarder.log(record);
      }
    },
  });
  forwarder.start();
  const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  void stopped.then(() => lines.close());
  for await (const line of lines) {
    parser.lineInput(line);
  }
  const patience = new Promise<void>(resolve => void clock.after(GOODBYE_MS, resolve));
  await Promise.race([forwarder.flushed(), patience, stopped]);
  await forwarder.close();
  const { lostCount, uncertainCount } = forwarder;
  if (lostCount + uncertainCount > 0) {
    throw new Failure(
      `${lostCount} records were lost, and of ${uncertainCount} more nobody knows`,
      'Check that the log server runs, and is as fast as the program.',
    );
  }
}
