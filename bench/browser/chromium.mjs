// A Chromium that measures: one plain process, no test driver on its wires.
//
// A driver copies every websocket frame to itself, which caps a page at 75 MB/s. So nothing is
// attached here: the page fetches its job from a small server of ours, runs it and posts the result,
// then loads itself anew for the next job. Every job begins with a fresh document and fresh workers.

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/chromium.mjs';
import { DevTools } from './devtools.mjs';
import { guard } from './guard.mjs';

const JOB_LIMIT_MS = 60_000;
const PATIENCE_MS = 5000; // for a browser that was asked to end
const BODY_LIMIT = 64 * 1024 * 1024;

const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css' };

/** The page asks for `job`, hands it to `jobs.js`, posts what came of it, and begins anew. */
const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>bench</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="page.css"></head>
<body><div id="place"></div><script type="module">
const post = result => fetch('result', { method: 'POST', body: JSON.stringify(result) });
const words = reason => String(reason?.stack ?? reason);
addEventListener('error', event => post({ failure: words(event.error ?? event.message) }));
addEventListener('unhandledrejection', event => post({ failure: words(event.reason) }));
const { run } = await import('./jobs.js');
const job = await (await fetch('job')).json();
await post(await run(job).then(value => ({ value }), reason => ({ failure: words(reason) })));
location.reload();
</script></body></html>`;

/** A browser and the server that it gets everything from. `close` it, whatever happens. */
export class Browser {
  /**
   * @param {Record<string, string | Uint8Array>} files - what the page may fetch, by name; `jobs.js`
   *   exports `run(job)`, `page.css` is its style.
   * @param {{size?: readonly [number, number], devtools?: boolean}} options - `size`: of the window, CSS
   *   px; `devtools`: with the pipe of `browser.devtools`.
   */
  static async open(files, options = {}) {
    const browser = new Browser({ 'index.html': PAGE, 'page.css': '', ...files }, options);
    try {
      await browser._start();
    } catch (error) {
      await browser.close();
      throw error;
    }
    return browser;
  }

  constructor(files, { size = [1280, 900], devtools = false }) {
    this._files = files;
    this._size = size;
    this._hasDevTools = devtools;
    /** The browser's own tools; null where they were not asked for. */
    this.devtools = null;
    this._queue = []; // jobs that wait for a page
    this._waiting = []; // pages that wait for a job
    this._running = null;
    this._stderr = '';
  }

  /** Of the page, e.g. for a server that must let it in. */
  get origin() {
    return `http://127.0.0.1:${this._server.address().port}`;
  }

  /** The process that all others of the browser come from. */
  get pid() {
    return this._child.pid;
  }

  /**
   * @param {(question: string) => unknown} answer - what the page is told that POSTs `ask`, as JSON: the
   *   clock of what a page cannot measure of itself.
   * @returns what `run(job)` in the page resolved with. @throws {Error} with the page's own words.
   */
  run(job, answer = null) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this._settle({ failure: `the page did not answer within ${JOB_LIMIT_MS / 1000} s` });
      }, JOB_LIMIT_MS);
      this._running = { resolve, reject, timer, answer };
      this._queue.push(job);
      this._match();
    });
  }

  async close() {
    const child = this._child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise(resolve => child.once('exit', resolve));
      this._signal('SIGTERM');
      const timer = setTimeout(() => this._signal('SIGKILL'), PATIENCE_MS);
      await ended;
      clearTimeout(timer);
    }
    this._unguard?.();
    this._server?.closeAllConnections();
    this._server?.close();
    if (this._profile !== undefined) {
      await rm(this._profile, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  async _start() {
    this._server = createServer((request, response) => this._answer(request, response));
    await new Promise((resolve, reject) => {
      this._server.once('error', reject);
      this._server.listen(0, '127.0.0.1', resolve);
    });
    this._profile = await mkdtemp(join(tmpdir(), 'labwire-chromium-'));
    const { executablePath, env } = await findChromium();
    this._child = spawn(
      executablePath,
      [
        '--headless=new',
        ...CHROMIUM_ARGS,
        `--window-size=${this._size.join(',')}`,
        `--user-data-dir=${this._profile}`,
        ...(this._hasDevTools ? ['--remote-debugging-pipe'] : []),
        `${this.origin}/index.html`,
      ],
      // A group of its own: its helpers end with it, however it ends.
      {
        env,
        stdio: ['ignore', 'ignore', 'pipe', ...(this._hasDevTools ? ['pipe', 'pipe'] : [])],
        detached: process.platform !== 'win32',
      },
    );
    if (this._hasDevTools) {
      this.devtools = new DevTools(this._child.stdio[3], this._child.stdio[4]);
    }
    this._unguard = guard(() => {
      this._signal('SIGKILL');
      rmSync(this._profile, { recursive: true, force: true, maxRetries: 5 });
    });
    this._child.stderr.setEncoding('utf8').on('data', text => {
      this._stderr = (this._stderr + text).slice(-4000);
    });
    this._child.on('error', error => this._settle({ failure: error.message }));
    this._child.on('exit', code => {
      this._settle({ failure: `Chromium ended with ${code}: ${this._stderr.trim()}` });
    });
  }

  _signal(name) {
    try {
      process.kill(process.platform === 'win32' ? this._child.pid : -this._child.pid, name);
    } catch (error) {
      if (error.code !== 'ESRCH') {
        throw error;
      }
    }
  }

  _settle({ value, failure }) {
    const running = this._running;
    if (running !== null) {
      this._running = null;
      clearTimeout(running.timer);
      if (failure === undefined) {
        running.resolve(value);
      } else {
        running.reject(new Error(failure));
      }
    }
  }

  _match() {
    while (this._queue.length > 0 && this._waiting.length > 0) {
      const response = this._waiting.shift();
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(this._queue.shift()));
    }
  }

  async _answer(request, response) {
    const name = new URL(request.url, this.origin).pathname.slice(1);
    if (name === 'job') {
      this._waiting.push(response);
      response.on('close', () => {
        this._waiting = this._waiting.filter(other => other !== response);
      });
      this._match();
    } else if (name === 'ask' && request.method === 'POST') {
      const answer = await this._running?.answer?.(await bodyOf(request));
      response.end(JSON.stringify(answer ?? null));
    } else if (name === 'result' && request.method === 'POST') {
      this._settle(JSON.parse(await bodyOf(request)));
      response.end();
    } else if (Object.hasOwn(this._files, name)) {
      response.setHeader('content-type', TYPES[name.split('.').pop()] ?? 'text/plain');
      response.end(this._files[name]);
    } else {
      response.statusCode = 404;
      response.end();
    }
  }
}

async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_LIMIT) {
      throw new Error(`a result of more than ${BODY_LIMIT} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
