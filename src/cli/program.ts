// The command `labwire`: which commands there are, and how every one of them ends.
//
// Exit code 0: done, or stopped by Ctrl-C or by a closed pipe. 1: it failed, one message on stderr
// says what, where and what to try. 2: the command line was not understood.

import { Command, CommanderError } from 'commander';
import { platformBase64, useBase64 } from '../protocols/pyon/index.js';
import { broadcastCommand } from './broadcast.js';
import { demolabCommand } from './demolab.js';
import { explain, SaidFailure } from './failure.js';
import { forwardCommand } from './forward.js';
import { logdCommand } from './logd.js';
import { pyonCommand } from './pyon.js';
import { rpctoolCommand } from './rpctool.js';
import { inOneStyle } from './style.js';
import { watchCommand } from './watch.js';

const VERSION = process.env.LABWIRE_VERSION ?? 'development'; // the bundle has the number in its place

/** Run `labwire` with `args` (without node and script). @returns the exit code; never throws. */
export async function run(args: readonly string[]): Promise<number> {
  useBase64(platformBase64(globalThis));
  const program = new Command('labwire')
    .description('Watch lab instruments, call them, simulate them, and convert what they say.')
    .version(VERSION, '-V, --version', 'print the version')
    .enablePositionalOptions() // what stands behind a command is the command's
    .addCommand(demolabCommand())
    .addCommand(watchCommand())
    .addCommand(rpctoolCommand())
    .addCommand(logdCommand())
    .addCommand(forwardCommand())
    .addCommand(broadcastCommand())
    .addCommand(pyonCommand());
  [program, ...program.commands].forEach(inOneStyle);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed its message, or the help or version that was asked for.
      return error.exitCode === 0 ? 0 : 2;
    }
    if (!(error instanceof SaidFailure)) {
      process.stderr.write(`${explain(error)}\n`);
    }
    return 1;
  }
}
