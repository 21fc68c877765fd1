// `labwire logd`: a log server that prints what programs forward to it.

import { Command, InvalidArgumentError, Option } from 'commander';
import {
  bindAddressFromArgs,
  listenOnAll,
  type NetworkArgs,
  simpleNetworkArgs,
  sslConfigFromArgs,
} from '../node/index.js';
import { encodeTree } from '../protocols/pyon/index.js';
import { LOG_LEVELS, type LogRecord, logRecordToValue, TRACE } from '../protocols/sipyco/index.js';
import { LogServer } from '../servers/index.js';
import { PlatformClock } from '../transports/index.js';
import { DEFAULT_PORTS } from '../values/index.js';
import { remark, stopSignal, write } from './output.js';

type Options = NetworkArgs & {
  readonly port: number;
  readonly level: number;
  readonly tree?: true;
};

export function logdCommand(): Command {
  const command = new Command('logd')
    .summary('take and print the logs of other programs')
    .description(
      'Be the log server that SiPyCo programs forward to, and print every record, until Ctrl-C.\n\n' +
        'One record a line: time, level, source, name and message; further lines are indented. Says\n' +
        '"ready" on standard error.',
    )
    .addOption(levelOption('leave out what is below it'))
    .option('--tree', 'print the exact JSON form of (level, source, time, "name:message")')
    .action(logd);
  simpleNetworkArgs(command, DEFAULT_PORTS['sipyco+log'] ?? 0, { ssl: true });
  return command;
}

async function logd(options: Options): Promise<void> {
  const stopped = stopSignal();
  const server = new LogServer({
    clock: new PlatformClock(),
    onRecord: record => {
      if (record.levelno >= options.level) {
        write(options.tree === true ? encodeTree(logRecordToValue(record)) : recordText(record));
      }
    },
    dropCb: (fault, endpoint) => remark(`${endpoint} was dropped: ${fault.message}`),
  });
  const ssl = sslConfigFromArgs(options);
  const listeners = await listenOnAll(bindAddressFromArgs(options), { port: options.port, ssl });
  for (const listener of listeners) {
    server.start(listener);
  }
  remark(`ready at ${listeners.map(({ endpoint }) => endpoint).join(' and ')}`);
  await stopped;
  await server.stop();
}

/** A record for people. What would move their cursor or colour their terminal is shown, not done. */
export function recordText({ timeNs = 0n, level: name, ...record }: LogRecord): string {
  const time = new Date(Number(timeNs / 1_000_000n)).toISOString();
  const text = `${name} ${record.source} ${record.name}: ${record.message}`;
  const safe = text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, control => {
    const code = control.charCodeAt(0).toString(16).padStart(2, '0');
    return `\\x${code}`;
  });
  return `${time} ${safe.replaceAll('\n', '\n    ')}`;
}

/** `--level NAME`: a number, TRACE by default. */
export function levelOption(description: string): Option {
  return new Option('--level <name>', description).argParser(level).default(TRACE, 'TRACE');
}

/** The number of a level by its name, in any case. @throws {InvalidArgumentError} */
function level(text: string): number {
  const number = LOG_LEVELS.get(text.toUpperCase());
  if (number === undefined) {
    throw new InvalidArgumentError(`It must be one of ${[...LOG_LEVELS.keys()].join(', ')}.`);
  }
  return number;
}
