// What becomes of calls when the link does not hold.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ConnectionLostError, isLabwireError, NDArray } from '../../values/index.js';
import { HIGH_WATER_BYTES } from '../../wire/index.js';
import type { RpcClient } from '../index.js';
import {
  type HandServer,
  IDENTITY,
  OK,
  RpcBench,
  rejects,
  served,
  settled,
  spoken,
} from './rpcbench.js';

/** What `promise` rejected with says of its bytes. */
async function sentOf(promise: Promise<unknown>): Promise<string> {
  const error = await rejects(promise, 'ConnectionLostError', /./);
  return (error as ConnectionLostError).sent;
}

describe('RpcClient, when the link drops', () => {
  it('rejects at once what was sent, and selects the same target again', async () => {
    const { bench, server, client } = await served();
    const slow = client.call('slow');
    await settled();
    await server.stop();
    const error = await rejects(
      slow,
      'ConnectionLostError',
      /^lab: slow was sent and has no answer: the server closed the connection and owes the answer to slow$/,
    );
    assert.equal((error as ConnectionLostError).sent, 'yes');
    assert.match((error as ConnectionLostError).hint!, /may have run/);
    await settled();
    assert.equal(client.status.state, 'stale');

    const down = await rejects(client.call('ping'), 'ConnectionLostError', /^ping was not sent: /);
    assert.equal((down as ConnectionLostError).sent, 'no');
    assert.equal(isLabwireError(down.cause), true);

    bench.serve();
    bench.clock.turn(100);
    await settled();
    assert.equal(client.status.state, 'live');
    assert.equal(await client.call('ping'), true);
    assert.deepEqual(bench.states, ['live', 'stale', 'live']);
    await client.closeRpc();
  });

  it('takes a target of the same name, not the only one, after a reconnect', async () => {
    const bench = new RpcBench();
    const first = bench.serve();
    const client = bench.client();
    await client.connect();
    await first.stop();
    await settled();
    bench.serve({ targets: { shutter: bench.oscillator.target } });
    bench.clock.turn(100);
    await settled();
    assert.equal(client.status.state, 'stale');
    assert.match(client.status.fault!.message, /no target "osc", valid target name\(s\): shutter$/);
    await client.closeRpc();
  });

  it('knows of each call whether it had left', async () => {
    const { bench, server, client } = await spoken();
    const answered = client.call('ping');
    const left = client.call('slow');
    await server.line();
    await server.line();
    server.say(OK);
    assert.equal(await answered, null);
    // A server that reads no more: a megabyte and some wait in the transport, the rest in the client.
    const megabyte = NDArray.of(new Float64Array(100_000));
    const waiting = Array.from({ length: 5 }, () => client.call('ping', [megabyte]));
    const behind = client.call('ping');
    await settled();
    assert.ok(bench.link!.bufferedBytes > HIGH_WATER_BYTES);
    assert.ok(bench.link!.bufferedBytes < 3 * HIGH_WATER_BYTES);
    bench.link!.lose('cable pulled');
    assert.equal(await sentOf(left), 'yes');
    const sent = await Promise.all(waiting.map(sentOf));
    assert.deepEqual(sent.slice(0, 1), ['unknown']);
    assert.deepEqual(sent.slice(-1), ['no']);
    const error = await rejects(
      behind,
      'ConnectionLostError',
      /^lab: ping was not sent: cable pulled$/,
    );
    assert.equal((error as ConnectionLostError).sent, 'no');
    await client.closeRpc();
  });

  it('goes on writing when a full transport has drained', async () => {
    const { server, client } = await spoken();
    const megabyte = NDArray.of(new Float64Array(100_000));
    const answers = Array.from({ length: 8 }, () => client.call('ping', [megabyte]));
    for (let i = 0; i < 8; i++) {
      assert.ok((await server.line()).length > 1_000_000);
      server.say(OK);
    }
    await Promise.all(answers);
    await client.closeRpc();
  });

  it('opens another connection after a server that answers two lines', async () => {
    const { bench, accept, server, client } = await spoken();
    const answer = client.call('ping');
    await server.line();
    server.say(OK + OK);
    assert.equal(await answer, null); // the first was one
    await settled();
    const { state, fault } = client.status;
    assert.equal(state, 'stale');
    assert.match(fault!.message, /^lab: the server sent a line that nobody asked for: /);
    await comesBack(bench, client, accept);
  });

  const broken: [what: string, reply: string, why: RegExp][] = [
    ['a line that is no PYON', 'Traceback:\n', /: a line is no PYON: /],
    [
      'half a line',
      '{"status":"ok",',
      /: the connection ended inside the answer to ping, 15 bytes after its start$/,
    ],
    ['no line', '', /: the server closed the connection and owes the answer to ping$/],
    ['another dict', '{"ret":1}\n', /: the answer to ping is none$/],
  ];
  for (const [what, reply, why] of broken) {
    it(`opens another connection after a server that answers ${what}`, async () => {
      const { bench, accept, server, client } = await spoken();
      const answer = client.call('ping');
      await server.line();
      server.say(reply);
      if (!reply.endsWith('\n')) {
        void server.transport.close();
      }
      const error = await rejects(answer, 'ConnectionLostError', why);
      assert.match(error.message, /^lab: ping was sent and has no answer: /);
      assert.equal((error as ConnectionLostError).sent, 'yes');
      // The status may lag behind; a call must not.
      const next = client.call('ping');
      await rejects(next, 'ConnectionLostError', /^ping was not sent: /);
      assert.equal(await sentOf(next), 'no');
      await settled();
      assert.equal(client.status.state, 'stale');
      await comesBack(bench, client, accept);
    });
  }

  it('tells its transport whether the server has read all that was said', async () => {
    const closeAfter = async (ask: (client: RpcClient, server: HandServer) => Promise<void>) => {
      const { bench, server, client } = await spoken();
      const said: unknown[] = [];
      const close = bench.link!.close.bind(bench.link);
      bench.link!.close = (reason?: string, isAnswered?: boolean) => {
        said.push(isAnswered);
        return close(reason);
      };
      await ask(client, server);
      await client.closeRpc();
      return said[0];
    };
    assert.equal(await closeAfter(async () => {}), true);
    const answered = async (client: RpcClient, server: HandServer) => {
      server.say(OK);
      await client.call('ping');
    };
    assert.equal(await closeAfter(answered), true);
    const underWay = async (client: RpcClient) => {
      client.call('ping').catch(() => {});
    };
    assert.equal(await closeAfter(underWay), false);
    const givenUp = async (client: RpcClient) => {
      const caller = new AbortController();
      const call = client.call('ping', [], {}, { signal: caller.signal });
      caller.abort(new Error('never mind'));
      await assert.rejects(call, /never mind/);
    };
    assert.equal(await closeAfter(givenUp), false);
  });

  it('drops what was given up without a word, and its timer', async () => {
    const { bench, server, client } = await served();
    const late = client.call('slow', [], {}, { deadlineMs: 5 });
    const other = client.call('slow', [], {}, { deadlineMs: 5000 });
    bench.clock.turn(5);
    await rejects(late, 'DeadlineError', /./);
    bench.link!.lose();
    assert.equal(await sentOf(other), 'yes');
    await settled();
    assert.equal(bench.clock.pending, 1); // that of the back-off
    await client.closeRpc();
    assert.equal(bench.clock.pending, 0);
    bench.oscillator.finish();
    await server.stop();
  });

  it('rejects a selection that gets no answer', async () => {
    const bench = new RpcBench();
    const accept = bench.accept();
    const client = bench.client({ target: null });
    const opened = client.connect();
    const server = await accept();
    await server.line();
    server.say(IDENTITY);
    await opened;
    const selected = client.selectRpcTarget('osc');
    assert.equal(await server.line(), 'osc pyon_v2');
    void server.transport.close();
    await rejects(
      selected,
      'ConnectionLostError',
      /^lab: the selection of osc was sent and has no answer: the server closed .* no such target/,
    );
    await client.closeRpc();
  });

  it('gives a selection up at its deadline, and takes it when it comes', async () => {
    const bench = new RpcBench();
    const accept = bench.accept();
    const client = bench.client({ target: null });
    const opened = client.connect();
    const server = await accept();
    await server.line();
    server.say(IDENTITY);
    await opened;
    const selected = client.selectRpcTarget('osc', { deadlineMs: 20 });
    await server.line();
    bench.clock.turn(20);
    await rejects(selected, 'DeadlineError', /^no answer to the selection of osc within 20 ms$/);
    server.say('{"__jsonclass__":["set",[["ping"]]]}\n');
    await settled();
    assert.equal(client.getSelectedTarget(), 'osc');
    await client.closeRpc();
  });
});

/** The next connection is good. */
async function comesBack(
  bench: RpcBench,
  client: RpcClient,
  accept: () => Promise<HandServer>,
): Promise<void> {
  bench.clock.turn(100);
  const server = await (await accept()).greet();
  await settled();
  assert.equal(client.status.state, 'live');
  const answer = client.call('ping');
  await server.line();
  server.say(OK);
  assert.equal(await answer, null);
  await client.closeRpc();
}
