// SiPyCo's options as recorded from SiPyCo, on a real commander.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { SimpleSSLConfig } from '../../transports/node/index.js';
import {
  type NetworkArgs,
  parseArgs,
  simpleNetworkArgs,
  sslArgs,
  sslConfigFromArgs,
} from '../index.js';

const PROGRAM = fileURLToPath(new URL('argsprogram.js', import.meta.url));
const VECTORS = new URL('../../../vectors/sipyco/common_args.jsonl', import.meta.url);

type Vector = {
  readonly parser: string;
  readonly argv: readonly string[];
  readonly rc: number;
  readonly parsed?: { readonly [name: string]: unknown };
  readonly bind_address?: readonly string[] | null;
  readonly log_level?: number;
  readonly usage_on?: 'stdout' | 'stderr';
};

const vectors: Vector[] = readFileSync(VECTORS, 'utf8')
  .split('\n')
  .filter(line => line !== '')
  .map(line => JSON.parse(line));

/** Our names as Python spells them; what commander leaves out is null there. */
function asPython(parsed: { readonly [name: string]: unknown }, wanted: object): object {
  const { localhostBind, ...rest } = parsed;
  const named = Object.entries(rest).map(([name, value]) => [
    name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`),
    value,
  ]);
  return {
    ...('ssl' in wanted ? { ssl: null } : {}),
    ...Object.fromEntries(named),
    no_localhost_bind: !localhostBind,
  };
}

describe('common_args', { concurrency: 4 }, () => {
  it('has the 35 vectors', () => assert.equal(vectors.length, 35));

  for (const { parser, argv, rc, parsed, bind_address, log_level, usage_on } of vectors) {
    it(`${parser}: ${JSON.stringify(argv)}`, async () => {
      const child = spawn(process.execPath, [PROGRAM, parser, ...argv]);
      const [stdout, stderr, [status]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ]);
      assert.equal(status, rc, stderr);
      if (parsed === undefined) {
        assert.match(
          usage_on === 'stdout' ? stdout : stderr,
          usage_on === 'stdout' ? /Usage: demo/ : /^error: /,
        );
        return;
      }
      const said = JSON.parse(stdout);
      assert.deepEqual(asPython(said.parsed, parsed), parsed);
      assert.deepEqual(said.bindAddress, bind_address);
      assert.equal(said.logLevel, log_level);
    });
  }
});

describe('commands with these options', () => {
  /** What commander says of a command line that it does not take. */
  function complaint(args: readonly string[], add: (command: Command) => void): string {
    let said = '';
    const command = new Command('demo').exitOverride().configureOutput({
      writeErr: text => {
        said += text;
      },
    });
    add(command);
    assert.throws(() => command.parse(args, { from: 'user' }), CommanderError);
    return said;
  }
  const two = (command: Command) =>
    simpleNetworkArgs(command, [
      ['notify', 'notifications', 1],
      ['control', 'control', 2],
    ]);

  it('say what is wrong', () => {
    assert.equal(
      complaint(['--port', '5'], two),
      'error: ambiguous option: --port could match --port-notify, --port-control\n',
    );
    assert.equal(
      complaint(['--bind', '--port-n', '1'], two),
      'error: argument --bind: expected one argument\n',
    );
    assert.equal(
      complaint(['--ssl', 'a', 'b'], sslArgs),
      'error: argument --ssl: expected 3 arguments\n',
    );
    assert.equal(
      complaint(['-p', '1.5'], command => simpleNetworkArgs(command, 1)),
      "error: option '-p, --port <number>' argument '1.5' is invalid. It must be a whole number.\n",
    );
  });

  it('take what argparse takes', () => {
    const parse = (...args: string[]) => {
      const command = new Command('demo');
      simpleNetworkArgs(command, 1, { ssl: true });
      command.option('-v');
      return parseArgs<NetworkArgs & { port: number; v?: true }>(command, args);
    };
    assert.equal(parse('-p=7').port, 7);
    assert.equal(parse('-vp', '+1_000').port, 1000);
    assert.equal(parse('--port', '-5').port, -5);
    assert.deepEqual(parse('--b=', '--bind=-', '--bin', 'x y').bind, ['', '-', 'x y']);
    const repeated = parse('--ssl', 'a', 'b', 'c', '--ss', 'd', 'e', 'f');
    assert.deepEqual(sslConfigFromArgs(repeated), new SimpleSSLConfig('d', 'e', 'f'));
    assert.equal(sslConfigFromArgs(parse()), undefined);
  });

  it('may be commands of a program', () => {
    let parsed: object = {};
    const serve = new Command('serve').action(options => {
      parsed = options;
    });
    simpleNetworkArgs(serve, 3250, { ssl: true });
    new Command('demo')
      .addCommand(serve)
      .parse(['serve', '--no-l', '--ssl', 'a', 'b', 'c'], { from: 'user' });
    assert.deepEqual(parsed, { bind: [], localhostBind: false, port: 3250, ssl: ['a', 'b', 'c'] });
  });
});
