// Programs that a test talks to. Each is ended by its own id when the test is over.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** The demo lab on a loopback port: what `npx labwire demolab` starts. */
export class Demolab {
  private constructor(
    private readonly _child: ChildProcess,
    readonly address: string,
    readonly port: number,
    readonly rpcPort: number,
  ) {}

  /** @param port - 0: any free one. @returns once it accepts subscribers. */
  static async start(port = 0): Promise<Demolab> {
    const cli = path.join(root, 'dist/cli.mjs');
    const child = spawn(process.execPath, [cli, 'demolab', '--port', String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (/^ready$/m.test(said)) {
          resolve();
        }
      });
      child.on('exit', code => reject(new Error(`the demo lab ended with ${code}: ${said}`)));
    });
    const address = /^sipyco\+sync:\/\/127\.0\.0\.1:(\d+)\/datasets$/m.exec(said);
    const [, rpcPort] = /^sipyco\+rpc:\/\/127\.0\.0\.1:(\d+)\/dataset_db$/m.exec(said) ?? [];
    if (address === null || rpcPort === undefined) {
      child.kill('SIGKILL');
      throw new Error(`the demo lab named no address: ${said}`);
    }
    return new Demolab(child, address[0], Number(address[1]), Number(rpcPort));
  }

  /** On ports that follow each other: started again at its `port`, all of it is where it was. */
  static async startInRow(): Promise<Demolab> {
    for (;;) {
      const first = await Demolab.start();
      await first.kill();
      const lab = await Demolab.start(first.port);
      if (lab.rpcPort === lab.port + 1) {
        return lab;
      }
      await lab.kill(); // something else has the port behind it
    }
  }

  /** Set a dataset, a Python expression, as a dashboard does. */
  async setDataset(name: string, value: string): Promise<void> {
    const cli = path.join(root, 'dist/cli.mjs');
    const call = ['call', '-t', 'dataset_db', 'set', `"${name}"`, value];
    await promisify(execFile)(process.execPath, [
      cli,
      'rpctool',
      '127.0.0.1',
      String(this.rpcPort),
      ...call,
    ]);
  }

  get pid(): number {
    return this._child.pid ?? 0;
  }

  /** End it without a farewell, as a crash does. */
  async kill(): Promise<void> {
    if (this._child.exitCode === null && this._child.signalCode === null) {
      const ended = new Promise(resolve => this._child.once('exit', resolve));
      this._child.kill('SIGKILL');
      await ended;
    }
  }
}

/** Something that listens and is no SiPyCo server: it greets like an instrument of another kind. */
export async function startStranger(): Promise<{ port: number; stop: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write('HP 34401A ready\r\n');
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    stop: () =>
      new Promise(resolve => {
        for (const socket of sockets) {
          socket.destroy();
        }
        server.close(() => resolve());
      }),
  };
}
