// TLS with SiPyCo's settings: against Python's own, both ways, and against ourselves.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect as startTls } from 'node:tls';
import { inspect } from 'node:util';
import type { ITransport } from '../../../wire/index.js';
import { connectTcp, listenTcp, SimpleSSLConfig, type TcpListener } from '../index.js';
import { missing, PYTHON, PythonPeer, ROOT } from './pythonpeer.js';

const skip = missing('trustme');
const HOST = '127.0.0.1';
const folder = mkdtempSync(path.join(tmpdir(), 'labwire-tls-'));
const file = (name: string) => path.join(folder, name);
after(() => rmSync(folder, { recursive: true, force: true }));

/** We are `own`, and trust whom the authority of `trusted` vouches for. */
function config(own: string, trusted: string): SimpleSSLConfig {
  return new SimpleSSLConfig(file(`${own}.pem`), file(`${own}.key`), file(`${trusted}-ca.pem`));
}
const files = (own: string, trusted: string) => {
  const { localCert, localKey, peerCert } = config(own, trusted);
  return [localCert, localKey, peerCert];
};

async function line(transport: ITransport): Promise<string> {
  let text = '';
  for await (const chunk of transport.chunks) {
    text += new TextDecoder().decode(chunk);
    if (text.endsWith('\n')) {
      break;
    }
  }
  return text;
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** Ours, answering every chunk with itself; what it told of those who were turned away. */
async function echoServer(ssl: SimpleSSLConfig) {
  let tell: (error: Error) => void = () => {};
  const refused = new Promise<Error>(resolve => {
    tell = resolve;
  });
  const listener = await listenTcp({ ssl, reportError: error => tell(error as Error) });
  void (async () => {
    for await (const transport of listener.connections) {
      void (async () => {
        for await (const chunk of transport.chunks) {
          transport.send(chunk);
        }
        await transport.close();
      })().catch(() => {}); // the client's end is looked at
    }
  })();
  after(() => listener.close());
  return { listener, refused };
}

async function python(own: string, trusted: string, ...options: string[]) {
  const peer = new PythonPeer([
    'tests.peers.tls_echo',
    'server',
    ...files(own, trusted),
    ...options,
  ]);
  return { peer, port: Number(await peer.says('port')) };
}

function pythonClient(listener: TcpListener, own: string, trusted: string, ...options: string[]) {
  const args = [...files(own, trusted), ...options, String(listener.port), 'hello'];
  return new PythonPeer(['tests.peers.tls_echo', 'client', ...args]);
}

/** The error of a connection that is made, or breaks at its first use. */
async function failure(port: number, ssl: SimpleSSLConfig): Promise<Error> {
  try {
    const transport = await connectTcp({ host: HOST, port, ssl });
    transport.send(bytes('hello\n'));
    await line(transport);
  } catch (error) {
    return error as Error;
  }
  return assert.fail('it was let in');
}

describe('TLS', { skip }, () => {
  before(() => {
    const args = ['-m', 'tests.peers.tls_authority', folder, 'server', 'client', 'stranger'];
    const { status, stderr } = spawnSync(PYTHON, args, { cwd: ROOT, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });

  for (const options of [[], ['--tls12'], ['--no-tickets']]) {
    const name = options.join(' ') || 'as Python sets it up';
    it(`connects to a server in Python, ${name}`, async () => {
      const { port } = await python('server', 'client', ...options);
      const transport = await connectTcp({ host: HOST, port, ssl: config('client', 'server') });
      assert.equal(transport.localHost, HOST);
      transport.send(bytes('hello\n'));
      assert.equal(await line(transport), 'hello\n');
      await transport.close();
    });

    it(`names a server in Python that does not trust us, ${name}`, async () => {
      const { port } = await python('server', 'client', ...options);
      const error = await failure(port, config('stranger', 'server'));
      const how = options.includes('--tls12')
        ? 'broke off the TLS handshake'
        : 'closed right after the TLS handshake';
      assert.equal(
        error.message,
        `127.0.0.1:${port} ${how}, probably because it does not trust our certificate, ${file('stranger.pem')}`,
      );
      assert.equal(
        (error as { hint?: string }).hint,
        `add ${file('stranger.pem')} to the server's file of trusted certificates, and start it again`,
      );
    });
  }

  it('lets a client in Python in, and several peers from one file', async () => {
    const both = file('both-ca.pem');
    const authorities = ['stranger', 'client'].map(name => readFileSync(file(`${name}-ca.pem`)));
    writeFileSync(both, Buffer.concat(authorities));
    const { listener } = await echoServer(
      new SimpleSSLConfig(file('server.pem'), file('server.key'), both),
    );
    assert.equal(await pythonClient(listener, 'client', 'server').says('answer'), 'hello');
    assert.equal(await pythonClient(listener, 'stranger', 'server').says('answer'), 'hello');
    assert.equal(
      await pythonClient(listener, 'client', 'server', '--tls12').says('answer'),
      'hello',
    );
  });

  it('turns a client in Python away that it does not trust, and says why', async () => {
    const { listener, refused } = await echoServer(config('server', 'client'));
    assert.ok(await pythonClient(listener, 'stranger', 'server', '--tls12').says('failed'));
    assert.match(
      (await refused).message,
      new RegExp(`shows a certificate that ${file('client-ca.pem')} does not vouch for`),
    );
  });

  it('carries 8 MiB both ways between our own ends, and ends cleanly', async () => {
    const { listener } = await echoServer(config('server', 'client'));
    const transport = await connectTcp({
      host: HOST,
      port: listener.port,
      ssl: config('client', 'server'),
    });
    const sent = new Uint8Array(8 * 1024 * 1024).map((_, i) => i * 7 + (i >> 8));
    transport.send(sent.slice());
    transport.end();
    const parts: Uint8Array[] = [];
    for await (const chunk of transport.chunks) {
      parts.push(chunk);
    }
    assert.ok(Buffer.concat(parts).equals(sent));
    await transport.close();
  });

  it('names our own server when it does not trust us', async () => {
    const { listener, refused } = await echoServer(config('server', 'client'));
    const error = await failure(listener.port, config('stranger', 'server'));
    assert.match(error.message, /probably because it does not trust our certificate/);
    assert.match((await refused).message, /does not vouch for \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/);
  });

  it('names a server that we do not trust', async () => {
    const { port } = await python('server', 'client');
    await assert.rejects(connectTcp({ host: HOST, port, ssl: config('client', 'stranger') }), {
      name: 'ConnectError',
      message: `127.0.0.1:${port} shows a certificate that ${file('stranger-ca.pem')} does not vouch for (UNABLE_TO_VERIFY_LEAF_SIGNATURE)`,
      hint: 'add its certificate to that file, or check that the right program listens there',
      endpoint: `127.0.0.1:${port}`,
    });
  });

  it('lets nobody in whose handshake outlasts the listener', async () => {
    const listener = await listenTcp({ ssl: config('server', 'client') });
    const plain = connect(listener.port, HOST);
    await once(plain, 'connect');
    await listener.close();
    const context = await config('client', 'server').createClientContext();
    const socket = startTls({
      socket: plain,
      secureContext: context,
      checkServerIdentity: () => undefined,
    });
    socket.on('error', () => {}); // which of the two ends it is not known
    socket.resume();
    await once(socket, 'close');
  });

  it('names a plain client at a port of TLS', async () => {
    const { listener, refused } = await echoServer(config('server', 'client'));
    const plain = await connectTcp({ host: HOST, port: listener.port });
    plain.send(bytes('ARTIQ pc_rpc\n'));
    const error = (await refused) as Error & { hint: string };
    assert.match(error.message, /^127\.0\.0\.1:\d+ does not speak TLS$/);
    assert.equal(error.hint, 'connect with TLS: this port takes nothing else');
    assert.equal(await line(plain), '', 'and it is closed');
    await plain.close();
  });

  /** A plain server that does `greet` to whoever comes. */
  async function plainServer(greet: (socket: Socket) => void): Promise<number> {
    const server: Server = createServer(socket => {
      socket.on('error', () => {});
      greet(socket);
    });
    await new Promise<void>(resolve => server.listen(0, HOST, resolve));
    after(() => server.close());
    return (server.address() as { port: number }).port;
  }

  const CUT = 'closed at our first word of TLS, probably because it does not speak it (ECONNRESET)';
  const TALK = 'does not speak TLS (ERR_SSL_WRONG_VERSION_NUMBER)';
  for (const [what, fact, greet] of [
    ['closes', CUT, socket => socket.once('data', () => socket.end())],
    ['resets', CUT, socket => socket.once('data', () => socket.resetAndDestroy())],
    ['talks', TALK, socket => socket.write('220 ready\r\n')],
  ] satisfies [string, string, (socket: Socket) => void][]) {
    it(`names a plain port that ${what}`, async () => {
      const port = await plainServer(greet);
      await assert.rejects(connectTcp({ host: HOST, port, ssl: config('client', 'server') }), {
        name: 'ConnectError',
        message: `127.0.0.1:${port} ${fact}`,
        hint: 'connect without TLS, or check that the server was started with it',
      });
    });
  }

  it('says so in one line where nobody else wants to hear it', async t => {
    const said = t.mock.method(console, 'error', () => {});
    const listener = await listenTcp({ ssl: config('server', 'client') });
    const socket = connect(listener.port, HOST);
    const closed = new Promise(resolve => socket.once('close', resolve));
    await once(socket, 'connect');
    socket.on('error', () => {}); // the listener ends it
    const { localPort } = socket;
    socket.write('ARTIQ pc_rpc\n');
    await closed;
    await listener.close();
    assert.equal(
      said.mock.calls.map(({ arguments: words }) => words.join(' ')).join('\n'),
      `labwire: ${listener.endpoint} turned ${HOST}:${localPort} away: ${HOST}:${localPort} does ` +
        'not speak TLS; connect with TLS: this port takes nothing else',
    );
  });

  it('names a plain port that says nothing', async () => {
    const port = await plainServer(socket => after(() => socket.destroy()));
    const ssl = config('client', 'server');
    await assert.rejects(connectTcp({ host: HOST, port, ssl, timeoutMs: 200 }), {
      name: 'ConnectError',
      message: `127.0.0.1:${port} did not answer our TLS within 0.2 s`,
      hint: 'connect without TLS, or check that the server was started with it',
    });
    const reason = new Error('changed my mind');
    const controller = new AbortController();
    const pending = connectTcp({ host: HOST, port, ssl, signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(pending, reason);
  });
});

describe('SimpleSSLConfig', { skip }, () => {
  const ssl = ([cert, key, peer]: readonly string[]) => new SimpleSSLConfig(cert!, key!, peer!);
  const good = files('client', 'server');
  const replaced = (i: number, name: string) => ssl(good.map((f, k) => (k === i ? file(name) : f)));

  const cases: [string, SimpleSSLConfig, string, string][] = [
    [
      'a file that is missing',
      replaced(1, 'no.key'),
      `${file('no.key')} cannot be read (ENOENT)`,
      'check the path',
    ],
    ['a folder', replaced(2, ''), `${folder} cannot be read (EISDIR)`, 'name a file in PEM form'],
    [
      'a certificate that is none',
      replaced(0, 'client.key'),
      `${file('client.key')} holds no certificate in PEM form`,
      'such a file has a line -----BEGIN CERTIFICATE-----',
    ],
    [
      'a key that is none',
      replaced(1, 'client.pem'),
      `${file('client.pem')} holds no private key in PEM form`,
      'such a file has a line -----BEGIN PRIVATE KEY-----',
    ],
    [
      'a key of another certificate',
      replaced(1, 'stranger.key'),
      `the key in ${file('stranger.key')} does not belong to the certificate in ${file('client.pem')}`,
      'name the two files that were made together',
    ],
    [
      'a broken certificate among those of the peers',
      replaced(2, 'broken.pem'),
      `certificate 2 of 2 in ${file('broken.pem')} cannot be read`,
      'make the file anew, or copy it again',
    ],
    [
      'a key with a passphrase',
      replaced(1, 'locked.key'),
      `the key in ${file('locked.key')} is locked with a passphrase`,
      'store it without a passphrase, readable by its owner alone',
    ],
  ];
  for (const [name, config, message, hint] of cases) {
    it(`names ${name}`, async () => {
      writeFileSync(
        file('broken.pem'),
        `${readFileSync(file('server-ca.pem'), 'utf8')}-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n`,
      );
      writeFileSync(
        file('locked.key'),
        '-----BEGIN ENCRYPTED PRIVATE KEY-----\nQUJD\n-----END ENCRYPTED PRIVATE KEY-----\n',
      );
      await assert.rejects(connectTcp({ host: HOST, port: 1, ssl: config }), {
        name: 'ConnectError',
        message,
        hint,
      });
    });
  }

  it('names a file that we may not read', {
    skip: process.getuid?.() === 0 && 'root may',
  }, async () => {
    writeFileSync(file('secret.key'), '');
    chmodSync(file('secret.key'), 0);
    await assert.rejects(replaced(1, 'secret.key').createClientContext(), {
      message: `${file('secret.key')} cannot be read (EACCES)`,
      hint: 'let this user read the file',
    });
  });

  it('reads its files again after an error, and once when they are good', async () => {
    const config = new SimpleSSLConfig(good[0]!, file('late.key'), good[2]!);
    await assert.rejects(config.createClientContext(), { name: 'ConnectError' });
    writeFileSync(file('late.key'), readFileSync(good[1]!));
    const context = await config.createClientContext();
    rmSync(file('late.key'));
    assert.equal(await config.createClientContext(), context);
    assert.doesNotMatch(inspect(config, { depth: 9, showHidden: true }), /PRIVATE/);
  });
});
