// A Jupyter server of a test's own, which it may end and start again.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const root = path.resolve(folder, '..');
const own = path.join(root, '.venv/bin/python');

export const python = existsSync(own) ? own : 'python3';

export class OwnServer {
  private _child: ChildProcess | null = null;

  private constructor(
    readonly home: string,
    readonly port: number,
  ) {}

  /** @param bridgeArgv - what the bridge kernel's command is instead of the real one. */
  static async start(bridgeArgv?: readonly string[]): Promise<OwnServer> {
    const home = mkdtempSync(path.join(tmpdir(), 'labwire-own-'));
    for (const name of ['config', 'data', 'runtime', 'notebooks', 'workspaces', 'settings']) {
      mkdirSync(path.join(home, name));
    }
    if (bridgeArgv !== undefined) {
      const kernel = path.join(home, 'first/kernels/labwire');
      mkdirSync(kernel, { recursive: true });
      const spec = { argv: bridgeArgv, display_name: 'Wire bridge (Labwire)', language: 'labwire' };
      writeFileSync(path.join(kernel, 'kernel.json'), JSON.stringify(spec));
    }
    const server = new OwnServer(home, await freePort());
    await server.run();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Start it on its port. @returns once it answers. */
  async run(): Promise<void> {
    // Labwire comes from where the server of all tests has it: the checkout, or what is installed.
    const isInstalled = process.env.LABWIRE_UI_FROM === 'installed';
    const checkout = path.join(process.env.LABWIRE_UI_HOME ?? '', 'checkout');
    const child = spawn(python, ['-m', 'jupyterlab', '--config', 'jupyter_server_test_config.py'], {
      cwd: folder,
      stdio: 'ignore',
      env: {
        ...process.env,
        JUPYTER_PATH: [path.join(this.home, 'first'), ...(isInstalled ? [] : [checkout])].join(
          path.delimiter,
        ),
        PYTHONPATH: isInstalled ? '' : root,
        JUPYTER_CONFIG_DIR: path.join(this.home, 'config'),
        JUPYTER_DATA_DIR: path.join(this.home, 'data'),
        JUPYTER_RUNTIME_DIR: path.join(this.home, 'runtime'),
        JUPYTERLAB_GALATA_ROOT_DIR: path.join(this.home, 'notebooks'),
        IPYTHONDIR: path.join(this.home, 'ipython'),
        LABWIRE_UI_PORT: String(this.port),
        LABWIRE_UI_HOME: this.home,
      },
    });
    this._child = child;
    for (;;) {
      const answer = await fetch(`${this.url}/api/status`).catch(() => null);
      if (answer?.ok === true) {
        return;
      }
      if (child.exitCode !== null) {
        throw new Error(`the Jupyter server ended with ${child.exitCode}`);
      }
      await new Promise(resolve => setTimeout(resolve, 200)); // it has no other sign of readiness
    }
  }

  /** End it as a person does, with its kernels; it is killed where it takes longer than they would. */
  async end(): Promise<void> {
    const child = this._child;
    this._child = null;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise(resolve => child.once('exit', resolve));
      child.kill('SIGTERM');
      // A server that was restarting a dying kernel may wait for it without end.
      const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(patience);
    }
  }

  async remove(): Promise<void> {
    await this.end();
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Below the numbers that systems give away by themselves, so that nobody else gets it by chance. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 16_384 + Math.floor(Math.random() * 16_384);
    const server = createServer();
    const isFree = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) {
      return port;
    }
  }
}
