// A jupyter_server of the bench's own: the bridge kernel of this checkout and the probe beside it.

import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { python } from '../../scripts/setup.mjs';
import { root } from '../../scripts/steps.mjs';

const TOKEN = 'bench';
const STARTS_WITHIN_MS = 60_000;

export async function freePort() {
  const server = createServer();
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise(resolve => server.close(resolve));
  return port;
}

/** `stop` it, whatever happens. */
export class Server {
  /** @param {string} origin - a page that may open websockets here, or ''. */
  static async start(origin = '') {
    const server = new Server();
    server.port = await freePort();
    server._home = await mkdtemp(join(tmpdir(), 'labwire-bench-'));
    const spec = join(server._home, 'data/kernels/probe');
    await mkdir(spec, { recursive: true });
    await mkdir(join(server._home, 'work'));
    const argv = ['python', join(root, 'tests/peers/probe_kernel.py'), '-f', '{connection_file}'];
    const kernel = { argv, display_name: 'probe', language: 'none', interrupt_mode: 'message' };
    await writeFile(join(spec, 'kernel.json'), JSON.stringify(kernel));
    try {
      await server._run(origin);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get pid() {
    return this._child.pid;
  }

  /** Start a kernel. @returns where its channel is, and its process. */
  async kernel(name) {
    const { id } = await this._rest('POST', 'kernels', { name });
    const place = {
      wsUrl: `ws://127.0.0.1:${this.port}/api/kernels/${id}/channels`,
      token: TOKEN,
    };
    return { id, place };
  }

  async stop() {
    const child = this._child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise(resolve => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    process.off('exit', this._guard);
    await rm(this._home, { recursive: true, force: true, maxRetries: 3 });
  }

  async _run(origin) {
    const home = this._home;
    const child = spawn(
      python,
      [
        '-m',
        'jupyter_server',
        '--ServerApp.ip=127.0.0.1',
        `--ServerApp.port=${this.port}`,
        '--ServerApp.port_retries=0',
        '--ServerApp.open_browser=False',
        '--ServerApp.allow_root=True',
        `--ServerApp.allow_origin=${origin}`,
        `--ServerApp.root_dir=${join(home, 'work')}`,
        `--IdentityProvider.token=${TOKEN}`,
      ],
      {
        env: {
          ...process.env,
          PYTHONPATH: root,
          JUPYTER_PATH: join(root, 'jupyter-config'),
          JUPYTER_CONFIG_DIR: join(home, 'config'),
          JUPYTER_DATA_DIR: join(home, 'data'),
          JUPYTER_RUNTIME_DIR: join(home, 'runtime'),
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    this._child = child;
    this._guard = () => child.kill('SIGKILL');
    process.once('exit', this._guard);
    let log = '';
    child.stderr.setEncoding('utf8').on('data', text => {
      log = (log + text).slice(-4000);
    });
    const until = performance.now() + STARTS_WITHIN_MS;
    while (!(await this._rest('GET', 'status').catch(() => null))) {
      if (child.exitCode !== null || performance.now() > until) {
        throw new Error(`jupyter_server does not start: ${log.trim()}`);
      }
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }

  async _rest(method, path, body) {
    const response = await fetch(`http://127.0.0.1:${this.port}/api/${path}`, {
      method,
      headers: { Authorization: `token ${TOKEN}` },
      body: body && JSON.stringify(body),
    });
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    }
    return response.json();
  }
}
