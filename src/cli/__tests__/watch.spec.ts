import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { after, describe, it } from 'node:test';
import { Notifier } from '../../protocols/sipyco/index.js';
import { Publisher } from '../../servers/index.js';
import { listenTcp } from '../../transports/node/index.js';
import { dict, NDArray, PyDict, type PyValue, tuple } from '../../values/index.js';
import { Child, labwire } from './child.js';

const running: Publisher[] = [];
after(() => Promise.all(running.map(publisher => publisher.stop())));

/** A publisher of `x` on TCP. */
async function publish(struct: PyValue, port = 0) {
  const notifier = new Notifier(struct);
  const publisher = new Publisher({ notifiers: { x: notifier } });
  const listener = await listenTcp({ port });
  publisher.start(listener);
  running.push(publisher);
  return {
    notifier,
    publisher,
    port: listener.port,
    address: `sipyco+sync://${listener.endpoint}/x`,
  };
}

describe('labwire watch --once', () => {
  it('prints a value as Python writes it', async () => {
    const { address } = await publish(dict({ a: tuple(1n, 1), 'b.c': 'µ' }));
    assert.deepEqual(await labwire(['watch', '--once', `${address}#a`]), {
      code: 0,
      stdout: '(1, 1.0)\n',
      stderr: '',
    });
    assert.equal((await labwire(['watch', '--once', `${address}#b.c`])).stdout, "'µ'\n");
  });

  it('prints a dataset with its unit, scale and precision', async () => {
    const metadata = dict({ unit: 'MHz', scale: 1e6, precision: 2n });
    const { address } = await publish(
      dict({
        f: tuple(true, 10.123e6, metadata),
        n: tuple(false, 2n ** 53n + 1n),
        old: tuple(false, 2.5),
      }),
    );
    const once = async (key: string) =>
      (await labwire(['watch', '--once', `${address}#${key}`])).stdout;
    assert.equal(await once('f'), '10.12 MHz\n');
    assert.equal(await once('n'), '9007199254740993\n');
    assert.equal(await once('old'), '2.5\n');
  });

  it('prints a notifier name by name', async () => {
    const struct = new PyDict([
      ['a', 1n],
      [7n, NDArray.of(Float64Array.of(1, Number.NaN))],
    ]);
    const { address } = await publish(struct);
    const { stdout } = await labwire(['watch', '--once', address]);
    assert.equal(stdout, 'a: 1\n7: array([1.0, nan])\n');
  });

  it('prints the exact form with --tree, of a notifier that of its whole struct', async () => {
    const { address } = await publish(dict({ a: tuple(false, -0) }));
    const whole = await labwire(['watch', '--once', '--tree', address]);
    const { s: _, ...float } = JSON.parse(whole.stdout).v[0][1].v[1];
    assert.deepEqual(float, { t: 'float', bits: '8000000000000000' });
    const one = await labwire(['watch', '--once', '--tree', `${address}#a`]);
    assert.equal(JSON.parse(one.stdout).bits, '8000000000000000');
  });

  it('runs the demo lab inside for demo+ addresses', async () => {
    const { code, stdout } = await labwire([
      'watch',
      '--once',
      'demo+sipyco+sync:///datasets#temperature',
    ]);
    assert.equal(code, 0);
    assert.match(stdout, /^22\.\d{3} °C\n$/);
  });
});

describe('labwire watch', () => {
  it('prints every change, in order', async () => {
    const { notifier, address } = await publish(dict({ n: 0n, other: 0n }));
    const watch = new Child(['watch', `${address}#n`]);
    await watch.says(/^0$/m);
    for (let n = 1n; n <= 100n; n++) {
      notifier.set('n', n);
      notifier.set('other', n);
    }
    await watch.says(/^100$/m);
    const { code, stdout, stderr } = await watch.stop('SIGINT');
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.deepEqual(
      stdout.trimEnd().split('\n'),
      Array.from({ length: 101 }, (_, n) => String(n)),
    );
  });

  it('prints the names that change', async () => {
    const { notifier, address } = await publish(dict({ a: 1n, b: 2n }));
    const watch = new Child(['watch', address]);
    await watch.says(/^b: 2$/m);
    notifier.set('b', 3n);
    notifier.set('c', [4n]);
    notifier.delete('a');
    await watch.says(/a is gone/, 'stderr');
    const { stdout } = await watch.stop();
    assert.equal(stdout, 'a: 1\nb: 2\nb: 3\nc: [4]\n');
  });

  it('waits for a name that is not there yet', async () => {
    const { notifier, address } = await publish(dict({}));
    const watch = new Child(['watch', `${address}#late`]);
    await watch.says(/x has no 'late'/, 'stderr');
    notifier.set('late', 'here');
    await watch.says(/^'here'$/m);
    assert.equal((await watch.stop()).code, 0);
  });

  it('outlives its publisher, and says so', async () => {
    const first = await publish(dict({ n: 1n }));
    const watch = new Child(['watch', `${first.address}#n`]);
    await watch.says(/^1$/m);
    await first.publisher.stop();
    await watch.says(/^labwire: stale: /m, 'stderr');
    await publish(dict({ n: 2n }), first.port);
    await watch.says(/^2$/m);
    await watch.says(/^labwire: live again$/m, 'stderr');
    assert.equal((await watch.stop()).code, 0);
  });

  it('ends quietly when its reader has seen enough', async () => {
    const { notifier, address } = await publish(dict({ n: 0n }));
    const watch = new Child(['watch', `${address}#n`]);
    await watch.says(/^0$/m);
    watch.process.stdout.destroy();
    const writing = setInterval(() => notifier.set('n', 1n), 5);
    const { code, stderr } = await watch.ended;
    clearInterval(writing);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });
});

describe('labwire watch fails', () => {
  const servers: Server[] = [];
  after(() => {
    for (const server of servers) {
      server.close();
    }
  });

  async function serve(answer: string): Promise<number> {
    const server = createServer(socket => {
      socket.on('error', () => {});
      socket.end(answer);
      socket.resume();
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async function failure(address: string): Promise<string> {
    const { code, stdout, stderr } = await labwire(['watch', '--once', address]);
    assert.equal(code, 1, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^labwire: /);
    assert.ok(!/\n {4}at /.test(stderr), stderr); // no stack
    return stderr;
  }

  it('at a refused port', async () => {
    const stderr = await failure('sipyco+sync://127.0.0.1:1/x');
    assert.match(stderr, /127\.0\.0\.1:1 .*refused.*\n {2}\S/);
  });

  it('at an unknown notifier, with both causes', async () => {
    const { address } = await publish(dict({}));
    const stderr = await failure(`${address}yz`);
    assert.match(stderr, /no notifier "xyz", or it is not a sync_struct server/);
  });

  it('at what is no SiPyCo server', async () => {
    const port = await serve('SSH-2.0-OpenSSH_9.2\r\n');
    assert.match(await failure(`sipyco+sync://127.0.0.1:${port}/x`), /not a SiPyCo server.*SSH-2/);
  });

  it('at malformed and truncated PYON', async () => {
    const malformed = await serve('{"action":"init","struct":{]}\n');
    assert.match(await failure(`sipyco+sync://127.0.0.1:${malformed}/x`), /no PYON.*expected/);
    const truncated = await serve('{"action":"init","struct":{"a');
    assert.match(
      await failure(`sipyco+sync://127.0.0.1:${truncated}/x`),
      /the connection ended inside a line, 29 bytes after its start\n {2}Connect again/,
    );
  });

  it('at a dtype that numpy has not', async () => {
    const port = await serve(
      '{"action":"init","struct":{"a":{"__jsonclass__":["nparray",[[1],"<q9","AAAA"]]}}}\n',
    );
    const message = `127.0.0.1:${port}: a line is no PYON: data type '<q9' not understood, at position 31`;
    assert.equal(
      await failure(`sipyco+sync://127.0.0.1:${port}/x#a`),
      `labwire: ${message}\n  Connect again; if it stays so, the publisher is broken.\n`,
    );
  });

  it('at a line over 100 MiB', async () => {
    const port = await serve(`{${' '.repeat(101 * 1024 * 1024)}`);
    assert.match(
      await failure(`sipyco+sync://127.0.0.1:${port}/x`),
      /127\.0\.0\.1:\d+: a line of \d{9} bytes and more arrived, lineBytes allows 104857600\n {2}Publish /,
    );
  });

  it('at a mod before the struct', async () => {
    const port = await serve('{"action":"append","path":[],"x":1}\n');
    assert.match(await failure(`sipyco+sync://127.0.0.1:${port}/x`), /before the struct/);
  });

  it('at a name that is not there, with names like it', async () => {
    const { address } = await publish(dict({ 'rabi.p': 1n }));
    assert.equal(
      await failure(`${address}#rabi.q`),
      "labwire: x has no 'rabi.q'\n  Names like it: rabi.p. Without --once the command waits for it.\n",
    );
    assert.equal(
      await failure(`${address}#`),
      "labwire: x has no ''\n  Without --once the command waits for it.\n",
    );
    assert.match(
      await failure(`${address}#["rabi.p",0]`),
      /x\['rabi\.p'\] is int, there is no \[0\]/,
    );
  });

  it('at a path that is no list', async () => {
    const hint =
      '\n  Write a name as it is, as in #rabi.p, or a path as a list, as in #["rabi.p", 0].\n';
    assert.equal(
      await failure('sipyco+sync://h/x#["rabi.p"'),
      `labwire: the part after # is no list of keys, ["rabi.p": expected ',' or ']' at position 9, ` +
        `found the end of the text${hint}`,
    );
    assert.match(
      await failure('sipyco+sync://h/x#[rabi.p]'),
      /no list of keys, \[rabi\.p\]: expected/,
    );
  });

  it('at an address that is none, and at a scheme of later', async () => {
    assert.match(await failure('127.0.0.1:3250'), /expected scheme:\/\//);
    assert.match(await failure('ca://XF:mtr1'), /ca:\/\/.*\n.*sipyco\+sync/);
    assert.match(await failure('sipyco+sync://h/x?tls=lab'), /TLS/);
  });
});
