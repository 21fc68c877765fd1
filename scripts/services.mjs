// Programs that run beside a script for as long as it wants: the demo lab and JupyterLab. Each has a
// process group of its own, so that Ctrl-C reaches the script alone and it can end them in order.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from './ports.mjs';
import { python } from './setup.mjs';
import { root, StepError } from './steps.mjs';

const PATIENCE_MS = 10_000; // for a program that was asked to end

/** A program with its log in .cache/; `name` is for people and for the log's file name. */
class Service {
  /** Resolves with its exit code when it ends. */
  ended;

  constructor(name, command, args, env) {
    mkdirSync(path.join(root, '.cache'), { recursive: true });
    this.name = name;
    this.logFile = path.join(root, '.cache', `${name}.log`);
    const log = createWriteStream(this.logFile);
    this._child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    this._child.stdout.pipe(log, { end: false });
    this._child.stderr.pipe(log, { end: false });
    this.stdout = this._child.stdout.setEncoding('utf8');
    this.ended = new Promise(resolve => {
      this._child.on('error', () => resolve(-1));
      this._child.on('close', code => log.end(() => resolve(code ?? -1)));
    });
  }

  /** What to throw when it ended by itself. */
  fault(code) {
    const log = readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
    return new StepError(`${this.name} ended with exit code ${code}:\n${log}`);
  }

  /** Ask it to end, and end it with all its children when it does not. */
  async stop() {
    this._signal('SIGTERM');
    const timer = setTimeout(() => this._signal('SIGKILL'), PATIENCE_MS);
    await this.ended;
    clearTimeout(timer);
  }

  _signal(signal) {
    if (this._child.pid === undefined || this._child.exitCode !== null) {
      return;
    }
    if (process.platform === 'win32') {
      this._child.kill(signal);
    } else {
      process.kill(-this._child.pid, signal);
    }
  }
}

/**
 * The demo lab: a publisher of datasets on a loopback port, 3250 when it is free.
 * @returns {Promise<{service: Service, address: string}>} once it accepts subscribers
 */
export async function startDemolab() {
  const port = await freePort(3250);
  const service = new Service('demolab', process.execPath, [
    ...[path.join(root, 'dist/cli.mjs'), 'demolab', '--port', String(port)],
  ]);
  let said = '';
  const ready = new Promise(resolve => {
    service.stdout.on('data', text => {
      said += text;
      if (/^ready$/m.test(said)) {
        resolve();
      }
    });
  });
  const ended = await Promise.race([ready, service.ended]);
  if (ended !== undefined) {
    throw service.fault(ended);
  }
  const lines = said.split('\n');
  const address = lines.find(line => /^sipyco\+sync:.*\/datasets$/.test(line));
  const controllers = lines.find(line => /^sipyco\+rpc:.*\/siggen$/.test(line));
  if (address === undefined || controllers === undefined) {
    await service.stop();
    throw new StepError(`the demo lab named no datasets or no controllers: ${said.trim()}`);
  }
  return { service, address, controllers: controllers.replace(/\/siggen$/, '') };
}

/**
 * JupyterLab on loopback with a token of its own, no browser opened, and a configuration of its own
 * in .cache/: what the user has set up for his own Jupyter neither helps nor hinders.
 *
 * @param {{name: string, env?: object, port?: number, folder?: string, isFresh?: boolean}} options -
 *   `isFresh`: nothing is left of what was done in the one of this name before.
 * @returns {Promise<{service: Service, url: string, token: string}>} once it answers
 */
export async function startJupyterLab({
  name,
  env = {},
  port: preferred = 8888,
  folder = root,
  isFresh = false,
}) {
  const home = path.join(root, '.cache', name);
  if (isFresh) {
    rmSync(home, { recursive: true, force: true });
  }
  quieten(path.join(home, 'settings'));
  const port = await freePort(preferred);
  const token = randomBytes(24).toString('hex');
  const service = new Service(
    name,
    python,
    [
      ...['-m', 'jupyterlab', '--no-browser', '--ip=127.0.0.1', `--port=${port}`],
      ...['--ServerApp.port_retries=0', `--ServerApp.root_dir=${folder}`],
      ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
    ],
    {
      JUPYTER_TOKEN: token, // in the environment: a command line can be read by other users
      JUPYTER_CONFIG_DIR: path.join(home, 'config'),
      JUPYTER_DATA_DIR: path.join(home, 'data'),
      JUPYTER_RUNTIME_DIR: path.join(home, 'runtime'),
      JUPYTERLAB_SETTINGS_DIR: path.join(home, 'settings'),
      JUPYTERLAB_WORKSPACES_DIR: path.join(home, 'workspaces'),
      IPYTHONDIR: path.join(home, 'ipython'),
      ...env,
    },
  );
  const url = `http://127.0.0.1:${port}`;
  let ended;
  service.ended.then(code => {
    ended = code;
  });
  while (!(await answers(`${url}/api/status`, token))) {
    if (ended !== undefined) {
      throw service.fault(ended);
    }
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  return { service, url, token };
}

// No question about news, and no look for updates, on a page that is opened for the first time.
function quieten(settings) {
  const folder = path.join(settings, '@jupyterlab/apputils-extension');
  mkdirSync(folder, { recursive: true });
  const choice = { fetchNews: 'false', checkForUpdates: false };
  writeFileSync(path.join(folder, 'notification.jupyterlab-settings'), JSON.stringify(choice));
}

async function answers(url, token) {
  try {
    return (await fetch(url, { headers: { Authorization: `token ${token}` } })).ok;
  } catch {
    return false; // nobody listens yet
  }
}
