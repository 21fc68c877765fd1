import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { ITransport } from '../../wire/index.js';
import { parseRecording, ReplayNetwork } from '../index.js';

const SESSIONS = new URL('../../../vectors/sipyco/sessions/', import.meta.url);
const bytes = (text: string) => new TextEncoder().encode(text);

const CALL = [
  '{"dir": "note", "session": "call"}',
  '{"dir": "note", "conn": 0, "event": "connected"}',
  '{"dir": "s2c", "conn": 0, "data": "banner\\n"}',
  '{"dir": "c2s", "conn": 0, "data": "ask\\n"}',
  '{"dir": "note", "text": "thinking"}',
  '{"dir": "s2c", "conn": 0, "b64": "/wA="}',
  '{"dir": "c2s", "conn": 0, "data": "again\\n"}',
  '{"dir": "s2c", "conn": 0, "data": "done\\n"}',
  '{"dir": "c2s", "conn": 0, "eof": true}',
  '{"dir": "s2c", "conn": 0, "eof": true}',
].join('\n');

async function readAll(transport: ITransport): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of transport.chunks) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('latin1');
}

async function take(transport: ITransport): Promise<string> {
  for await (const chunk of transport.chunks) {
    return Buffer.from(chunk).toString('latin1');
  }
  return 'end';
}

describe('ReplayTransport', () => {
  it('answers when it has heard what was recorded, and ends after our end', async () => {
    const client = await new ReplayNetwork(parseRecording(CALL)).connect();
    assert.equal(client.endpoint, 'replay of call, connection 0');
    assert.equal(await take(client), 'banner\n');
    client.send(bytes('as'));
    client.send(bytes('k\n'));
    assert.equal(await take(client), '\xff\0');
    assert.equal(client.missing, '"again\\n"');
    client.send(bytes('again\n'));
    assert.equal(await take(client), 'done\n');
    assert.equal(client.missing, 'the end');
    client.end();
    assert.equal(await readAll(client), '');
    assert.equal(client.missing, null);
  });

  it('takes what an eager client sends ahead', async () => {
    const client = await new ReplayNetwork(parseRecording(CALL)).connect();
    client.send(bytes('ask\nagain\n'));
    client.end();
    assert.equal(await readAll(client), 'banner\n\xff\0done\n');
  });

  it('names the first byte that was not recorded', async () => {
    const client = await new ReplayNetwork(parseRecording(CALL)).connect();
    client.send(bytes('as'));
    const message =
      'replay of call, connection 0: byte 2 is not what was recorded: "c\\n" was sent, "k\\n" recorded';
    assert.throws(() => client.send(bytes('c\n')), { name: 'ConnectionLostError', message });
    assert.throws(() => client.send(bytes('k\n')), { message });
    await assert.rejects(readAll(client), { message });
  });

  it('names what is sent after the end of the recording', async () => {
    const client = await new ReplayNetwork(parseRecording(CALL)).connect();
    assert.throws(() => client.send(bytes('ask\nagain\nmore')), {
      message: 'replay of call, connection 0: the recording has an eof here, "more" was sent',
    });
  });

  it('with strict: false goes on with anything that is sent', async () => {
    const client = await new ReplayNetwork(parseRecording(CALL), { strict: false }).connect();
    assert.equal(await take(client), 'banner\n');
    client.send(bytes('hm'));
    assert.equal(await take(client), '\xff\0');
    client.send(bytes('hm'));
    assert.equal(await take(client), 'done\n');
    client.end();
    assert.equal(await readAll(client), '');
  });

  it('plays the client to a server, and cuts chunks', async () => {
    const listener = new ReplayNetwork(parseRecording(CALL), { chunkBytes: 1 }).listen();
    for await (const server of listener.connections) {
      server.send(bytes('banner\n'));
      assert.equal(await take(server), 'a');
      server.send(Uint8Array.of(255, 0));
      server.send(bytes('done\n'));
      assert.equal(await readAll(server), 'sk\nagain\n');
    }
  });

  it('loses the connection where the recording was reset', async () => {
    const recording = parseRecording('{"dir": "s2c", "conn": 4, "reset": true}');
    const client = await new ReplayNetwork(recording).connect();
    await assert.rejects(readAll(client), {
      name: 'ConnectionLostError',
      message: 'replay of , connection 0: the recording ends with a reset here',
    });
  });

  it('has as many connections as were recorded', async () => {
    const network = new ReplayNetwork(parseRecording(CALL));
    await network.connect();
    await assert.rejects(network.connect(), {
      name: 'ConnectError',
      message: 'the recording call has 1 connections, all were used',
    });
  });

  it('plays every recorded session of SiPyCo to the recorded other side', async () => {
    const names = readdirSync(SESSIONS).filter(name => name.endsWith('.jsonl'));
    assert.ok(names.length >= 60);
    for (const name of names) {
      const recording = parseRecording(readFileSync(new URL(name, SESSIONS), 'utf8'));
      for (const [index, steps] of recording.connections.entries()) {
        const network = new ReplayNetwork({ name, connections: [steps] });
        const client = await network.connect();
        let expected = '';
        for (const step of steps) {
          if (step.type !== 'bytes') {
            continue;
          }
          if (step.from === 'client') {
            client.send(step.bytes);
          } else {
            expected += Buffer.from(step.bytes).toString('latin1');
          }
        }
        client.end();
        const ends = steps.some(step => step.from === 'server' && step.type !== 'bytes');
        if (ends) {
          assert.equal(await readAll(client), expected, `${name}, connection ${index}`);
        }
        assert.equal(client.missing, null);
      }
    }
  });
});

describe('parseRecording', () => {
  const bad: [line: string, expected: string][] = [
    ['{', 'one JSON object'],
    ['[1]', 'one JSON object'],
    ['{"dir": "c2s", "data": "x"}', 'a connection number'],
    ['{"dir": "c2s", "conn": 0}', 'data, b64, eof or reset'],
    ['{"dir": "s2c", "conn": 0, "b64": "%"}', 'base64 in b64'],
  ];
  for (const [line, expected] of bad) {
    it(`refuses ${line}`, () => {
      assert.throws(() => parseRecording(`{"dir": "note"}\n${line}`), {
        name: 'ParseError',
        position: 2,
        expected,
      });
    });
  }
});
