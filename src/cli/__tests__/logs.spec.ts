// `labwire logd`, `forward`, `broadcast`, and `watch` of what they serve.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, describe, it } from 'node:test';
import { LogServer, method, RpcServer, rpcTarget } from '../../servers/index.js';
import { freePort } from '../../transports/__tests__/jupyter.js';
import { connectTcp, listenTcp } from '../../transports/node/index.js';
import { Child, labwire } from './child.js';

const children: Child[] = [];
after(() => Promise.all(children.map(child => child.stop())));

function start(...args: string[]): Child {
  const child = new Child(args);
  children.push(child);
  return child;
}

/** Where a server of ours says that it is ready: its port. */
async function portOf(child: Child): Promise<string> {
  const said = await child.says(/ready at .*\n/, 'stderr');
  return /127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? '';
}

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

describe('labwire logd and forward', () => {
  it('bring what a program prints to the server, level by level', async () => {
    const server = start('logd', '-p', '0', '--level', 'info');
    const port = await portOf(server);
    const forward = start('forward', '127.0.0.1', port, '--source', 'cam');
    forward.process.stdin.end(
      'plain text\nWARNING:driver:too hot\nDEBUG:driver:no\nERROR<2>:driver:broken\n  at line 3\n',
    );
    assert.deepEqual(await forward.ended, { code: 0, stdout: '', stderr: '' });
    const said = await server.says(/at line 3\n/);
    assert.match(
      said,
      new RegExp(
        `^${TIME} INFO cam print: plain text\n${TIME} WARNING cam driver: too hot\n` +
          `${TIME} ERROR cam driver: broken\n {6}at line 3\n$`,
      ),
    );
    assert.equal((await server.stop('SIGINT')).code, 0);
  });

  it('speak the protocol: what a stranger sends is shown, or named', async () => {
    const server = start('logd', '-p', '0', '--tree');
    const port = Number(await portOf(server));
    const link = await connectTcp({ host: '127.0.0.1', port });
    link.send(new TextEncoder().encode('ARTIQ logging\ns:INFO:a:ok\nno colon\n'));
    const record = JSON.parse(await server.says(/\n/));
    assert.deepEqual(
      [record.t, record.v[0], record.v[1].v, record.v[3].v],
      ['tuple', { t: 'int', v: '20' }, 's', 'a:ok'],
    );
    await server.says(/was dropped: .*colon/, 'stderr');
    await link.close();
  });

  it('forward waits for a server that is not there yet', async () => {
    const port = String(await freePort());
    const forward = start('forward', '127.0.0.1', port, '--source', 'cam');
    forward.process.stdin.write('early\n');
    await forward.says(/trying again/, 'stderr');
    const server = start('logd', '-p', port);
    await portOf(server);
    await server.says(/INFO cam print: early\n/);
    forward.process.stdin.end();
    assert.equal((await forward.ended).code, 0);
  });

  it('forward waits for a server that is slower than the program', async () => {
    const count = 20_000;
    const arrived: string[] = [];
    const server = new LogServer({ onRecord: ({ message }) => void arrived.push(message) });
    const listener = await listenTcp();
    server.start(listener);
    const input = Array.from({ length: count }, (_, i) => `${i}\n`).join('');
    const args = ['forward', '127.0.0.1', String(listener.port), '--source', 'cam'];
    assert.deepEqual(await labwire(args, input), { code: 0, stdout: '', stderr: '' });
    while (arrived.length === 0 || server.clientCount > 0) {
      await new Promise(resolve => setImmediate(resolve)); // what is on its way
    }
    await server.stop();
    assert.equal(arrived.length, count);
    assert.equal(arrived.at(-1), String(count - 1));
  });

  it('forward says what it could not read, and goes on', async () => {
    const server = start('logd', '-p', '0');
    const port = await portOf(server);
    const input = 'INFO<300000>:a:endless\nnext\nERROR<3>:a:first\nsecond\n';
    const args = ['forward', '127.0.0.1', port, '--source', 'cam'];
    const { code, stderr } = await labwire(args, input);
    await server.says(/INFO cam print: next\n/);
    assert.equal(code, 1);
    assert.equal(
      stderr,
      'labwire: a record of 300000 lines arrived, recordLines allows 65536\n' +
        'labwire: the input ended inside a record, before all of the lines that it announced\n' +
        'labwire: 2 records were lost, and of 0 more nobody knows\n' +
        '  Check that the log server runs, and that every record of the program is whole.\n',
    );
  });

  it('logd shows what would move the cursor of a terminal', async () => {
    const server = start('logd', '-p', '0');
    const link = await connectTcp({ host: '127.0.0.1', port: Number(await portOf(server)) });
    link.send(new TextEncoder().encode('ARTIQ logging\ns:INFO:a:\x1b[2Jtab\there\r\x9b\n'));
    const said = await server.says(/\n/);
    assert.match(said, new RegExp(`^${TIME} INFO s a: \\\\x1b\\[2Jtab\\there\\\\x0d\\\\x9b\\n$`));
    await link.close();
  });

  it('say what is wrong with the command line', async () => {
    for (const args of [
      ['logd', '--level', 'loud'],
      ['forward', '127.0.0.1'],
      ['forward', '127.0.0.1', 'x', '--source', 's'],
      ['forward', '127.0.0.1', '--source', 'a:b'],
      ['broadcast'],
    ]) {
      assert.equal((await labwire(args)).code, 2, args.join(' '));
    }
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const { code, stderr } = await labwire(['logd', '-p', String(port)]);
    taken.close();
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`127\\.0\\.0\\.1:${port}`));
  });
});

describe('labwire broadcast', () => {
  for (const [version, options] of [
    ['2', []],
    ['1', ['--old']],
  ] as const) {
    it(`brings values to those who watch, in version ${version}`, async () => {
      const server = start('broadcast', 'alarm', '-p', '0', ...options);
      const port = await portOf(server);
      const watch = start('watch', `sipyco+broadcast://127.0.0.1:${port}/alarm`);
      // Nobody tells when a receiver is heard: say it until it is.
      const say = setInterval(() => server.process.stdin.write("('hot', 91.5, {1: None})\n"), 50);
      await watch.says(/\('hot', 91\.5, \{1: None\}\)\n/);
      clearInterval(say);
      server.process.stdin.end();
      assert.equal((await server.ended).code, 0);
      await watch.says(/stale/, 'stderr');
      assert.equal((await watch.stop('SIGINT')).code, 0);
    });
  }

  it('takes a line in either version of PYON', async () => {
    const server = start('broadcast', 'alarm', '-p', '0');
    const watch = start('watch', `sipyco+broadcast://127.0.0.1:${await portOf(server)}/alarm`);
    const line = '{"__jsonclass__":["tuple",[[NaN,1]]]}\n';
    const say = setInterval(() => server.process.stdin.write(line), 50);
    await watch.says(/^\(nan, 1\)\n/);
    clearInterval(say);
    server.process.stdin.end();
    assert.deepEqual(await server.ended, { code: 0, stdout: '', stderr: server.stderr });
  });

  it('marks a line that it cannot read, and goes on', async () => {
    const server = start('broadcast', 'alarm', '-p', '0');
    await portOf(server);
    server.process.stdin.end('[1\n2\n');
    const { code, stderr } = await server.ended;
    assert.equal(code, 1);
    assert.match(stderr, /labwire: expected .* at position 2/);
  });
});

describe('labwire watch', () => {
  it('takes the place of a log server', async () => {
    const port = String(await freePort());
    const watch = start('watch', `sipyco+log://127.0.0.1:${port}`);
    const forward = start('forward', '127.0.0.1', port, '--source', 'cam');
    forward.process.stdin.end('WARNING:driver:too hot\n');
    await watch.says(new RegExp(`^${TIME} WARNING cam driver: too hot\n`));
    assert.equal((await forward.ended).code, 0);
  });

  it('tells what a target can do', async () => {
    const server = new RpcServer({
      description: 'a bench',
      targets: {
        siggen: rpcTarget({
          docstring: 'A generator.',
          methods: [method('set_freq(self, hertz: float = 1e6) -> float', 'Set it.', () => 0)],
        }),
      },
    });
    const listener = await listenTcp();
    server.start(listener);
    const { code, stdout } = await labwire(['watch', `sipyco+rpc://${listener.endpoint}`]);
    await server.stop();
    assert.equal(code, 0);
    assert.equal(
      stdout,
      'targets: siggen\ndescription: a bench\n\nsiggen: A generator.\n' +
        "  set_freq(self, hertz: 'float' = 1000000.0) -> 'float'\n      Set it.\n",
    );
  });
});
