import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HandClock } from '../../clients/__tests__/handclock.js';
import type { LogRecord } from '../../protocols/sipyco/index.js';
import { LoopbackNetwork, type LoopbackTransport } from '../../transports/index.js';
import type { Fault } from '../../values/index.js';
import { LogServer, type LogServerOptions } from '../index.js';

/** A log server, and raw connections to it. */
class Bench {
  readonly network = new LoopbackNetwork();
  readonly records: LogRecord[] = [];
  readonly dropped: Fault[] = [];
  readonly reported: string[] = [];
  readonly server: LogServer;

  constructor(options: Partial<LogServerOptions> = {}) {
    this.server = new LogServer({
      onRecord: record => {
        this.records.push(record);
      },
      dropCb: fault => this.dropped.push(fault),
      reportError: (error, where) => this.reported.push(`${where}: ${error}`),
      ...options,
    });
    this.server.start(this.network.listen('lab'));
  }

  async dial(text: string | Uint8Array): Promise<LoopbackTransport> {
    const link = await this.network.connect('lab');
    link.send(Buffer.concat([Buffer.from('ARTIQ logging\n'), Buffer.from(text as string)]));
    return link;
  }
}

/** Resolves when the server has closed `link`; it never says a word. */
async function closed(link: LoopbackTransport): Promise<void> {
  for await (const chunk of link.chunks) {
    assert.fail(`the server said ${Buffer.from(chunk)}`);
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise(setImmediate);
  }
}

describe('LogServer', () => {
  it('takes records of many clients, in the order of each', async () => {
    const clock = new HandClock();
    const bench = new Bench({ clock });
    const one = await bench.dial('a:INFO:n:1\na:ERROR<2>:n:2\n');
    await bench.dial('b:DEBUG:n:x\n');
    one.send(Buffer.from('more\na:TRACE:n:3\n'));
    await until(() => bench.records.length === 4);
    assert.deepEqual(
      bench.records.filter(record => record.source === 'a').map(record => record.message),
      ['1', '2\nmore', '3'],
    );
    assert.deepEqual(
      bench.records.find(record => record.source === 'b'),
      {
        levelno: 10,
        level: 'DEBUG',
        source: 'b',
        name: 'n',
        message: 'x',
        timeNs: clock.wallNs(),
      },
    );
    assert.equal(bench.server.recordCount, 4);
    assert.equal(bench.server.clientCount, 2);
    await bench.server.stop();
    assert.equal(bench.server.clientCount, 0);
  });

  for (const [what, bytes, message] of [
    [
      'a line without colon',
      's:INFO:a:ok\nno colon here\ns:INFO:a:never\n',
      'a log client sent "no colon here", expected a source and a colon',
    ],
    [
      'what is not UTF-8',
      Buffer.from('s:INFO:a:ok\ns:\xff\ns:INFO:a:never\n', 'latin1'),
      'a log client sent "s:\ufffd", expected UTF-8',
    ],
    [
      'an endless record',
      `s:INFO:a:ok\ns:INFO<0>:a:b\n${'x\n'.repeat(70_000)}`,
      'a record of 65537 lines and more arrived, recordLines allows 65536',
    ],
    [
      'an endless line',
      `s:INFO:a:ok\ns:${'x'.repeat(5 << 20)}`,
      'a line of 5242882 bytes and more arrived, lineBytes allows 4194304',
    ],
  ] as const) {
    it(`drops the client for ${what}, keeps what came before, and serves others`, async () => {
      const bench = new Bench();
      const other = await bench.dial('');
      await closed(await bench.dial(bytes));
      assert.deepEqual(
        bench.records.map(record => record.message),
        ['ok'],
      );
      assert.deepEqual(
        bench.dropped.map(fault => fault.message),
        [message],
      );
      assert.equal(bench.server.dropCount, 1);
      other.send(Buffer.from('o:INFO:a:fine\n'));
      await until(() => bench.records.length === 2);
      assert.deepEqual(bench.reported, []);
    });
  }

  it('makes a client wait for a promise, and goes on after what a callback throws', async () => {
    let release = () => {};
    const heard: string[] = [];
    const bench = new Bench({
      onRecord: ({ message }) => {
        heard.push(message);
        if (message === 'throws') {
          throw new Error('mine');
        }
        return message === 'waits'
          ? new Promise<void>((_, reject) => {
              release = () => reject(new Error('late'));
            })
          : undefined;
      },
    });
    await bench.dial('s:throws\ns:waits\ns:after\n');
    await until(() => heard.length === 2);
    release();
    await until(() => heard.length === 3);
    assert.deepEqual(heard, ['throws', 'waits', 'after']);
    assert.equal(bench.reported.length, 2);
    assert.match(bench.reported[0]!, /^onRecord of the log server, for .*: Error: mine$/);
  });

  it('keeps nothing of a thousand clients that came and went', async () => {
    const bench = new Bench();
    for (let i = 0; i < 1000; i += 1) {
      const link = await bench.dial(`s:INFO:n:${i}\n`);
      await until(() => bench.records.length === i + 1);
      await link.close();
    }
    await until(() => bench.server.clientCount === 0);
    assert.deepEqual([bench.dropped, bench.reported], [[], []]);
  });

  it('bounds connections', async () => {
    const bench = new Bench({ limits: { connections: 1 } });
    const first = await bench.dial('s:one\n');
    await until(() => bench.records.length === 1);
    const second = bench.dial('s:two\n').then(closed);
    await assert.rejects(second, { name: 'ConnectionLostError' });
    await first.close();
    await until(() => bench.server.clientCount === 0);
    await bench.dial('s:three\n');
    await until(() => bench.records.length === 2);
    assert.equal(bench.records[1]?.message, 'three');
  });
});
