// A real jupyter_server with the bridge kernel of this checkout, in a home of its own.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../../scripts/ports.mjs';
import { python } from '../../scripts/setup.mjs';
import { root } from '../../scripts/steps.mjs';
import { guard } from './guard.mjs';

const STARTS_WITHIN_MS = 60_000;

/** `stop` it, whatever happens. */
export class Jupyter {
  /**
   * @param {{origin?: string, module?: string, paths?: string, kernels?: Record<string, string[]>,
   *   settings?: Record<string, object>}} options -
   *   `origin`: a page of another server that may open websockets; `module`: `jupyter_server` (default)
   *   or `jupyterlab`; `paths`: where data files are looked for (JUPYTER_PATH); `kernels`: the command
   *   lines of more kernels, by name; `settings`: of JupyterLab's plugins, by `package/plugin`.
   */
  static async start(options = {}) {
    const jupyter = new Jupyter(await freePort());
    try {
      await jupyter._start(options);
    } catch (error) {
      await jupyter.stop();
      throw error;
    }
    return jupyter;
  }

  constructor(port) {
    this.url = `http://127.0.0.1:${port}`;
    this.token = randomBytes(24).toString('hex');
    this.port = port;
    this._home = mkdtempSync(join(tmpdir(), 'labwire-jupyter-'));
    this._log = '';
  }

  /** What the page's `openChannel` answers: the bridge kernel of the one session for all tabs. */
  async channel() {
    const name = 'labwire';
    const session = await this._rest('POST', 'sessions', {
      path: name,
      name,
      type: name,
      kernel: { name },
    });
    const kernelId = session.kernel.id;
    return { ...this._placeOf(kernelId), kernelId };
  }

  /** Start a kernel that no session names. @returns where its channel is. */
  async kernel(name) {
    const { id } = await this._rest('POST', 'kernels', { name });
    return { id, place: this._placeOf(id) };
  }

  get pid() {
    return this._child.pid;
  }

  /** End the server, and with it its kernels. */
  async stop() {
    const child = this._child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise(resolve => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    this._unguard?.();
    rmSync(this._home, { recursive: true, force: true, maxRetries: 5 });
  }

  _placeOf(kernelId) {
    const wsUrl = `ws://127.0.0.1:${this.port}/api/kernels/${kernelId}/channels`;
    return { wsUrl, token: this.token };
  }

  async _start({
    origin,
    module = 'jupyter_server',
    paths = join(root, 'jupyter-config'),
    kernels = {},
    settings = {},
  }) {
    const home = this._home;
    for (const folder of ['config', 'data', 'runtime', 'work', 'workspaces', 'settings']) {
      mkdirSync(join(home, folder));
    }
    for (const [name, argv] of Object.entries(kernels)) {
      const folder = join(home, 'data/kernels', name);
      mkdirSync(folder, { recursive: true });
      const spec = { argv, display_name: name, language: 'none', interrupt_mode: 'message' };
      writeFileSync(join(folder, 'kernel.json'), JSON.stringify(spec));
    }
    for (const [plugin, values] of Object.entries(settings)) {
      const file = join(home, 'settings', `${plugin}.jupyterlab-settings`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(values));
    }
    const lines = [
      ...['c.ServerApp.ip = "127.0.0.1"', `c.ServerApp.port = ${this.port}`],
      ...['c.ServerApp.port_retries = 0', 'c.ServerApp.open_browser = False'],
      `c.ServerApp.allow_root = ${process.getuid?.() === 0 ? 'True' : 'False'}`,
      `c.ServerApp.root_dir = ${JSON.stringify(join(home, 'work'))}`,
      ...(origin === undefined ? [] : [`c.ServerApp.allow_origin = ${JSON.stringify(origin)}`]),
      'c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"',
      'c.LabApp.news_url = None',
    ];
    writeFileSync(join(home, 'config/jupyter_server_config.py'), `${lines.join('\n')}\n`);
    this._child = spawn(python, ['-m', module], {
      cwd: join(home, 'work'),
      env: {
        ...process.env,
        PYTHONPATH: root,
        JUPYTER_TOKEN: this.token,
        JUPYTER_PATH: paths,
        JUPYTER_CONFIG_DIR: join(home, 'config'),
        JUPYTER_DATA_DIR: join(home, 'data'),
        JUPYTER_RUNTIME_DIR: join(home, 'runtime'),
        JUPYTERLAB_WORKSPACES_DIR: join(home, 'workspaces'),
        JUPYTERLAB_SETTINGS_DIR: join(home, 'settings'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const child = this._child;
    this._unguard = guard(() => child.kill('SIGTERM'));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', text => {
        this._log = (this._log + text).slice(-4000);
      });
    }
    let fault = null;
    child.once('error', error => {
      fault = error.message;
    });
    child.once('exit', code => {
      fault = `exit code ${code}: ${this._log.trim()}`;
    });
    const end = performance.now() + STARTS_WITHIN_MS;
    while (!(await this._answers())) {
      if (fault !== null || performance.now() > end) {
        throw new Error(`${module} did not start: ${fault ?? this._log.trim()}`);
      }
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }

  async _answers() {
    try {
      await this._rest('GET', 'status');
      return true;
    } catch {
      return false; // nobody listens yet
    }
  }

  async _rest(method, path, body) {
    const response = await fetch(`${this.url}/api/${path}`, {
      method,
      headers: { Authorization: `token ${this.token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    }
    return response.json();
  }
}
