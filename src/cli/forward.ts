// `labwire forward`: what a program prints, as records of a log server.

import { createInterface } from 'node:readline';
import { Command, InvalidArgumentError } from 'commander';
import { LogForwarder } from '../clients/index.js';
import { type NetworkArgs, sslArgs, sslConfigFromArgs } from '../node/index.js';
import { LogParser } from '../protocols/sipyco/index.js';
import { PlatformClock } from '../transports/index.js';
import { connectTcp } from '../transports/node/index.js';
import { DEFAULT_PORTS, isLabwireError } from '../values/index.js';
import { Failure } from './failure.js';
import { levelOption } from './logd.js';
import { remark, stopSignal } from './output.js';
import { port } from './port.js';

type Options = Pick<NetworkArgs, 'ssl'> & { readonly source: string; readonly level: number };

const DEFAULT_PORT = DEFAULT_PORTS['sipyco+log'] ?? 0;
const GOODBYE_MS = 5000; // for what waits when the input has ended and the server is away
const QUEUE_SIZE = 1000; // SiPyCo's own

export function forwardCommand(): Command {
  const command = new Command('forward')
    .summary('send what a program prints to a log server')
    .description(
      'Read lines from standard input and forward them to a log server: my_program 2>&1 | labwire\n' +
        'forward --source my_program 127.0.0.1\n\n' +
        'A line as Python logs it, "WARNING:name:message", keeps its level; "INFO<3>:name:message" takes\n' +
        'two more lines with it; any other is of level INFO. A server that is slow makes the program wait.\n' +
        'While it is away 1000 records wait; those that come then are lost. Exit code 1 if any was.',
    )
    .argument('<server>', 'host name or address')
    .argument('[port]', 'TCP port', port, DEFAULT_PORT)
    .requiredOption('--source <name>', 'who says it, without a colon', source)
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
  let isStopped = false;
  let wake = () => {};
  const forwarder = new LogForwarder({
    clock,
    connect: to => connectTcp({ host, port: portNumber, ssl, ...to }),
    queueSize: QUEUE_SIZE,
    statusCb: status => {
      if (status.state !== state && (status.state === 'failed' || status.state === 'stale')) {
        remark(`${status.fault?.message ?? status.state}; trying again`);
      }
      state = status.state;
      wake();
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
  void stopped.then(() => {
    isStopped = true;
    lines.close();
    wake();
  });
  let unreadCount = 0;
  for await (const line of lines) {
    try {
      parser.lineInput(line);
    } catch (error) {
      if (!isLabwireError(error, 'LimitError')) {
        throw error;
      }
      unreadCount += 1;
      remark(error.message);
    }
    // A server that is there is waited for, as every reader of a pipe is; one that is away is not.
    const isThere = () => state === 'connecting' || state === 'live';
    while (forwarder.queuedCount > QUEUE_SIZE / 2 && isThere() && !isStopped) {
      const woken = new Promise<void>(resolve => {
        wake = resolve;
      });
      await Promise.race([forwarder.flushed(), woken]);
    }
  }
  if (parser.missingLines > 0) {
    unreadCount += 1;
    remark('the input ended inside a record, before all of the lines that it announced');
  }
  let impatient = () => {};
  const patience = new Promise<void>(resolve => {
    impatient = resolve;
  });
  const timer = clock.after(GOODBYE_MS, impatient);
  await Promise.race([forwarder.flushed(), patience, stopped]);
  timer.cancel(); // the process would wait for it
  await forwarder.close();
  const { uncertainCount } = forwarder;
  const lostCount = forwarder.lostCount + unreadCount;
  if (lostCount + uncertainCount > 0) {
    throw new Failure(
      `${lostCount} records were lost, and of ${uncertainCount} more nobody knows`,
      'Check that the log server runs, and that every record of the program is whole.',
    );
  }
}

/** @throws {InvalidArgumentError} it would end where its colon is. */
function source(text: string): string {
  if (/[:\r\n]/.test(text)) {
    throw new InvalidArgumentError('It cannot hold a colon or a line break.');
  }
  return text;
}
