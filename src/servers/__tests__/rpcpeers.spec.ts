// A client that shares nothing with us: pc_rpc in plain Python, over TCP, as particular as SiPyCo's.

import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decode, encode } from '../../protocols/pyon/index.js';
import { formatArgspec, methodListOf } from '../../protocols/sipyco/index.js';
import { listenTcp } from '../../transports/node/index.js';
import {
  Complex,
  dict,
  Fraction,
  NDArray,
  NumpyScalar,
  PyDict,
  PySet,
  type PyValue,
  pyExact,
  set,
  tuple,
} from '../../values/index.js';
import { RpcServer } from '../index.js';
import { oscillator } from './oscillator.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PYTHON = process.env.LABWIRE_PYTHON ?? 'python3';
const version = spawnSync(PYTHON, ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']);
const skip = version.status === 0 ? false : `${PYTHON} is not Python 3.10 or newer`;

/** tests/peers/rpc_client.py, told what to do. */
class Peer {
  private readonly _process: ChildProcessWithoutNullStreams;
  private readonly _lines: AsyncIterator<string>;
  private _stderr = '';

  constructor(host: string, port: number) {
    const args = ['-m', 'tests.peers.rpc_client', host, String(port)];
    this._process = spawn(PYTHON, args, { cwd: ROOT });
    this._process.stderr.setEncoding('utf8').on('data', text => {
      this._stderr += text;
    });
    this._lines = createInterface(this._process.stdout)[Symbol.asyncIterator]();
  }

  async do(...command: PyValue[]): Promise<PyValue[]> {
    this._process.stdin.write(`${encode(command)}\n`);
    const { value, done } = await this._lines.next();
    assert.ok(done !== true, `the peer ended: ${this._stderr}`);
    return decode(value) as PyValue[];
  }

  /** `returned`, and the value. */
  async call(name: string, args: PyValue[] = [], kwargs = new PyDict()): Promise<PyValue> {
    const [how, value] = await this.do('call', name, args, kwargs);
    assert.equal(how, 'returned', `${name}: ${encode(value ?? null)}`);
    return value ?? null;
  }

  async end(): Promise<void> {
    const ended = once(this._process, 'close');
    this._process.stdin.end();
    await ended;
  }
}

/** A server on a port and a peer; both are gone afterwards. */
async function together(work: (peer: Peer, server: RpcServer) => Promise<void>): Promise<void> {
  const reported: string[] = [];
  const server = new RpcServer({
    targets: { osc: oscillator(), Zeta_2: oscillator },
    description: 'bench µ',
    builtinTerminate: true,
    reportError: (error, where) => reported.push(`${where}: ${error}`),
  });
  const listener = await listenTcp();
  server.start(listener);
  const peer = new Peer(listener.host, listener.port);
  try {
    await work(peer, server);
  } finally {
    await peer.end();
    await server.stop();
  }
  assert.deepEqual(reported, []);
}

/** Values of every type that both versions carry unharmed. */
const VALUES: readonly PyValue[] = [
  null,
  true,
  10n ** 30n,
  -0,
  1,
  'µ "quoted" \\ \n\u2028',
  Uint8Array.of(0, 39, 255),
  tuple(1n, 1, tuple()),
  [1n, [2]],
  new PyDict([
    [1n, 'a'],
    [tuple(1n, 'x'), null],
  ]),
  set(5n),
  new Complex(1.5, -2),
  new Fraction(22n, 7n),
  NDArray.of(Float64Array.of(1, Number.NaN, 3)),
  NDArray.of(Uint16Array.of(1, 2, 3, 4, 5, 6), [2, 3]),
  NumpyScalar.of('<i8', 2n ** 53n + 1n),
];

describe('a Python client', { skip }, () => {
  for (const pyon of [2n, 1n]) {
    it(`cannot tell our server from its own in version ${pyon}`, () =>
      together(async peer => {
        const [how, identity, methods] = await peer.do('open', 'osc', pyon);
        assert.equal(how, 'opened');
        assert.ok(
          pyExact(
            identity ?? null,
            dict({ targets: ['Zeta_2', 'osc'], description: 'bench µ', features: ['pyon_v2'] }),
          ),
        );
        assert.ok(methods instanceof PySet && methods.has('set_freq') && methods.has('terminate'));

        for (const value of VALUES) {
          const back = await peer.call('echo', [value]);
          assert.ok(pyExact(back, value), `${encode(back)} came back of ${encode(value)}`);
        }
        assert.equal(await peer.call('set_freq', [1n], dict({ freq: 5n })), 5);
        assert.equal(
          encode(await peer.call('sweep', [1n, 2n, 3n], dict({ note: 'n' }))),
          encode(tuple(1n, 2n, tuple(3n), 'Hz', dict({ note: 'n' }))),
        );
        const big = NDArray.of(new Float64Array(100_000).fill(Math.PI));
        assert.ok(pyExact(await peer.call('echo', [big]), big));
        await peer.do('close');
      }));

    it(`gets the exceptions it knows, in version ${pyon}`, () =>
      together(async peer => {
        await peer.do('open', 'osc', pyon);
        for (const [kind, name, text] of [
          ['value', 'ValueError', 'frequency out of range: 50 MHz > 40 MHz'],
          ['empty', 'ValueError', ''],
          ['zero', 'ZeroDivisionError', 'division by zero'],
          ['unicode', 'RuntimeError', 'dérive µ 😀'],
          ['multi', 'ValueError', 'line one\nline two\n'],
          ['custom', 'GenericRemoteException', 'lab_targets.LabFault: laser unlocked'],
          ['customempty', 'GenericRemoteException', 'lab_targets.LabFault'],
          ['stop', 'RuntimeError', 'coroutine raised StopIteration'],
          ['thrown text', 'GenericRemoteException', 'JavaScript string: no error at all'],
        ] as const) {
          const [how, className, message, frames] = await peer.do(
            ...['call', 'fail', [kind], new PyDict()],
          );
          assert.deepEqual([how, className, message], ['raised', name, text]);
          assert.ok(Array.isArray(frames));
          assert.ok(!encode(frames).includes(ROOT), encode(frames));
        }
        const bug = await peer.do('call', 'fail', ['bug'], new PyDict());
        assert.match(String(bug[2]), /^TypeError: Cannot set properties of null/);
        assert.match(encode(bug[3] ?? null), /File \\"oscillator\.[jt]s\\", line \d+, in fail/);
        for (const [name, args, text] of [
          [
            'get_freq',
            [],
            "Oscillator.get_freq() missing 1 required positional argument: 'channel'",
          ],
          ['ping', [1n], 'Oscillator.ping() takes 1 positional argument but 2 were given'],
        ] as const) {
          const refused = await peer.do('call', name, [...args], new PyDict());
          assert.deepEqual(refused, ['raised', 'TypeError', text, []]);
        }
        assert.deepEqual(await peer.do('call', '__class__', [], new PyDict()), [
          ...['raised', 'AttributeError', "'Oscillator' object has no attribute '__class__'"],
          [],
        ]);
        const [, unencodable] = await peer.do('call', 'opaque', [], new PyDict());
        assert.equal(unencodable, 'TypeError');
        assert.equal(await peer.call('ping'), true);
      }));

    it(`lists methods and pipelines in version ${pyon}`, () =>
      together(async peer => {
        await peer.do('open', 'Zeta_2', pyon);
        const [, value] = await peer.do('list');
        const list = methodListOf(value ?? null);
        assert.equal(
          formatArgspec(list.methods.get('set_freq')!.argspec),
          "(self, channel: 'int', freq: 'float' = 1000000.0, *, phase=0.0, tags=('a',)) -> 'float'",
        );
        const calls = Array.from(
          { length: 200 },
          (_, i): PyValue =>
            i === 50 ? ['fail', ['value'], new PyDict()] : ['echo', [BigInt(i)], new PyDict()],
        );
        const [, replies] = (await peer.do('pipeline', calls)) as [string, PyDict[]];
        assert.equal(replies.length, 200);
        for (const [i, reply] of replies.entries()) {
          assert.equal(reply.get('status'), i === 50 ? 'failed' : 'ok');
          assert.equal(reply.get('ret'), i === 50 ? undefined : BigInt(i));
        }
      }));
  }

  it('is left without a word when it asks for the wrong thing', () =>
    together(async peer => {
      const identity =
        '{"targets":["Zeta_2","osc"],"description":"bench \\u00b5","features":["pyon_v2"]}\n';
      for (const [said, heard] of [
        ['ARTIQ sync_struct\n', ''],
        ['artiq pc_rpc\n', ''],
        ['ARTIQ pc_rpc\r\n', ''],
        ['\n', ''],
        ['ARTIQ pc_rpc\nnobody\n', identity],
        ['ARTIQ pc_rpc\nosc pyon_v3\n', identity],
        ['ARTIQ pc_rpc\nosc pyon_v2\r\n', identity],
        ['ARTIQ pc_rpc\nosc \n', identity],
      ] as const) {
        assert.deepEqual(await peer.do('raw', said), ['heard', heard], JSON.stringify(said));
      }
      const [, said] = await peer.do('raw', 'ARTIQ pc_rpc\nosc\n{"action": "call"', true);
      assert.match(String(said), /^\{"targets".*\n\{"[^\n]*\}\n$/);
    }));

  it('ends the server', () =>
    together(async (peer, server) => {
      await peer.do('open', 'osc', 2n);
      assert.equal(await peer.call('terminate'), null);
      await server.waitTerminate();
    }));

  it('sees the end of the connection when a method exits', () =>
    together(async (peer, server) => {
      await peer.do('open', 'osc', 2n);
      const [how, why] = await peer.do('call', 'fail', ['exit'], new PyDict());
      assert.equal(how, 'broken');
      assert.match(String(why), /^EOFError: the connection ended/);
      await server.waitTerminate();
    }));
});
