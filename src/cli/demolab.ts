// `labwire demolab`: simulated instruments on a TCP port.

import { Command, InvalidArgumentError } from 'commander';
import { DemoLab } from '../demolab/index.js';
import { PlatformClock } from '../transports/index.js';
import { listenTcp } from '../transports/node/index.js';
import { DEFAULT_PORTS } from '../values/index.js';
import { print, stopSignal } from './output.js';

type Options = { readonly port: number; readonly bind: string };

export function demolabCommand(): Command {
  return new Command('demolab')
    .summary('start simulated instruments')
    .description(
      'Publish simulated instruments, shaped as ARTIQ does, until Ctrl-C.\n\n' +
        'Prints one address a line, then "ready".',
    )
    .option(
      '--port <number>',
      'TCP port; 0 lets the system pick one',
      port,
      DEFAULT_PORTS['sipyco+sync'] ?? 0,
    )
    .option('--bind <address>', 'address to listen on', '127.0.0.1')
    .action(demolab);
}

async function demolab({ port, bind }: Options): Promise<void> {
  const stopped = stopSignal();
  const lab = new DemoLab({ clock: new PlatformClock() });
  await lab.start(() => listenTcp({ host: bind, port }));
  for (const address of lab.addresses) {
    await print(reachable(address));
  }
  await print('ready');
  await stopped;
  await lab.stop();
}

/** Nobody can connect to "every interface": this computer's own address stands for it. */
function reachable(address: string): string {
  return address.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}

function port(text: string): number {
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number > 65535) {
    throw new InvalidArgumentError('It must be a number from 0 to 65535.');
  }
  return number;
}
