// How every command explains itself, and what becomes of a command line that is not understood.

import type { Command } from 'commander';

/** The same `--help` for all; errors are thrown, for `run` to make exit codes of them. */
export function inOneStyle(command: Command): Command {
  return command
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .showHelpAfterError('Run it with --help to see what it takes.')
    .configureHelp({ helpWidth: 96 });
}
