import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { PyDict, type PyValue, pyExact, pyRepr, Tuple } from '../../../values/index.js';
import {
  packedExceptionOf,
  type RpcClientCommand,
  type RpcClientEvent,
  RpcClientMachine,
  type RpcServerCommand,
  type RpcServerEvent,
  RpcServerMachine,
} from '../index.js';
import { fromTree } from './recordings.js';
import { type RpcConversation, rpcConversations, type Step, valueIn } from './rpcrecordings.js';

const CONVERSATIONS = rpcConversations();

/** Give `bytes` to a machine in two pieces; `round` runs through all places to cut. */
function feed(receive: (chunk: Uint8Array) => void, bytes: Uint8Array, round: number): void {
  const at = round % (bytes.length + 1);
  receive(bytes.subarray(0, at));
  receive(bytes.subarray(at));
}

/** So many rounds cut each line of one direction at each of its places. */
function rounds({ steps }: RpcConversation, direction: 'c2s' | 's2c'): number {
  const lengths = steps.filter(({ dir }) => dir === direction).map(({ bytes }) => bytes.length);
  return Math.max(0, ...lengths) + 1;
}

// ---- The client -----------------------------------------------------------------------------------

/** What a recorded client did with its line number `at`, counted from the banner. */
function commandOf({ bytes }: Step, at: number, conversation: RpcConversation): RpcClientCommand {
  if (at === 1) {
    const [target = ''] = Buffer.from(bytes).toString().trimEnd().split(' ');
    return { type: 'select', target: /[\0-\x1f]/.test(target) ? 'x' : target };
  }
  if (conversation.isRawClient) {
    return { type: 'call', id: at, name: 'whatever', args: [], kwargs: new PyDict() };
  }
  const request = valueIn(bytes, conversation.pyon) as PyDict;
  if (request.get('action') === 'get_rpc_method_list') {
    return { type: 'get_rpc_method_list', id: at };
  }
  const [name, args, kwargs] = ['name', 'args', 'kwargs'].map(field => request.get(field));
  assert.ok(typeof name === 'string' && args instanceof Tuple && kwargs instanceof PyDict);
  return { type: 'call', id: at, name, args: args.items, kwargs };
}

/** Replay a conversation as its client. @returns all events, and all that was written. */
function playClient(conversation: RpcConversation, round: number) {
  const machine = new RpcClientMachine({ pyon: conversation.pyon === 1 ? 1 : 'best' });
  const events: RpcClientEvent[] = [];
  let said = 0;
  for (const step of conversation.steps) {
    if (step.dir === 's2c') {
      feed(chunk => machine.receive(chunk), step.bytes, round);
      events.push(...machine.takeEvents());
    } else {
      if (said > 0 && events.length >= Math.min(said, 2)) {
        machine.send(commandOf(step, said, conversation));
      }
      said += 1;
    }
  }
  machine.receiveEof();
  events.push(...machine.takeEvents());
  return { events, written: Buffer.concat(machine.takeOutput()).toString() };
}

describe('a client hears what each recorded server says, however it is cut', () => {
  for (const conversation of CONVERSATIONS) {
    it(conversation.name, () => {
      const { events, written } = playClient(conversation, 0);
      checkClientEvents(conversation, events);
      if (!conversation.isRawClient) {
        const sent = conversation.steps.filter(({ dir }) => dir === 'c2s');
        assert.equal(written, Buffer.concat(sent.map(({ bytes }) => bytes)).toString());
      }
      for (let round = 1; round < rounds(conversation, 's2c'); round += 1) {
        const again = playClient(conversation, round).events;
        assert.ok(
          again.length === events.length && again.every((event, i) => isSame(event, events[i]!)),
          `cut at ${round}`,
        );
      }
    });
  }
});

function isSame(event: RpcClientEvent, other: RpcClientEvent): boolean {
  return event.type === 'returned' && other.type === 'returned'
    ? event.id === other.id && pyExact(event.value, other.value)
    : isDeepStrictEqual(event, other);
}

/** Each answer is what the recorded client made of it, and the end is the recorded one. */
function checkClientEvents(conversation: RpcConversation, events: readonly RpcClientEvent[]): void {
  const answers = conversation.steps.filter(step => step.dir === 's2c');
  assert.equal(events.length, answers.length + 1);
  for (const [i, { note }] of answers.entries()) {
    const event = events[i]!;
    if (note?.returned !== undefined) {
      assert.ok(event.type === 'returned');
      assert.ok(pyExact(event.value, fromTree(note.returned)), pyRepr(event.value));
    } else if (note?.raised?.remote === true) {
      assert.ok(event.type === 'raised');
      const { class: name, message } = event.exception;
      const text = name === 'KeyError' ? pyRepr(message) : message; // Python's str(KeyError(…))
      assert.deepEqual({ class: name, message: text }, pick(note.raised));
    } else if (note?.raised !== undefined) {
      // Python's client picks a class by its name, and fails to make one of these.
      assert.ok(event.type === 'raised');
      assert.match(event.exception.class, /^(?:UnicodeDecodeError|ExceptionGroup)$/);
    }
  }
  const isOwed = conversation.steps.at(-1)?.dir === 'c2s';
  assert.equal(events.at(-1)?.type, isOwed ? 'failed' : 'eof');
}

function pick({ class: name, message }: { class: string; message: string }) {
  return { class: name, message };
}

// ---- The server -----------------------------------------------------------------------------------

// What only Python can say, and what is therefore not compared. The names of methods, the values and
// the exceptions are given to the machine as they were recorded, so that dunder names, the code of
// rexec and the wording of Python's TypeErrors take part as data. Left are requests that the machine
// itself finds wrong in form:
// - their traceback: SiPyCo shows its own source lines, the machine has none to show;
// - the name of the class in "Oscillator.ping() argument after * must be …": the machine knows no class.
const PYTHON_ONLY = /"traceback":\[[^\]]*\]|lab_targets\.Oscillator\./g;

/** Replay a conversation as its server, which answers what the recorded one answered. */
function playServer(conversation: RpcConversation, round: number) {
  const { steps, pyon } = conversation;
  const [, identity, , ...rest] = steps;
  const rpcId =
    identity?.dir === 's2c'
      ? (valueIn(identity.bytes, 2) as PyDict)
      : new PyDict([['targets', []]]);
  const machine = new RpcServerMachine(
    {
      targets: (rpcId.get('targets') as string[]).slice().reverse(),
      description: (rpcId.get('description') ?? null) as string | null,
    },
    rpcId.has('features') || identity === undefined ? {} : { features: [] },
  );
  const events: RpcServerEvent[] = [];
  const output: string[] = [];
  const replies = rest.filter(({ dir }) => dir === 's2c').map(({ bytes }) => bytes);
  const take = () => {
    for (const event of machine.takeEvents()) {
      events.push(event);
      if (event.type !== 'eof' && event.type !== 'failed') {
        const reply = replies[output.length - 1];
        if (reply !== undefined) {
          machine.send(answerOf(event, valueIn(reply, pyon)));
        }
      }
    }
    output.push(...machine.takeOutput().map(line => Buffer.from(line).toString()));
  };
  for (const step of steps) {
    if (step.dir === 'c2s') {
      feed(chunk => machine.receive(chunk), step.bytes, round);
      take();
    }
  }
  if (conversation.c2sEof) {
    machine.receiveEof();
    take();
  }
  return { events, output };
}

function answerOf(
  event: Exclude<RpcServerEvent, { type: 'eof' | 'failed' }>,
  reply: PyValue,
): RpcServerCommand {
  if (event.type === 'select') {
    const names = reply as Iterable<string>;
    return { type: 'methods', names };
  }
  const fields = reply as PyDict;
  return fields.get('status') === 'ok'
    ? { type: 'return', id: event.id, value: fields.get('ret')! }
    : {
        type: 'raise',
        id: event.id,
        exception: packedExceptionOf(fields.get('exception')!),
      };
}

describe('a server answers each recorded client line by line, however it is cut', () => {
  for (const conversation of CONVERSATIONS) {
    it(conversation.name, () => {
      const expected = conversation.steps
        .filter(({ dir }) => dir === 's2c')
        .map(({ bytes }) => Buffer.from(bytes).toString());
      const wanted = expected.map(line => line.replace(PYTHON_ONLY, ''));
      for (let round = 0; round < rounds(conversation, 'c2s'); round += 1) {
        const { events, output } = playServer(conversation, round);
        if (round === 0) {
          assert.deepEqual(
            output.map(line => line.replace(PYTHON_ONLY, '')),
            wanted,
          );
        } else {
          assert.equal(output.length, expected.length, `at ${round}`);
        }
        // A hand-made line without an answer is one that ends the connection.
        const { steps, isRawClient } = conversation;
        const isRefused = isRawClient && steps.at(-1)?.dir === 'c2s';
        assert.equal(events.at(-1)?.type === 'failed', isRefused, `at ${round}`);
      }
    });
  }
});

describe('the answers of a machine to requests wrong in form', () => {
  it('are those of SiPyCo but for the two things that only Python can say', () => {
    const conversation = CONVERSATIONS.find(({ name }) => name.startsWith('pc_rpc_raw_bad'))!;
    const { output } = playServer(conversation, 0);
    const own = output.filter(line => line.includes('"traceback":[]'));
    assert.equal(own.length, 17);
    assert.match(
      own[0]!,
      /^\{"status":"failed","exception":\{"class":"ValueError","message":"Unknown action: get","traceback":\[\]\}\}\n$/,
    );
  });
});

describe('the recordings', () => {
  it('are all there', () => {
    assert.equal(new Set(CONVERSATIONS.map(({ name }) => name.split(' ')[0])).size, 31);
    assert.ok(CONVERSATIONS.length > 60, String(CONVERSATIONS.length));
  });
});
