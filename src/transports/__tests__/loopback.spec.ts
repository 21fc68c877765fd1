import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HIGH_WATER_BYTES, type ITransport } from '../../wire/index.js';
import { LoopbackNetwork, LoopbackTransport } from '../index.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (chunks: Uint8Array[]) => Buffer.concat(chunks).toString();

async function readAll(transport: ITransport): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of transport.chunks) {
    chunks.push(chunk);
  }
  return chunks;
}

async function readBytes(transport: ITransport, count: number): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of transport.chunks) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= count) {
      break;
    }
  }
  return chunks;
}

describe('LoopbackTransport', () => {
  it('carries bytes in order, both ways', async () => {
    const [a, b] = LoopbackTransport.pair(['b', 'a']);
    a.send(bytes('one '));
    a.send(bytes('two'));
    b.send(bytes('back'));
    assert.equal(text(await readBytes(b, 7)), 'one two');
    assert.equal(text(await readBytes(a, 4)), 'back');
  });

  it('copies, so that neither end sees the other write', async () => {
    const [a, b] = LoopbackTransport.pair(['b', 'a']);
    const line = bytes('line');
    a.send(line);
    line.fill(0);
    assert.equal(text(await readBytes(b, 4)), 'line');
  });

  it('cuts into chunks of the size asked for', async () => {
    const [a, b] = LoopbackTransport.pair(['b', 'a'], { chunkBytes: 2 });
    a.send(bytes('abcde'));
    a.end();
    assert.deepEqual(
      (await readAll(b)).map(chunk => chunk.length),
      [2, 2, 1],
    );
    assert.throws(() => LoopbackTransport.pair(['b', 'a'], { chunkBytes: 0 }), {
      name: 'RangeError',
      message: 'chunkBytes is 0, it must be at least 1',
    });
  });

  it('holds what the other end has not taken, and tells when it went', async () => {
    const [a, b] = LoopbackTransport.pair(['b', 'a']);
    const part = HIGH_WATER_BYTES / 2;
    a.send(new Uint8Array(part));
    a.send(new Uint8Array(part));
    a.send(new Uint8Array(part));
    assert.equal(a.bufferedBytes, 3 * part);
    let drained = false;
    const wait = a.drained().then(() => {
      drained = true;
    });
    await readBytes(b, 1);
    assert.equal(a.bufferedBytes, 2 * part);
    assert.equal(drained, false);
    await readBytes(b, 1);
    await wait;
    assert.equal(a.bufferedBytes, part);
  });

  it('half closes: the end is read after the bytes, and the other direction goes on', async () => {
    const [a, b] = LoopbackTransport.pair(['b', 'a']);
    a.send(bytes('last'));
    a.end();
    assert.equal(text(await readAll(b)), 'last');
    b.send(bytes('answer'));
    assert.equal(text(await readBytes(a, 6)), 'answer');
    assert.throws(() => a.send(bytes('more')), {
      name: 'ClosedError',
      message: 'b: send() after end()',
    });
  });

  it('ends the other end cleanly on close, and refuses what it sends then', async () => {
    const [a, b] = LoopbackTransport.pair(['b', 'a']);
    a.send(bytes('bye'));
    await a.close('enough');
    await a.close();
    assert.equal(text(await readAll(b)), 'bye');
    assert.throws(() => b.send(bytes('x')), {
      name: 'ConnectionLostError',
      message: 'a: a closed: enough',
      sent: 'yes',
    });
    assert.throws(() => a.send(bytes('x')), {
      name: 'ClosedError',
      message: 'b: send() after close()',
    });
    assert.deepEqual(await readAll(a), []);
  });

  it('delivers what was sent before a loss, then the loss, at both ends', async () => {
    const [a, b] = LoopbackTransport.pair(['b', 'a']);
    a.send(bytes('before'));
    const blocked = a.drained();
    a.send(new Uint8Array(HIGH_WATER_BYTES));
    const waits = a.drained();
    a.lose();
    await blocked;
    await assert.rejects(waits, { name: 'ConnectionLostError', sent: 'unknown' });
    assert.equal(text(await readBytes(b, 6)), 'before');
    await readBytes(b, 1);
    await assert.rejects(readAll(b), { message: 'a: the connection was reset' });
    await assert.rejects(readAll(a), { message: 'b: the connection was reset' });
    assert.throws(() => b.send(bytes('x')), { name: 'ConnectionLostError' });
  });

  it('refuses a second reader at the same time, and lets one follow another', async () => {
    const [a, b] = LoopbackTransport.pair(['b', 'a']);
    const first = readBytes(b, 1);
    await assert.rejects(readBytes(b, 1), { message: 'a second reader: one reads at a time' });
    a.send(bytes('x'));
    assert.equal(text(await first), 'x');
    a.send(bytes('y'));
    assert.equal(text(await readBytes(b, 1)), 'y');
  });
});

describe('LoopbackNetwork', () => {
  it('dials by name', async () => {
    const network = new LoopbackNetwork();
    const listener = network.listen('datasets');
    const client = await network.connect('datasets');
    assert.equal(client.endpoint, 'datasets');
    client.send(bytes('hello'));
    for await (const server of listener.connections) {
      assert.equal(server.endpoint, 'datasets caller 1');
      assert.equal(text(await readBytes(server, 5)), 'hello');
      break;
    }
  });

  it('says who listens when nobody does there', async () => {
    const network = new LoopbackNetwork();
    await assert.rejects(network.connect('x'), {
      name: 'ConnectError',
      message: 'nothing listens at x',
      hint: 'start a server first',
    });
    network.listen('a');
    network.listen('b');
    await assert.rejects(network.connect('x'), { hint: 'these do: a, b' });
    assert.throws(() => network.listen('a'), { message: 'something listens at a already' });
    await assert.rejects(network.connect('a', { signal: AbortSignal.abort('stop') }), /^stop$/);
  });

  it('drops whom nobody accepted when the listener closes, and frees the name', async () => {
    const network = new LoopbackNetwork();
    const listener = network.listen('a');
    const client = await network.connect('a');
    await listener.close();
    await assert.rejects(readAll(client), {
      message: 'a: the listener closed before it accepted',
    });
    await assert.rejects(network.connect('a'), { name: 'ConnectError' });
    for await (const _ of listener.connections) {
      assert.fail('nobody is left');
    }
    network.listen('a');
  });
});
