// A real jupyter_server with the bridge kernel of this checkout, for tests and benchmarks.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import {
  type ChannelPlace,
  KernelBridge,
  type KernelBridgeOptions,
  PlatformClock,
  type WebSocketConstructor,
} from '../index.js';

export const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url));
const TOKEN = 'test';
const STARTS_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 20_000;

export const PYTHON =
  process.env.LABWIRE_PYTHON ??
  [join(CHECKOUT, '.venv/bin/python'), join(CHECKOUT, '.venv/Scripts/python.exe')].find(
    existsSync,
  ) ??
  'python3';

export type JupyterOptions = {
  /** Lines of the bridge's traitlets configuration, e.g. `c.LabwireBridge.default = "ask"`. */
  readonly bridgeConfig?: string;
  /** More kernelspecs: name to argv. */
  readonly kernels?: { readonly [name: string]: readonly string[] };
  readonly serverArgs?: readonly string[];
};

/**
 * A port that nobody listens on, and that nobody gets by chance: systems give port 0, and the near end
 * of a connection, numbers from 32768 or 49152 on.
 */
export async function freePort(): Promise<number> {
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

/** One server with a home of its own. `stop` it, whatever happens. */
export class Jupyter {
  readonly port: number;
  readonly home: string;
  log = '';
  private _process: ChildProcess | null = null;

  private readonly _serverArgs: readonly string[];

  private constructor(home: string, port: number, serverArgs: readonly string[]) {
    this.home = home;
    this.port = port;
    this._serverArgs = serverArgs;
  }

  static async start(options: JupyterOptions = {}): Promise<Jupyter> {
    const home = mkdtempSync(join(tmpdir(), 'labwire-jupyter-'));
    for (const folder of ['config', 'data', 'runtime', 'work']) {
      mkdirSync(join(home, folder));
    }
    for (const [name, argv] of Object.entries(options.kernels ?? {})) {
      const folder = join(home, 'data', 'kernels', name);
      mkdirSync(folder, { recursive: true });
      const spec = { argv, display_name: name, language: 'labwire', interrupt_mode: 'message' };
      writeFileSync(join(folder, 'kernel.json'), JSON.stringify(spec));
    }
    if (options.bridgeConfig !== undefined) {
      writeFileSync(join(home, 'config', 'labwire_config.py'), options.bridgeConfig);
    }
    const jupyter = new Jupyter(home, await freePort(), options.serverArgs ?? []);
    try {
      await jupyter.restart();
    } catch (error) {
      await jupyter.stop();
      throw error;
    }
    return jupyter;
  }

  readonly token = TOKEN;

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  get pid(): number {
    return this._process?.pid ?? 0;
  }

  /** Start the server on its port; it must not run. */
  async restart(): Promise<void> {
    const { home } = this;
    this.log = '';
    const child = spawn(
      PYTHON,
      [
        '-m',
        'jupyter_server',
        '--ServerApp.ip=127.0.0.1',
        `--ServerApp.port=${this.port}`,
        '--ServerApp.port_retries=0',
        '--ServerApp.open_browser=False',
        '--ServerApp.allow_root=True',
        `--ServerApp.root_dir=${join(home, 'work')}`,
        `--IdentityProvider.token=${TOKEN}`,
        ...this._serverArgs,
      ],
      {
        env: {
          ...process.env,
          PYTHONPATH: CHECKOUT,
          JUPYTER_PATH: join(CHECKOUT, 'jupyter-config'),
          JUPYTER_CONFIG_DIR: join(home, 'config'),
          JUPYTER_DATA_DIR: join(home, 'data'),
          JUPYTER_RUNTIME_DIR: join(home, 'runtime'),
          JUPYTER_NO_CONFIG: '',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this._process = child;
    const started = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(this.log)), STARTS_WITHIN_MS);
      const hear = (chunk: Buffer) => {
        this.log += chunk;
        if (this.log.includes(`http://127.0.0.1:${this.port}/`)) {
          clearTimeout(timer);
          resolve();
        }
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('exit', code => reject(new Error(`jupyter_server ended: ${code}\n${this.log}`)));
    });
    await started;
    while (!(await this.answers())) {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }

  /** Does the server answer? */
  async answers(): Promise<boolean> {
    return this.rest('GET', 'status').then(
      () => true,
      () => false,
    );
  }

  /** End the server and with it its kernels. Its home stays. */
  async halt(): Promise<void> {
    const child = this._process;
    this._process = null;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise(resolve => child.once('exit', resolve));
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
      await ended;
      clearTimeout(patience);
    }
  }

  async stop(): Promise<void> {
    await this.halt();
    rmSync(this.home, { recursive: true, force: true, maxRetries: 3 });
  }

  async rest(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.port}/api/${path}`, {
      method,
      headers: { Authorization: `token ${TOKEN}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${text}`);
    }
    return text === '' ? null : JSON.parse(text);
  }

  /** What the page does: one session `labwire` for all tabs. @returns the kernel's id. */
  async kernel(name = 'labwire'): Promise<string> {
    const session = (await this.rest('POST', 'sessions', {
      path: name,
      name,
      type: 'labwire',
      kernel: { name },
    })) as { kernel: { id: string } };
    return session.kernel.id;
  }

  async place(kernelId: string): Promise<ChannelPlace> {
    const wsUrl = `ws://127.0.0.1:${this.port}/api/kernels/${kernelId}/channels`;
    return { wsUrl, token: TOKEN };
  }

  /** A bridge on the session's kernel. Close it. */
  bridge(options: Partial<KernelBridgeOptions> = {}): KernelBridge {
    return new KernelBridge({
      locate: async () => this.place(await this.kernel()),
      WebSocket: WebSocket as unknown as WebSocketConstructor,
      clock: new PlatformClock(),
      sessionId: crypto.randomUUID(),
      ...options,
    });
  }
}
