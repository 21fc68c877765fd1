import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LoopbackTransport } from '../../transports/index.js';
import { isLabwireError, RemoteProtocolError, toFault } from '../../values/index.js';
import { HIGH_WATER_BYTES, type IMachine, LineReader, Pump } from '../index.js';

type Command = { readonly type: 'say'; readonly text: string };
type Event =
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'end' }
  | { readonly type: 'failed'; readonly fault: ReturnType<typeof toFault> };

/** Lines in, lines out: it answers each with `ok`, or with as many bytes as a number asks for. */
class Lines implements IMachine<Command, Event> {
  private readonly _reader = new LineReader(1000, 'lineBytes');
  private _output: Uint8Array[] = [];
  private _events: Event[] = [];

  send(command: Command): void {
    this._say(command.text);
  }

  takeOutput(): Uint8Array[] {
    const output = this._output;
    this._output = [];
    return output;
  }

  receive(chunk: Uint8Array): void {
    this._reader.feed(chunk, line => {
      const text = new TextDecoder().decode(line);
      if (text === 'nonsense') {
        const facts = { offset: 0, expected: 'sense', received: 'nonsense' };
        const fault = toFault(new RemoteProtocolError('expected sense, got nonsense', facts));
        this._events.push({ type: 'failed', fault });
        return false;
      }
      this._events.push({ type: 'line', text });
      this._say('.'.repeat(Number(text) || 0) || 'ok');
      return true;
    });
  }

  receiveEof(): void {
    this._events.push({ type: 'end' });
  }

  takeEvents(): Event[] {
    const events = this._events;
    this._events = [];
    return events;
  }

  private _say(text: string): void {
    this._output.push(new TextEncoder().encode(`${text}\n`));
  }
}

function start(take: (event: Event) => undefined | Promise<void> = () => undefined) {
  const [ours, theirs] = LoopbackTransport.pair(['peer', 'us']);
  const seen: string[] = [];
  const pump = new Pump<Command, Event>(new Lines(), ours, event => {
    seen.push(event.type === 'line' ? event.text : event.type);
    return take(event);
  });
  const running = pump.run();
  running.catch(() => {}); // each test looks at it in its own time
  const say = (text: string) => theirs.send(new TextEncoder().encode(text));
  const answers = theirs.chunks[Symbol.asyncIterator]();
  const answer = async () => new TextDecoder().decode((await answers.next()).value);
  return { ours, theirs, pump, running, seen, say, answer };
}

describe('Pump', () => {
  it('delivers events in order, answers, and ends with the peer', async () => {
    const { theirs, pump, running, seen, say, answer } = start();
    say('one\ntw');
    assert.equal(await answer(), 'ok\n');
    say('o\n');
    assert.equal(await answer(), 'ok\n');
    theirs.end();
    assert.deepEqual(await running, { type: 'eof' });
    assert.deepEqual(seen, ['one', 'two', 'end']);
    assert.equal(pump.receivedBytes, 8);
    pump.send({ type: 'say', text: 'bye' }); // half closed: we may still talk
    assert.equal(await answer(), 'bye\n');
  });

  it('delivers what came before a violation, then closes', async () => {
    const { ours, running, seen, say } = start();
    say('one\nnonsense\ntwo\n');
    const end = await running;
    assert.equal(end.type, 'failed');
    assert.equal(end.type === 'failed' && end.fault.message, 'expected sense, got nonsense');
    assert.deepEqual(seen, ['one', 'failed']);
    assert.throws(() => ours.send(new Uint8Array(1)), isLabwireError);
  });

  it('takes no further chunk while the listener waits', async () => {
    let release = () => {};
    const { ours, theirs, running, seen, say, answer } = start(event =>
      event.type === 'line' ? new Promise<void>(resolve => (release = resolve)) : undefined,
    );
    say('one\n');
    assert.equal(await answer(), 'ok\n'); // answers leave before the listener waits
    say('two\n');
    await settled();
    assert.deepEqual(seen, ['one']);
    assert.equal(theirs.bufferedBytes, 4);
    release();
    assert.equal(await answer(), 'ok\n');
    release();
    theirs.end();
    await running;
    assert.deepEqual(seen, ['one', 'two', 'end']);
    assert.equal(ours.bufferedBytes, 0);
  });

  it('takes no further chunk while the peer does not listen', async () => {
    const { theirs, seen, say, answer, running } = start();
    say(`${HIGH_WATER_BYTES}\n`);
    await settled();
    say('two\n');
    await settled();
    assert.deepEqual(seen, [String(HIGH_WATER_BYTES)]);
    assert.equal((await answer()).length, HIGH_WATER_BYTES + 1);
    assert.equal(await answer(), 'ok\n');
    theirs.end();
    await running;
  });

  it('rejects when the link drops, after the events before', async () => {
    const { theirs, running, seen, say } = start();
    say('one\n');
    theirs.lose('cable pulled');
    await assert.rejects(running, (error: unknown) => isLabwireError(error, 'ConnectionLostError'));
    assert.deepEqual(seen, ['one']);
  });

  it('stops when it is closed, even inside an event', async () => {
    const made = start(() => {
      void made.pump.close('seen enough');
      return undefined;
    });
    made.say('one\ntwo\n');
    assert.deepEqual(await made.running, { type: 'closed' });
    assert.deepEqual(made.seen, ['one']);
  });

  it('ends with what its listener throws, and closes', async () => {
    const { ours, running, say } = start(() => {
      throw new TypeError('a bug');
    });
    say('one\n');
    await assert.rejects(running, /a bug/);
    assert.throws(() => ours.send(new Uint8Array(1)), isLabwireError);
  });
});

/** Everything that can happen without outside help has happened. */
async function settled(): Promise<void> {
  await new Promise(resolve => setImmediate(resolve));
}
