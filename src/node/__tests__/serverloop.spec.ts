// Whole server programs, in processes of their own.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { RpcClient } from '../../clients/index.js';
import { PlatformClock } from '../../transports/index.js';
import { missing, PYTHON, ROOT } from '../../transports/node/__tests__/pythonpeer.js';
import { connectTcp, listenTcp, SimpleSSLConfig } from '../../transports/node/index.js';
import { SignalHandler, simpleServerLoop } from '../index.js';

const PROGRAM = fileURLToPath(new URL('serverprogram.js', import.meta.url));
const hasIPv6 = Object.values(networkInterfaces()).some(all =>
  all?.some(({ address }) => address === '::1'),
);

/** The program, and where it listens. */
class ServerProgram {
  readonly process: ChildProcess;
  readonly ports: { readonly port: number; readonly host: string }[] = [];
  readonly ended: Promise<{ code: number; signal: string | null; rest: string; stderr: string }>;
  private readonly _ready: Promise<void>;

  constructor(...args: string[]) {
    this.process = spawn(process.execPath, [PROGRAM, ...args]);
    after(() => this.process.kill('SIGKILL'));
    const rest: string[] = [];
    let setReady = () => {};
    this._ready = new Promise(resolve => {
      setReady = resolve;
    });
    const lines = createInterface(this.process.stdout!).on('line', line => {
      const [, port, host] = /^port (\d+) of (.*)$/.exec(line) ?? [];
      if (port !== undefined && host !== undefined) {
        this.ports.push({ port: Number(port), host });
      } else if (line === 'ready') {
        setReady();
      } else {
        rest.push(line);
      }
    });
    const exit = once(this.process, 'close');
    const closed = once(lines, 'close');
    this.ended = text(this.process.stderr!).then(async stderr => {
      const [code, signal] = await exit;
      await closed;
      return { code, signal, rest: rest.join('\n'), stderr };
    });
  }

  async ready(): Promise<void> {
    const early = this.ended.then(end => assert.fail(`it ended early: ${JSON.stringify(end)}`));
    await Promise.race([this._ready, early]);
  }
}

async function added(host: string, port: number, ssl?: SimpleSSLConfig): Promise<RpcClient> {
  const client = new RpcClient({
    connect: options => connectTcp({ host, port, ssl, ...options }),
    clock: new PlatformClock(),
  });
  await client.connect({ deadlineMs: 30_000 });
  assert.equal(await client.call('add', [1n, 2n]), 3n);
  return client;
}

describe('simpleServerLoop', () => {
  for (const [signal, name] of [
    ['SIGINT', 'Ctrl-C'],
    ['SIGTERM', 'SIGTERM'],
    ['SIGHUP', 'SIGHUP'],
  ] as const) {
    it(`serves until ${signal}, and says so`, async () => {
      const program = new ServerProgram();
      await program.ready();
      const { host, port } = program.ports[0]!;
      const client = await added(host, port);
      program.process.kill(signal);
      assert.deepEqual(await program.ended, {
        code: 0,
        signal: null,
        rest: `\nCaught ${name}, terminating...\nover`,
        stderr: '',
      });
      await client.closeRpc();
    });
  }

  it('serves until a caller terminates it', async () => {
    const program = new ServerProgram();
    await program.ready();
    const client = await added('127.0.0.1', program.ports[0]!.port);
    assert.equal(client.getRpcId().description, 'adds');
    assert.equal(await client.call('terminate'), null);
    assert.deepEqual(await program.ended, { code: 0, signal: null, rest: 'over', stderr: '' });
    await client.closeRpc();
  });

  it('listens on both addresses of localhost, on one port', { skip: !hasIPv6 }, async () => {
    const program = new ServerProgram();
    await program.ready();
    const [first, second] = program.ports;
    assert.deepEqual([first?.host, second?.host], ['127.0.0.1', '::1']);
    assert.equal(first?.port, second?.port);
    await (await added('::1', first!.port)).closeRpc();
  });

  it('listens everywhere, IPv4 too', async () => {
    const program = new ServerProgram('--bind', '*');
    await program.ready();
    assert.equal(program.ports.length, 1);
    await (await added('127.0.0.1', program.ports[0]!.port)).closeRpc();
  });

  it('speaks TLS', { skip: missing('trustme') }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'labwire-loop-'));
    after(() => rmSync(folder, { recursive: true }));
    const made = spawnSync(
      PYTHON,
      ['-m', 'tests.peers.tls_authority', folder, 'server', 'client'],
      {
        cwd: ROOT,
        encoding: 'utf8',
      },
    );
    assert.equal(made.status, 0, made.stderr);
    const file = (name: string) => path.join(folder, name);
    const program = new ServerProgram(
      ...['--ssl', file('server.pem'), file('server.key'), file('client-ca.pem')],
    );
    await program.ready();
    const ssl = new SimpleSSLConfig(file('client.pem'), file('client.key'), file('server-ca.pem'));
    await (await added('127.0.0.1', program.ports[0]!.port, ssl)).closeRpc();
  });

  // Other systems have one loopback address.
  const linux = process.platform === 'linux' ? {} : { skip: 'not Linux' };
  it('listens on all of its addresses, or ends', linux, async () => {
    const taken = await listenTcp();
    const options = { targets: {}, port: taken.port };
    const before = process.listenerCount('SIGINT');
    await assert.rejects(simpleServerLoop({ ...options, host: ['127.0.0.2', '127.0.0.1'] }), {
      name: 'ConnectError',
      message: `127.0.0.1:${taken.port} is in use (EADDRINUSE)`,
    });
    await assert.rejects(simpleServerLoop({ ...options, host: [] }), {
      name: 'RangeError',
      message: 'there is no address to listen on: bind one, or do not leave out localhost',
    });
    assert.equal(process.listenerCount('SIGINT'), before, 'and leaves the signals alone');
    await (await listenTcp({ host: '127.0.0.2', port: taken.port })).close();
    await taken.close();
  });
});

describe('SignalHandler', () => {
  it('hears the first signal, also before it is waited for, and gives the others back', async () => {
    const said: string[] = [];
    const handler = new SignalHandler(line => said.push(line));
    const before = process.listenerCount('SIGHUP');
    handler.setup();
    process.emit('SIGHUP', 'SIGHUP');
    assert.equal(await handler.waitTerminate(), 'SIGHUP');
    assert.deepEqual(said, ['\nCaught SIGHUP, terminating...\n']);
    assert.equal(process.listenerCount('SIGHUP'), before);
    handler.teardown();
  });
});
