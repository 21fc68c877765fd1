// A TCP port on a command line.

import { InvalidArgumentError } from 'commander';

/** @throws {InvalidArgumentError} */
export function port(text: string): number {
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number > 65535) {
    throw new InvalidArgumentError('It must be a number from 0 to 65535.');
  }
  return number;
}
