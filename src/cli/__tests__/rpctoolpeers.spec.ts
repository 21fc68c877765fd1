// rpctool where it needs more than a pipe: at a terminal, and through TLS.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { method, RpcServer, rpcTarget } from '../../servers/index.js';
import { listenTcp, SimpleSSLConfig } from '../../transports/node/index.js';
import { labwire } from './child.js';
import { serveLab } from './labtargets.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BUNDLE = path.join(ROOT, 'dist/cli.mjs');
const PYTHON = path.join(ROOT, '.venv/bin/python');
const folder = mkdtempSync(path.join(tmpdir(), 'labwire-rpctool-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function missing(modules: string): string | false {
  return spawnSync(PYTHON, ['-c', `import ${modules}`]).status === 0
    ? false
    : `skipped: no .venv here with ${modules}`;
}

/** `labwire` at a terminal, with a state folder of the test's own. */
class Terminal {
  shown = '';
  private readonly _process;
  private readonly _ended: Promise<unknown[]>;

  constructor(args: readonly string[]) {
    const program = path.join(ROOT, 'tests/peers/terminal.py');
    this._process = spawn(PYTHON, [program, process.execPath, BUNDLE, ...args], {
      env: { ...process.env, XDG_STATE_HOME: folder, TERM: 'xterm' },
    });
    this._process.stdout.setEncoding('utf8').on('data', text => {
      this.shown += text;
    });
    this._ended = once(this._process, 'close');
    after(() => this._process.kill('SIGKILL'));
  }

  /** Type, and wait until `pattern` is in what is shown from then on. */
  async type(keys: string, pattern: RegExp): Promise<void> {
    this.shown = '';
    this._process.stdin.write(keys);
    await this.shows(pattern);
  }

  async shows(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.shown)) {
      const [event] = await Promise.race([
        once(this._process.stdout, 'data'),
        this._ended.then(() => [null]),
      ]);
      if (event === null && !pattern.test(this.shown)) {
        assert.fail(`it ended and never showed ${pattern}: ${JSON.stringify(this.shown)}`);
      }
    }
  }

  /** Ctrl-D, and the exit code. */
  async end(keys = '\x04'): Promise<unknown> {
    this._process.stdin.write(keys);
    return (await this._ended)[0];
  }
}

const PROMPT = /\(osc\) [^(]*$/;

describe('labwire rpctool at a terminal', { skip: missing('pty') }, () => {
  it('completes names, and finds lines of the last time', async () => {
    const { server, port } = await serveLab('one');
    after(() => server.stop());
    const args = ['rpctool', '127.0.0.1', String(port)];
    const first = new Terminal(args);
    await first.shows(PROMPT);
    await first.type('get_f\t', /get_freq/);
    await first.type('(1)\r', /2000000\.0\r\n[\s\S]*\(osc\) /);
    assert.equal(await first.end(), 0);
    const file = path.join(folder, 'labwire/rpctool_history');
    assert.equal(readFileSync(file, 'utf8'), 'get_freq(1)\n');
    assert.equal(statSync(file).mode & 0o777, 0o600);

    const second = new Terminal(args);
    await second.shows(PROMPT);
    await second.type('\x1b[A', /get_freq\(1\)/);
    await second.type('\r', /2000000\.0\r\n[\s\S]*\(osc\) /);
    assert.equal(await second.end('\x03'), 0, 'Ctrl-C at the prompt');
  });

  it('stops waiting for an answer at Ctrl-C', async () => {
    const forever = method('forever(self)', null, () => new Promise<null>(() => {}));
    const server = new RpcServer({ targets: { osc: rpcTarget({ methods: [forever] }) } });
    const listener = await listenTcp();
    server.start(listener);
    after(() => server.stop());
    const terminal = new Terminal(['rpctool', '127.0.0.1', String(listener.port)]);
    await terminal.shows(PROMPT);
    await terminal.type('forever()\r', /forever\(\)\r+\n/);
    await terminal.type(
      '\x03',
      /no longer waiting for the answer\r\n {2}the method may still run\r\n[\s\S]*\(osc\) /,
    );
    assert.equal(await terminal.end(), 0);
  });
});

describe('labwire rpctool --ssl', { skip: missing('trustme') }, () => {
  it('talks to a server behind TLS, and is turned away with the reason', async () => {
    const made = spawnSync(
      PYTHON,
      ['-m', 'tests.peers.tls_authority', folder, 'server', 'client', 'stranger'],
      { cwd: ROOT, encoding: 'utf8' },
    );
    assert.equal(made.status, 0, made.stderr);
    const files = (own: string, trusted: string) =>
      [`${own}.pem`, `${own}.key`, `${trusted}-ca.pem`].map(name => path.join(folder, name)) as [
        string,
        string,
        string,
      ];
    const echo = method('echo(self, x)', null, args => args.get('x'));
    const server = new RpcServer({ targets: { osc: rpcTarget({ methods: [echo] }) } });
    const ssl = new SimpleSSLConfig(...files('server', 'client'));
    const listener = await listenTcp({ ssl, reportError: () => {} });
    server.start(listener);
    after(() => server.stop());
    const place = ['127.0.0.1', String(listener.port)];
    const good = ['--ssl', ...files('client', 'server')];
    const call = ['call', 'echo', '{1: 2.5}'];
    const answer = { code: 0, stdout: '{1: 2.5}\n', stderr: '' };
    assert.deepEqual(await labwire(['rpctool', ...good, ...place, ...call]), answer);
    assert.deepEqual(await labwire(['rpctool', ...place, ...good, ...call]), answer);

    const bad = await labwire([
      'rpctool',
      '--ssl',
      ...files('stranger', 'server'),
      ...place,
      ...call,
    ]);
    assert.equal(bad.code, 1);
    assert.match(bad.stderr, /stranger\.pem/);
  });
});
