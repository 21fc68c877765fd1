import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import type { RpcServer } from '../../servers/index.js';
import { Child, type Ended, labwire } from './child.js';
import { serveLab } from './labtargets.js';

/** One command of a capture, and what sipyco_rpctool made of it. */
type Capture = {
  readonly argv: readonly string[];
  readonly stdin?: string;
  readonly stdout: string;
  readonly rc: number;
  readonly stderr?: {
    readonly traceback: number;
    readonly usage: boolean;
    readonly last_line: string;
    readonly error_lines?: readonly string[];
  };
};

const SESSIONS = ['one', 'three', 'empty', 'interactive', 'term'];
const VECTORS = new URL('../../../vectors/sipyco/sessions/', import.meta.url);

/** Commands whose output is another one here, and why. */
const DIFFERENT: ReadonlyMap<string, string> = new Map([
  [
    "call echo {'key%02d' % i: i*0.5 for i in range(12)}",
    'a comprehension: refused by name, rc 1 (nothing of Python is evaluated)',
  ],
  ['interactive < echo\n', 'the repr of a Python function, with its address in memory'],
]);

const servers: RpcServer[] = [];
after(() => Promise.all(servers.map(server => server.stop())));

async function serve(targets: string): Promise<number> {
  const { server, port } = await serveLab(targets);
  servers.push(server);
  return port;
}

function rpctool(port: number, args: readonly string[], input = ''): Promise<Ended> {
  return labwire(['rpctool', '127.0.0.1', String(port), ...args], input);
}

describe('labwire rpctool prints what sipyco_rpctool printed', { concurrency: 4 }, () => {
  let count = 0;
  const differing = new Set<string>();
  for (const session of SESSIONS) {
    const lines = readFileSync(new URL(`rpctool_${session}.jsonl`, VECTORS), 'utf8')
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line) as Capture & { dir?: string; targets?: string });
    const targets = lines[0]!.targets!;
    const commands: Capture[] = lines.filter(line => line.dir === undefined);
    const port = serve(targets);
    for (const command of commands) {
      count += 1;
      const args = command.argv.slice(2);
      const title = [args[0] ?? 'interactive', ...args.slice(1)].join(' ');
      const name = command.stdin === undefined ? title : `${title} < ${command.stdin}`;
      if (DIFFERENT.has(name)) {
        differing.add(name);
        continue;
      }
      it(`${session}: ${name.trimEnd().replaceAll('\n', '⏎')}`, async () => {
        const here = String(await port);
        const argv = command.argv.map(arg => (arg === 'PORT' ? here : arg));
        const ended = await labwire(['rpctool', ...argv], command.stdin);
        check(ended, command);
      });
    }
  }

  it('in all 61 commands but those that differ for a reason', () => {
    assert.equal(count, 61);
    assert.deepEqual([...differing].sort(), [...DIFFERENT.keys()].sort());
  });
});

function check({ code, stdout, stderr }: Ended, command: Capture): void {
  assert.equal(stdout, command.stdout);
  assert.equal(code, command.rc, stderr);
  if (command.stderr === undefined) {
    assert.equal(stderr, '');
    return;
  }
  // Our own words, and as many of them. What the instrument said is its own: word by word.
  assert.notEqual(stderr, '');
  assert.equal(/--help/.test(stderr), command.stderr.usage, stderr);
  assert.doesNotMatch(stderr, /\n\s+at /, 'a stack of ours');
  const isRemote = /Remote traceback/.test(stderr);
  if (isRemote) {
    assert.equal(stderr.trimEnd().split('\n').at(-1), command.stderr.last_line);
  }
  const multiple = /Server has multiple targets: .*$/.exec(command.stderr.last_line);
  if (multiple !== null) {
    assert.ok(stderr.includes(multiple[0]), stderr);
  }
}

describe('labwire rpctool', { concurrency: 4 }, () => {
  it('takes an option of an action cut short, as argparse does', async () => {
    const port = await serve('three');
    for (const options of [['--ta', 'osc'], ['--t=osc'], ['--target', 'osc'], ['-tosc']]) {
      const ended = await rpctool(port, ['call', ...options, 'echo', '5']);
      assert.deepEqual(ended, { code: 0, stdout: '5\n', stderr: '' }, options.join(' '));
    }
    assert.equal((await rpctool(port, ['call', '--he'])).code, 0);
    assert.equal((await rpctool(port, ['call', '--x', 'osc', 'echo', '5'])).code, 2);
    const behind = await rpctool(port, ['call', '-t', 'osc', 'echo', '--ta']);
    assert.match(behind.stderr, /name 'ta' is not defined/);
  });

  it('prints what an instrument raised, as Python does', async () => {
    const ended = await rpctool(await serve('one'), ['call', 'get_freq', '99']);
    assert.deepEqual(ended, {
      code: 1,
      stdout: '',
      stderr: [
        'Remote traceback (most recent call last):',
        '  File "sipyco/pc_rpc.py", line 633, in _process_and_pyonize',
        '  File "sipyco/pc_rpc.py", line 618, in _process_action',
        '  File "lab_targets.py", line 36, in get_freq',
        '    return self.freq[channel]',
        '           ~~~~~~~~~^^^^^^^^^',
        "KeyError: '99'",
        '',
      ].join('\n'),
    });
  });

  it('marks the place in an argument that cannot be read', async () => {
    const port = await serve('one');
    const ended = await rpctool(port, ['call', 'echo', '1', '[i for i in range(3)]']);
    assert.deepEqual(ended, {
      code: 1,
      stdout: '',
      stderr: [
        'labwire: a comprehension is refused at position 3',
        '    [i for i in range(3)]',
        '       ^',
        '  values, calls by name and arithmetic on numbers are read; nothing of Python is evaluated',
        '',
      ].join('\n'),
    });
  });

  it('goes on after a line that cannot be read', async () => {
    const ended = await rpctool(
      await serve('one'),
      [],
      'echo(1).real\nset_freq(0, get_freq(1) * 2)\n',
    );
    assert.equal(ended.stdout, '(osc) (osc) 4000000.0\n(osc) ');
    assert.match(
      ended.stderr,
      /^labwire: an attribute is refused at position 7\n {4}echo\(1\)\.real\n {11}\^\n/,
    );
    assert.equal(ended.code, 0);
  });

  it('names the targets where the wanted one is not there', async () => {
    const ended = await rpctool(await serve('three'), ['list-methods', '-t', 'laser']);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /valid target name\(s\): Zeta_2 osc shutter/);
  });

  it('says which part of an argument has no form on the wire', async () => {
    const ended = await rpctool(await serve('one'), ['call', 'echo', '[1, range(3)]']);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /range/);
  });

  it('takes everything behind the method as arguments, whatever it looks like', async () => {
    const port = await serve('one');
    assert.equal((await rpctool(port, ['call', 'echo', '-1e3'])).stdout, '-1000.0\n');
    assert.equal((await rpctool(port, ['call', '-tosc', 'echo', '--5'])).stdout, '5\n');
    assert.equal((await rpctool(port, ['call', '--target=osc', 'echo', '-(2)'])).stdout, '-2\n');
    assert.match(
      (await rpctool(port, ['call', 'echo', '--ssl'])).stderr,
      /name 'ssl' is not defined/,
    );
  });

  for (const action of ['list-targets', 'list-methods', 'call', 'interactive']) {
    it(`explains ${action}`, async () => {
      const { code, stdout, stderr } = await labwire(['rpctool', 'host', '1', action, '--help']);
      assert.equal(code, 0);
      assert.ok(
        stdout.startsWith(`Usage: labwire rpctool <server> <port> ${action} [options]`),
        stdout,
      );
      assert.match(stdout, /-h, --help +print this help\n/);
      assert.equal(stderr, '');
    });
  }

  for (const args of [
    [],
    ['host'],
    ['host', 'port'],
    ['host', '65536'],
    ['host', '1', 'bogus'],
    ['host', '1', 'list-targets', 'extra'],
    ['host', '1', 'list-targets', '-t', 'x'],
    ['host', '1', 'call'],
    ['host', '1', 'call', '-t'],
    ['host', '1', 'interactive', 'extra'],
    ['--ssl', 'a', 'b', 'host', '1', 'list-targets'],
    ['-t', 'x', 'host', '1'],
  ]) {
    it(`ends with 2 and a pointer to --help: rpctool ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await labwire(['rpctool', ...args]);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /^error: .*\n/);
      assert.match(stderr, /--help/);
    });
  }

  it('ends quietly when the input ends', async () => {
    const child = new Child(['rpctool', '127.0.0.1', String(await serve('one'))]);
    await child.says(/^\(osc\) $/);
    child.process.stdin.end();
    assert.deepEqual(await child.ended, { code: 0, stdout: '(osc) ', stderr: '' });
  });
});
