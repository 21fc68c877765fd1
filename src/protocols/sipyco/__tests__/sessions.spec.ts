import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  dict,
  Fraction,
  NDArray,
  PyDict,
  type PyValue,
  pyExact,
  pyRepr,
  Tuple,
} from '../../../values/index.js';
import {
  encodeLine,
  type Mod,
  ModError,
  modToValue,
  Notifier,
  PublisherMachine,
  PyonLineDecoder,
  processMod,
  type SubscriberEvent,
  SubscriberMachine,
} from '../index.js';
import { type Conversation, conversations, fromTree } from './recordings.js';

/** What a subscriber is left with. */
type Outcome = { readonly view: PyValue; readonly mods: number; readonly end: string };

/** Feed `bytes` in `chunks`, apply what comes as a client does. */
function follow(
  notifierName: string,
  chunks: readonly Uint8Array[],
  eof: boolean,
): [Outcome, string] {
  const machine = new SubscriberMachine(notifierName);
  const log: string[] = [];
  let view: PyValue = null;
  let mods = 0;
  let end = 'open';
  const take = (events: readonly SubscriberEvent[]) => {
    for (const event of events) {
      log.push(`${event.type} ${JSON.stringify(event, (_, value) => shown(value))}`);
      if (end !== 'open') {
        continue;
      }
      if (event.type === 'init') {
        view = event.struct;
        mods += 1;
      } else if (event.type === 'mod') {
        try {
          processMod(view, event.mod);
          mods += 1;
        } catch (error) {
          assert.ok(error instanceof ModError);
          end = error.pythonClass;
        }
      } else {
        end = event.type === 'eof' ? 'eof' : event.fault.message;
      }
    }
  };
  for (const chunk of chunks) {
    machine.receive(chunk);
    take(machine.takeEvents());
  }
  if (eof) {
    machine.receiveEof();
    take(machine.takeEvents());
  }
  return [{ view, mods, end }, log.join('\n')];
}

/** Structs change after they were heard, so what is compared is their text at that time. */
function shown(value: unknown): unknown {
  return typeof value === 'bigint' ||
    (typeof value === 'object' && value !== null && 'pyType' in value)
    ? pyRepr(value as PyValue)
    : value;
}

/** What our subscriber makes of a conversation where it is not what SiPyCo's made of it. */
const OURS: {
  readonly [name: string]: {
    readonly reason: string;
    readonly view?: PyValue;
    readonly end?: string;
  };
} = {
  sync_struct_mixed_nan_client19_publisher10: {
    reason: 'version 1 has no NaN by that name; we read version 2',
    view: dict({ n: Number.NaN, b: [true, 2n], t: new Tuple([null]), f: new Fraction(1n, 3n) }),
    end: 'eof',
  },
  sync_struct_mixed_plain_client10_publisher19: {
    reason: 'version 2 has no (null, ); we read version 1',
    view: dict({
      a: 1n,
      l: [1.5, null],
      b: [true, 2n],
      t: new Tuple([null]),
      f: new Fraction(1n, 3n),
    }),
    end: 'eof',
  },
  sync_struct_mixed_plain_client19_publisher10: {
    reason: 'to a reader of version 1 a __jsonclass__ is a dict; we read version 2',
    view: dict({
      a: 1n,
      l: [1.5, null],
      b: [true, 2n],
      t: new Tuple([null]),
      f: new Fraction(1n, 3n),
    }),
    end: 'eof',
  },
  sync_struct_mixed_tuples_client10_publisher19: {
    reason: 'version 2 has no (1, 2); we read version 1',
    end: 'eof',
  },
  sync_struct_mixed_tuples_client19_publisher10: {
    reason: 'to a reader of version 1 a __jsonclass__ is a dict; we read version 2',
    end: 'eof',
  },
  'sync_struct_raw_publisher_faults: v1 line: Python text': {
    reason: 'we read version 1',
    view: new Tuple([1n]),
    end: 'eof',
  },
  'sync_struct_raw_publisher_faults: not JSON': {
    reason: 'a line with single quotes is one of version 1, and this mod has no path',
    view: new PyDict(),
    end: 'KeyError',
  },
  'sync_struct_unencodable: connection 0': {
    reason: 'as recorded, where its end is noted after the other connection',
    end: 'KeyError',
  },
  'sync_struct_unencodable: connection 1': {
    reason: 'as recorded: dropped at once',
    end:
      'the server closed the connection without a word: it has no notifier "x", ' +
      'or it is not a sync_struct server',
  },
};

describe('sync_struct, subscriber: every recording at every split', () => {
  for (const conversation of conversations('sync_struct_')) {
    it(conversation.name, () => {
      const { s2c, c2s, s2cEof } = conversation;
      const notifierName = conversation.notifierName.replace('\r', ''); // we refuse to send that one
      const whole = follow(notifierName, [s2c], s2cEof);
      checkOutcome(conversation, whole[0]);
      const cut = [...s2c].map(byte => Uint8Array.of(byte));
      assert.equal(follow(notifierName, cut, s2cEof)[1], whole[1], 'byte by byte');
      for (let at = 1; at < s2c.length; at += 1) {
        const [, log] = follow(notifierName, [s2c.subarray(0, at), s2c.subarray(at)], s2cEof);
        assert.equal(log, whole[1], `cut at ${at}`);
      }
      if (conversation.isPlainClient) {
        const said = Buffer.concat(new SubscriberMachine(notifierName).takeOutput());
        assert.equal(said.toString(), Buffer.from(c2s).toString());
      }
    });
  }
});

function checkOutcome(conversation: Conversation, outcome: Outcome): void {
  const ours = OURS[conversation.name];
  const recorded = conversation.view === undefined ? undefined : fromTree(conversation.view);
  const view = ours === undefined ? recorded : ours.view;
  if (view !== undefined) {
    assert.ok(pyExact(outcome.view, view), `${pyRepr(outcome.view)}\n  is not ${pyRepr(view)}`);
  }
  const raised = ours?.end ?? conversation.raised;
  if (raised === undefined) {
    assert.ok(outcome.end === 'eof' || outcome.end === 'open' || outcome.mods === 0, outcome.end);
  } else if (raised === 'JSONDecodeError' || conversation.name.endsWith('mod before init')) {
    assert.match(outcome.end, /PYON|inside a line|before the struct/);
  } else {
    assert.equal(outcome.end, raised);
  }
}

describe('sync_struct, publisher: every recording at every split, its lines decoded and encoded again', () => {
  for (const conversation of conversations('sync_struct_')) {
    const { name, c2s, s2c, pyon, notifierName } = conversation;
    it(name, () => {
      const decoder = new PyonLineDecoder();
      const lines = conversation.isRawServer
        ? []
        : linesOf(s2c).map(line => encodeLine(decoder.decode(line), pyon));
      for (let at = 0; at <= c2s.length; at += 1) {
        const machine = new PublisherMachine();
        machine.receive(c2s.subarray(0, at));
        machine.receive(c2s.subarray(at));
        const [event] = machine.takeEvents();
        if (conversation.isRefusedHandshake) {
          assert.equal(event?.type, 'failed', `cut at ${at}`);
          continue;
        }
        assert.deepEqual(event, { type: 'subscribed', notifierName }, `cut at ${at}`);
        for (const [i, line] of lines.entries()) {
          machine.send({ type: i === 0 ? 'init' : 'mod', line });
        }
        if (!conversation.isRawServer) {
          const said = Buffer.concat(machine.takeOutput());
          assert.equal(said.toString(), Buffer.from(s2c).toString());
        }
      }
    });
  }
});

describe('a notifier, told to do what each recording shows, publishes the same lines', () => {
  for (const conversation of conversations('sync_struct_')) {
    if (conversation.isRawServer || conversation.s2c.length === 0) {
      continue;
    }
    it(conversation.name, () => {
      const decoder = new PyonLineDecoder();
      const lines = linesOf(conversation.s2c).map(line => Buffer.from(line).toString());
      const [init, ...mods] = linesOf(conversation.s2c).map(line => decoder.decode(line) as PyDict);
      const notifier = new Notifier(init!.get('struct')!, { pyon: conversation.pyon });
      const published = [Buffer.from(notifier.initLine()).toString().trimEnd()];
      notifier.publish = (_, line) => published.push(Buffer.from(line).toString().trimEnd());
      for (const mod of mods) {
        if (conversation.name.startsWith('sync_struct_unencodable') && mod.get('key') === 'bad') {
          lines.pop(); // ours never took the value that cannot be sent, so it cannot be deleted either
          continue;
        }
        change(notifier, mod);
      }
      assert.deepEqual(published, lines);
    });
  }
});

function change(notifier: Notifier, mod: PyDict): void {
  const field = (name: string) => mod.get(name)!;
  const part = notifier.at(...(field('path') as PyValue[]));
  switch (field('action')) {
    case 'append':
      part.append(field('x'));
      return;
    case 'insert':
      part.insert(field('i'), field('x'));
      return;
    case 'pop':
      part.pop(field('i'));
      return;
    case 'setitem':
      part.set(field('key'), field('value'));
      return;
    case 'delitem':
      part.delete(field('key'));
      return;
    default:
      assert.fail(`the recording has no action ${String(field('action'))}`);
  }
}

function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

describe('two machines', () => {
  it('talk with no network', () => {
    const subscriber = new SubscriberMachine('datasets');
    const publisher = new PublisherMachine();
    const notifier = new Notifier(
      dict({ 'rabi.p': new Tuple([false, new NDArray('<f8', [3]), new PyDict()]) }),
    );
    for (const chunk of subscriber.takeOutput()) {
      publisher.receive(chunk);
    }
    assert.deepEqual(publisher.takeEvents(), [{ type: 'subscribed', notifierName: 'datasets' }]);
    publisher.send({ type: 'init', line: notifier.initLine() });
    notifier.publish = (_, line) => publisher.send({ type: 'mod', line });
    notifier.at('rabi.p', 1n).set(0n, 0.5);
    for (const chunk of publisher.takeOutput()) {
      subscriber.receive(chunk);
    }
    const [init, mod] = subscriber.takeEvents();
    assert.ok(init?.type === 'init' && mod?.type === 'mod');
    assert.equal(
      pyRepr(modToValue(mod.mod as Mod)),
      "{'action': 'setitem', 'path': ['rabi.p', 1], 'key': 0, 'value': 0.5}",
    );
    processMod(init.struct, mod.mod);
    assert.ok(pyExact(init.struct, notifier.rawView));
  });
});
