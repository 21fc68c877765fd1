// `labwire demolab`: simulated instruments on TCP ports.

import { Command } from 'commander';
import { DEMO_SERVICES, DemoLab, type DemoService } from '../demolab/index.js';
import { PlatformClock } from '../transports/index.js';
import { listenTcp } from '../transports/node/index.js';
import { DEFAULT_PORTS, isLabwireError } from '../values/index.js';
import type { IListener } from '../wire/index.js';
import { print, stopSignal } from './output.js';
import { port } from './port.js';

type Options = { readonly port: number; readonly bind: string };

export function demolabCommand(): Command {
  return new Command('demolab')
    .summary('start simulated instruments')
    .description(
      'Publish simulated instruments and serve their controllers, shaped as ARTIQ does, until Ctrl-C.\n\n' +
        'Prints one address a line, then "ready".',
    )
    .option(
      '--port <number>',
      'TCP port of the datasets; controllers, broadcasts and log follow; 0: the system picks',
      port,
      DEFAULT_PORTS['sipyco+sync'] ?? 0,
    )
    .option('--bind <address>', 'address to listen on', '127.0.0.1')
    .action(demolab);
}

async function demolab({ port, bind }: Options): Promise<void> {
  const stopped = stopSignal();
  const lab = new DemoLab({ clock: new PlatformClock(), services: DEMO_SERVICES });
  await lab.start(service => listen(service, bind, port));
  for (const address of lab.addresses) {
    await print(reachable(address));
  }
  await print('ready');
  await stopped;
  await lab.stop();
}

/** A service at its place behind `port`. Only the first insists on it: the printed address tells where the others are. */
async function listen(service: DemoService, host: string, port: number): Promise<IListener> {
  const offset = DEMO_SERVICES.indexOf(service);
  if (port === 0 || offset === 0) {
    return listenTcp({ host, port });
  }
  if (port + offset > 65535) {
    return listenTcp({ host, port: 0 });
  }
  try {
    return await listenTcp({ host, port: port + offset });
  } catch (error) {
    if (!isLabwireError(error, 'ConnectError')) {
      throw error;
    }
    return listenTcp({ host, port: 0 });
  }
}

/** Nobody can connect to "every interface": this computer's own address stands for it. */
function reachable(address: string): string {
  return address.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
