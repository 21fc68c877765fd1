// Against programs that share nothing with us: broadcast and logging in plain Python, over TCP, both ways.

import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LogForwarder, Receiver } from '../../clients/index.js';
import { encode } from '../../protocols/pyon/index.js';
import { type LogRecord, SourceFilter } from '../../protocols/sipyco/index.js';
import { PlatformClock } from '../../transports/index.js';
import { connectTcp, listenTcp } from '../../transports/node/index.js';
import { dict, Fraction, NDArray, type PyValue, pyExact, set, tuple } from '../../values/index.js';
import { HIGH_WATER_BYTES } from '../../wire/index.js';
import { Broadcaster, LogServer } from '../index.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PYTHON = process.env.LABWIRE_PYTHON ?? 'python3';
const version = spawnSync(PYTHON, ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']);
const skip = version.status === 0 ? false : `${PYTHON} is not Python 3.10 or newer`;

/** One of tests/peers/, spoken to line by line. */
class Peer {
  private readonly _process: ChildProcessWithoutNullStreams;
  private readonly _lines: AsyncIterator<string>;
  private readonly _closed: Promise<unknown>;
  private _stderr = '';

  constructor(module: string, ...args: string[]) {
    this._process = spawn(PYTHON, ['-m', `tests.peers.${module}`, ...args], { cwd: ROOT });
    this._process.stderr.setEncoding('utf8').on('data', text => {
      this._stderr += text;
    });
    this._closed = once(this._process, 'close');
    this._lines = createInterface(this._process.stdout)[Symbol.asyncIterator]();
  }

  /** What follows `word` on the next line that begins with it. */
  async says(word: string): Promise<string> {
    for (;;) {
      const { value, done } = await this._lines.next();
      assert.ok(done !== true, `the peer ended and never said ${word}: ${this._stderr}`);
      if (value === word || value.startsWith(`${word} `)) {
        return value.slice(word.length + 1);
      }
    }
  }

  /** The records that a log server has seen. */
  async records(count: number): Promise<LogRecord[]> {
    const records: LogRecord[] = [];
    while (records.length < count) {
      records.push(JSON.parse(await this.says('record')));
    }
    return records;
  }

  tell(line: string): void {
    this._process.stdin.write(`${line}\n`);
  }

  async kill(): Promise<void> {
    this._process.kill('SIGKILL');
    await this._closed;
  }
}

/** `work` with peers that are gone afterwards. */
async function withPeers(
  work: (start: (module: string, ...args: string[]) => Peer) => Promise<void>,
): Promise<void> {
  const peers: Peer[] = [];
  try {
    await work((module, ...args) => {
      const peer = new Peer(module, ...args);
      peers.push(peer);
      return peer;
    });
  } finally {
    await Promise.all(peers.map(peer => peer.kill()));
  }
}

/** Something that happens, and who waits for it. */
class Bell {
  private _wake: () => void = () => {};

  ring(): void {
    this._wake();
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>(resolve => {
        this._wake = resolve;
      });
    }
  }
}

const MESSAGES: readonly PyValue[] = [
  tuple(30n, 'worker(7,scan.py)', 1763708412.5, 'root:late'),
  dict({ service: 'create_applet', args: tuple('x'), kwargs: dict({ group: null }) }),
  null,
  5n,
  2,
  'téxt\n"',
  [NDArray.of(Float64Array.of(1, Number.NaN))],
  new Fraction(1n, 3n),
  set(1n),
];

describe('a Python broadcast receiver', { skip }, () => {
  for (const pyon of [2, 1] as const) {
    it(`hears our broadcaster in version ${pyon}`, () =>
      withPeers(async start => {
        const broadcaster = new Broadcaster({ pyon });
        const listener = await listenTcp();
        broadcaster.start(listener);
        const where = [listener.host, String(listener.port)];
        const peer = start('broadcast_receiver', ...where, 'with blank', '--pyon', String(pyon));
        await peer.says('connected');
        while (broadcaster.receivers.length === 0) {
          await new Promise(setImmediate);
        }
        broadcaster.broadcast('other', 'not for it');
        for (const message of MESSAGES) {
          broadcaster.broadcast('with blank', message);
          assert.equal(await peer.says('message'), encode(message));
        }
        await broadcaster.stop();
        await peer.says('eof');
      }));
  }

  it('that does not read costs a bounded amount, and hears whole messages when it does again', () =>
    withPeers(async start => {
      const broadcaster = new Broadcaster({ queueLimit: 50 });
      const listener = await listenTcp();
      broadcaster.start(listener);
      const peer = start('broadcast_receiver', listener.host, String(listener.port), 'c', '--deaf');
      await peer.says('connected');
      while (broadcaster.receivers.length === 0) {
        await new Promise(setImmediate);
      }
      const message = 'x'.repeat(100_000);
      let sent = 0;
      while (broadcaster.dropCount < 100) {
        broadcaster.broadcast('c', message);
        sent += 1;
        assert.ok(broadcaster.receivers[0]!.waitingBytes < HIGH_WATER_BYTES + 7_000_000);
        await new Promise(setImmediate);
      }
      const { dropCount } = broadcaster;
      peer.tell('read');
      for (let i = dropCount; i < sent; i += 1) {
        assert.equal(await peer.says('message'), `"${message}"`);
      }
      broadcaster.broadcast('c', 'new');
      assert.equal(await peer.says('message'), '"new"');
      assert.equal(broadcaster.dropCount, dropCount);
      await broadcaster.stop();
    }));
});

describe('a Python broadcaster', { skip }, () => {
  for (const pyon of [2, 1] as const) {
    it(`is heard in version ${pyon}, killed and started again`, () =>
      withPeers(async start => {
        const options = ['--pyon', String(pyon)];
        const first = start('broadcast_server', ...options);
        const port = Number(await first.says('port'));
        const bell = new Bell();
        const heard: PyValue[] = [];
        const receiver = new Receiver({
          name: 'log',
          connect: options => connectTcp({ host: '127.0.0.1', port, ...options }),
          clock: new PlatformClock(),
          notifyCb: value => {
            heard.push(value);
            bell.ring();
          },
          statusCb: () => bell.ring(),
        });
        await receiver.connect({ deadlineMs: 20_000 });
        assert.equal(await first.says('channel'), 'log');
        for (const value of MESSAGES) {
          first.tell(encode(dict({ op: 'broadcast', channel: 'log', value })));
        }
        await bell.until(() => heard.length === MESSAGES.length);
        for (const [i, value] of MESSAGES.entries()) {
          assert.ok(pyExact(heard[i]!, value), encode(value));
        }
        assert.equal(receiver.pyon, pyon);

        await first.kill();
        await bell.until(() => receiver.status.state === 'stale');
        const second = start('broadcast_server', ...options, '--port', String(port));
        await second.says('port');
        receiver.retryNow();
        await bell.until(() => receiver.status.state === 'live');
        assert.equal(await second.says('channel'), 'log');
        assert.equal(receiver.status.gapCount, 1);
        second.tell('{"op":"broadcast","channel":"log","value":"again"}');
        await bell.until(() => heard.at(-1) === 'again');
        second.tell('{"op":"raw","line":"no pyon"}');
        await bell.until(() => receiver.status.fault?.name === 'RemoteProtocolError');
        await receiver.close();
      }));
  }
});

describe('Python logging', { skip }, () => {
  it('is taken by our server, and dropped where it breaks the protocol', () =>
    withPeers(async start => {
      const bell = new Bell();
      const records: LogRecord[] = [];
      const drops: string[] = [];
      const server = new LogServer({
        onRecord: record => {
          records.push(record);
          bell.ring();
        },
        dropCb: fault => {
          drops.push(fault.message);
          bell.ring();
        },
      });
      const listener = await listenTcp();
      server.start(listener);
      const where = [listener.host, String(listener.port)];
      const peer = start('log_forwarder', ...where, '--source', 'worker(7,scan.py)');
      for (const [level, name, message] of [
        [50, 'a', 'plain'],
        [5, 'a.b', 'dérive µ 中 😀'],
        [30, 'a', 'four\n\n  lines\n'],
        [25, 'a', 'no name for this level'],
        [20, '', 'WARNING<2>:fake:record'],
      ] as const) {
        peer.tell(JSON.stringify({ level, name, message }));
        await peer.says('done');
      }
      peer.tell('{"error": "detuned"}');
      await bell.until(() => records.length === 6);
      assert.deepEqual(
        records.slice(0, 5).map(({ level, name, message }) => [level, name, message]),
        [
          ['CRITICAL', 'a', 'plain'],
          ['TRACE', 'a.b', 'dérive µ 中 😀'],
          ['WARNING', 'a', 'four\n\n  lines\n'],
          ['INFO', 'print', 'Level 25:a:no name for this level'],
          ['INFO', 'root', 'WARNING<2>:fake:record'],
        ],
      );
      assert.equal(records[5]?.source, 'worker(7,scan.py)');
      assert.match(records[5]?.message ?? '', /^failed\nTraceback [\s\S]*\nValueError: detuned$/);

      peer.tell('{"raw": "s:INFO:a:b\\nno colon here\\n"}');
      await peer.says('eof');
      await bell.until(() => drops.length === 1);
      const bad = start('log_forwarder', ...where);
      bad.tell('{"raw": "s:\\u00ff\\n"}');
      await bad.says('eof');
      await bell.until(() => drops.length === 2);
      assert.deepEqual(drops, [
        'a log client sent "no colon here", expected a source and a colon',
        'a log client sent "s:\ufffd", expected UTF-8',
      ]);
      assert.equal(records.length, 7);
      await server.stop();
    }));

  it('takes what we forward, over a restart, and is told what was lost', () =>
    withPeers(async start => {
      const first = start('log_server');
      const port = Number(await first.says('port'));
      const bell = new Bell();
      const forwarder = new LogForwarder({
        connect: options => connectTcp({ host: '127.0.0.1', port, ...options }),
        clock: new PlatformClock(),
        filter: new SourceFilter(10, 'ctl(3,dds)'),
        queueSize: 3,
        statusCb: () => bell.ring(),
      });
      await forwarder.connect({ deadlineMs: 20_000 });
      const entries = [
        { levelno: 40, name: 'm', message: 'two\nlines' },
        { levelno: 20, name: 'm', message: 'dérive µ 中 😀' },
        { levelno: 5, name: 'm', message: 'of another', source: 'worker(9)' },
      ];
      for (const entry of entries) {
        assert.equal(forwarder.log(entry), true);
      }
      assert.deepEqual(
        await first.records(3),
        entries.map(entry => ({ source: 'ctl(3,dds)', ...entry })),
      );

      await first.kill();
      await bell.until(() => forwarder.status.state === 'stale');
      for (let i = 0; i < 5; i += 1) {
        assert.equal(forwarder.log({ levelno: 20, name: 'm', message: `away ${i}` }), i < 3);
      }
      const second = start('log_server', '--port', String(port));
      await second.says('port');
      forwarder.retryNow();
      const records = await second.records(4);
      assert.deepEqual(
        records.slice(0, 3).map(record => record.message),
        ['away 0', 'away 1', 'away 2'],
      );
      assert.equal(records[3]?.name, 'labwire.logforwarder');
      assert.match(records[3]?.message ?? '', /^since .*Z 2 records were lost: the queue was full/);
      assert.equal(forwarder.lostCount, 2);
      await forwarder.close();
    }));
});
