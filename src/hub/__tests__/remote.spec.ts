// Calls as the page makes them: what is sent, what comes of it, what is kept.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { method, rpcTarget } from '../../servers/index.js';
import type { AuditEntry } from '../../transports/index.js';
import type { Fault } from '../../values/index.js';
import type {
  CallOutcome,
  Frame,
  ImageFrame,
  NumberFrame,
  ResultPart,
  TableFrame,
  TraceFrame,
} from '../api.js';
import type { Hub } from '../hub.js';
import { BENCH, Bench, request } from './bench.js';
import { type HandClock, settled } from './handclock.js';
import { openHub, type TestHub } from './openhub.js';
import { VIEWPORT } from './viewport.js';

let bench: Bench;
let hub: Hub;
let clock: HandClock;
let pull: TestHub['pull'];
let mistakes: unknown[];

beforeEach(() => {
  bench = new Bench();
  ({ hub, clock, pull, mistakes } = openHub({ connect: bench.connect }));
});

afterEach(async () => {
  await hub.bye();
  await bench.stop();
  assert.deepEqual(mistakes, []);
});

function resultOf(outcome: CallOutcome) {
  assert.equal(outcome.type, 'returned', JSON.stringify(outcome, textOfBig));
  return (outcome as Extract<CallOutcome, { type: 'returned' }>).result;
}

function faultOf(outcome: CallOutcome): Fault {
  assert.equal(outcome.type, 'failed', JSON.stringify(outcome, textOfBig));
  return (outcome as Extract<CallOutcome, { type: 'failed' }>).fault;
}

const textOfBig = (_key: string, value: unknown) =>
  typeof value === 'bigint' ? String(value) : value;

describe('a call', () => {
  it('reads its arguments as Python, and tells type and text of what comes back', async () => {
    bench.start();
    const outcome = await hub.call(request('add', ['40'], { kwargs: [['b', '2.5']] }));
    assert.deepEqual(resultOf(outcome), {
      pyType: 'float',
      text: '42.5',
      isCut: false,
      views: ['number'],
      itemCount: null,
      table: null,
      spark: null,
    });
    assert.equal(outcome.elapsedMs, 0);
  });

  it('keeps the types of arguments, and names that JavaScript gives a meaning', async () => {
    bench.start();
    const kwargs = [
      ['__proto__', '(1, 1.0)'],
      ['constructor', "b'x'"],
    ] as const;
    const outcome = await hub.call(request('echo', ['{1: None}', '0x10'], { kwargs }));
    assert.equal(
      resultOf(outcome).text,
      "{'args': ({1: None}, 16),\n 'kwargs': {'__proto__': (1, 1.0), 'constructor': b'x'}}",
    );
    assert.equal(resultOf(await hub.call(request('constructor'))).text, "'built'");
    for (const name of ['__proto__', 'toString', 'hasOwnProperty', '']) {
      assert.equal(faultOf(await hub.call(request(name))).name, 'LocalProtocolError', name);
    }
  });

  it('sends nothing for an argument that is no literal, and says which and where', async () => {
    bench.start();
    const wrong = faultOf(await hub.call(request('add', ['1'], { kwargs: [['b', '[1, 2']] })));
    assert.equal(wrong.name, 'ParseError');
    assert.match(wrong.message, /^b: /);
    assert.equal(wrong.facts.position, '[1, 2'.length);
    const code = faultOf(await hub.call(request('add', ['1', '__import__("os")'])));
    assert.match(code.message, /^argument 2: /);
    const empty = faultOf(await hub.call(request('add', [''])));
    assert.equal(empty.name, 'ParseError');
    const twice = [
      ['b', '1'],
      ['b', '2'],
    ] as const;
    assert.match(
      faultOf(await hub.call(request('add', ['1'], { kwargs: twice }))).message,
      /twice/,
    );
    assert.deepEqual(bench.called, []);
    assert.equal(bench.connectCount, 0);
  });

  it('shows what the method raised, class, message and traceback apart', async () => {
    bench.start();
    const outcome = await hub.call(request('fail'));
    assert.equal(outcome.type, 'raised');
    const raised = outcome as Extract<CallOutcome, { type: 'raised' }>;
    assert.equal(raised.remoteClass, 'ValueError');
    assert.equal(raised.remoteMessage, 'no such file');
    assert.ok(raised.traceback.every(line => !line.endsWith('\n')));
  });

  it('is refused where the page has marked the endpoint read-only, before anything is sent', async () => {
    bench.start();
    await hub.setGuards([{ endpoint: 'LAB:3251', readOnly: true }]);
    const fault = faultOf(await hub.call(request('add', ['1'])));
    assert.equal(fault.name, 'PolicyError');
    assert.match(fault.message, /read-only \(set on this page\)/);
    assert.equal(bench.connectCount, 0);
    await hub.setGuards([{ endpoint: 'lab:3251', readOnly: false }]);
    assert.equal(resultOf(await hub.call(request('add', ['1']))).text, '3.0');
  });

  it('ends when the person gives up, and its late answer goes nowhere', async () => {
    bench.start();
    const slow = request('wait');
    const outcome = hub.call(slow);
    await bench.waiting;
    await hub.cancelCall(slow.callId);
    assert.equal((await outcome).type, 'cancelled');
    bench.answer(17n);
    assert.equal(resultOf(await hub.call(request('add', ['1']))).text, '3.0');
    await assert.rejects(hub.resultText(slow.callId), { name: 'ClosedError' });
    await hub.cancelCall(slow.callId); // harmless
  });

  it('gives up at its deadline, and says how long that was', async () => {
    bench.start();
    const outcome = hub.call(request('wait', [], { deadlineMs: 1500 }));
    await bench.waiting;
    await clock.turn(1500);
    const failed = await outcome;
    const fault = faultOf(failed);
    assert.equal(fault.name, 'DeadlineError');
    assert.equal(fault.facts.timeoutMs, 1500);
    assert.equal(failed.elapsedMs, 1500);
  });

  it('says what it waits behind, when that was given up', async () => {
    bench.start();
    const slow = request('wait');
    const cancelled = hub.call(slow);
    await bench.waiting;
    await hub.cancelCall(slow.callId);
    await cancelled;
    const outcome = hub.call(request('add', ['1'], { deadlineMs: 700 }));
    await clock.turn(700);
    assert.equal(
      faultOf(await outcome).message,
      'no answer to add within 700 ms: it waits behind wait, which was given up and still runs',
    );
    bench.answer(17n);
  });

  it('says whether it was sent when the link is lost', async () => {
    bench.start();
    const outcome = hub.call(request('wait'));
    await bench.waiting;
    bench.cut();
    const fault = faultOf(await outcome);
    assert.equal(fault.name, 'ConnectionLostError');
    assert.equal(fault.facts.sent, 'yes');
  });

  it('fails where nobody listens, and where nothing can be called', async () => {
    assert.equal(faultOf(await hub.call(request('add', ['1']))).name, 'ConnectError');
    // The connection lingers, and is tried anew for whoever asks again.
    bench.start();
    assert.equal(resultOf(await hub.call(request('add', ['1']))).text, '3.0');
    const sync = { address: 'sipyco+sync://lab:3250/datasets' };
    assert.equal(faultOf(await hub.call(request('add', [], sync))).name, 'UnsupportedError');
    const nowhere = { address: 'here' };
    assert.equal(faultOf(await hub.call(request('add', [], nowhere))).name, 'ParseError');
  });

  it('is dropped when the hub says goodbye, and its answer changes nothing', async () => {
    bench.start();
    const slow = request('wait');
    const outcome = hub.call(slow);
    await bench.waiting;
    await hub.bye();
    assert.equal(faultOf(await outcome).name, 'ClosedError');
    bench.answer(17n);
    await settled();
    await assert.rejects(hub.resultText(slow.callId), { name: 'ClosedError' });
  });

  it('takes each number once', async () => {
    bench.start();
    const once = request('add', ['1']);
    await hub.call(once);
    await assert.rejects(hub.call(once), (fault: Fault) => /made before/.test(fault.message));
  });

  it('reaches the demo lab', async () => {
    const address = 'demo+sipyco+rpc:///siggen';
    const outcome = await hub.call(request('get_frequency', ['0'], { address }));
    assert.equal(resultOf(outcome).pyType, 'float');
    await hub.setGuards([{ endpoint: 'demo lab', readOnly: true }]);
    const refused = await hub.call(request('get_frequency', ['0'], { address }));
    assert.equal(faultOf(refused).name, 'PolicyError');
  });
});

describe('the audit', () => {
  it('hears of each call that is sent, its arguments cut, and not of the demo lab', async () => {
    const entries: AuditEntry[] = [];
    bench.start();
    const unused = () => assert.fail('not asked for');
    const opened = openHub({
      makeBridge: () => ({
        connect: bench.connect,
        audit: entry => entries.push(entry),
        answer: unused,
        retry: unused,
        roundTripMs: null,
        close: () => {},
      }),
    });
    await opened.hub.start({
      openChannel: unused,
      policyAsked: unused,
      policySettled: unused,
    });
    await opened.hub.call(request('add', ['1'], { kwargs: [['b', '0.5']] }));
    await opened.hub.call(request('add', ['nonsense']));
    await opened.hub.call(request('get_power', ['0'], { address: 'demo+sipyco+rpc:///siggen' }));
    await opened.hub.call(request('give', [`'${'x'.repeat(5000)}'`]));
    const long = entries.pop();
    assert.deepEqual(entries, [
      { action: 'call', endpoint: 'lab:3251', method: 'bench.add', detail: '1, b=0.5' },
    ]);
    assert.equal(long?.detail?.length, 500);
    await opened.hub.bye();
  });
});

describe('a result', () => {
  async function called(name: string, args: readonly string[] = []) {
    bench.start();
    const made = request(name, args);
    return { callId: made.callId, result: resultOf(await hub.call(made)) };
  }
  const isKind = (kind: string) => (frame: Frame) => frame.kind === kind;

  it('opens as an image, with read-out and export', async () => {
    const { callId, result } = await called('image');
    assert.deepEqual([result.pyType, result.views], ['uint16[3, 4]', ['image']]);
    const id = await hub.openResult(callId, 'auto', VIEWPORT);
    const frame = (await pull(isKind('image'))) as ImageFrame;
    assert.deepEqual([frame.columns, frame.rows, frame.status.state], [4, 3, 'live']);
    const pixel = await hub.ask(id, { type: 'pixel', x: 1, y: 2 });
    assert.equal(pixel.type === 'pixel' && pixel.text, '9');
    const part = await hub.ask(id, { type: 'csv' });
    assert.equal(part.type === 'csv' && part.fileName.startsWith('image'), true);
  });

  it('opens as a trace, a table and a number', async () => {
    const list = await called('give', ['[1.0, 2.0, 4.0]']);
    await hub.openResult(list.callId, 'trace', VIEWPORT);
    assert.equal(((await pull(isKind('trace'))) as TraceFrame).pointCount, 3);
    const give = async (literal: string) => {
      const made = request('give', [literal]);
      return { made, result: resultOf(await hub.call(made)) };
    };
    const table = await give("{'a': {'b': 1}, '__proto__': 2}");
    assert.deepEqual(table.result.views, ['table']);
    await hub.openResult(table.made.callId, 'auto', VIEWPORT);
    const rows = ((await pull(isKind('table'))) as TableFrame).rows;
    assert.ok(rows.some(({ label }) => label === '__proto__'));
    assert.deepEqual([...new Set(rows.map(({ address }) => address))], ['']);
    const number = await give('5');
    await hub.openResult(number.made.callId, 'number', VIEWPORT);
    assert.equal(((await pull(isKind('number'))) as NumberFrame).text, '5');
  });

  it('of a method with any name opens', async () => {
    const name = '../\ud800/<b>#?';
    const odd = rpcTarget({ methods: [{ ...method('f(self)', null, () => 5n), name }] });
    bench.start({ bench: odd });
    const made = request(name);
    assert.equal(resultOf(await hub.call(made)).text, '5');
    const id = await hub.openResult(made.callId, 'auto', VIEWPORT);
    assert.equal(((await pull(isKind('number'))) as NumberFrame).text, '5');
    await hub.closeView(id);
    await hub.dropResult(made.callId);
  });

  it('that is text only has no views; that is None neither', async () => {
    const { result } = await called('give', ["'hello'"]);
    const nothing = { isCut: false, views: [], itemCount: null, table: null, spark: null };
    assert.deepEqual(result, { ...nothing, pyType: 'str', text: "'hello'" });
    const none = resultOf(await hub.call(request('give', ['None'])));
    assert.deepEqual(none, { ...nothing, pyType: 'None', text: 'None' });
  });

  it('of 10 MB costs the page a line, and is copied only as far as a clipboard takes it', async () => {
    const { callId, result } = await called('big');
    assert.equal(result.pyType, 'float64[1250000]');
    assert.ok(result.text.length < 2000);
    assert.deepEqual(result.views, ['trace']);
    const text = await hub.resultText(callId);
    assert.ok(text.length <= 1024 * 1024);
    await hub.openResult(callId, 'auto', VIEWPORT);
    const frame = (await pull(isKind('trace'))) as TraceFrame;
    assert.equal(frame.pointCount, 1_250_000);
    assert.ok((frame.series[0]?.x.length ?? 0) <= 4 * VIEWPORT.width);
  });

  it('of many items is cut', async () => {
    const { result, callId } = await called('give', [`[${'[1, 2], '.repeat(20_000)}]`]);
    assert.equal(result.pyType, 'list[20000]');
    assert.deepEqual([result.text.length, result.isCut], [2000, true]);
    assert.equal((await hub.resultText(callId)).length, 20_000 * 8);
  });

  it('is looked at item by item, at any depth, some at a time', async () => {
    const { result, callId } = await called('give', [
      `{'a': [1, (2.5, 'x')], (0,): {'__proto__': None}, 'rest': [${'0, '.repeat(2500)}]}`,
    ]);
    assert.equal(result.itemCount, 3);
    const shown = async (path: readonly number[], from = 0, count = 100) =>
      (await hub.resultItems(callId, path, from, count)).items.map(
        ({ key, pyType, itemCount }) => `${key}: ${pyType} ${itemCount}`,
      );
    assert.deepEqual(await shown([]), [
      "'a': list[2] 2",
      '(0,): dict[1] 1',
      "'rest': list[2500] 2500",
    ]);
    assert.deepEqual(await shown([0]), ['0: int null', '1: tuple[2] 2']);
    assert.deepEqual(await shown([0, 1]), ['0: float null', '1: str null']);
    assert.deepEqual(await shown([1]), ["'__proto__': None null"]);
    assert.deepEqual(await shown([2], 2498), ['2498: int null', '2499: int null']);
    assert.equal((await shown([2], 0, 5000)).length, 1000);
    const { items } = await hub.resultItems(callId, [0, 1], 1, 1);
    assert.equal(items[0]?.text, "'x'");
    for (const path of [[7], [0, 0], [0, 1, 1]]) {
      await assert.rejects(hub.resultItems(callId, path, 0, 10), {
        message: /(there is no item|a value of type)/,
      });
    }
  });

  it('shows cells of a table, and keeps the rest', async () => {
    const { callId, result } = await called('big');
    assert.deepEqual(result.table, { rowCount: 1_250_000, columnCount: 1, columns: 'single' });
    const window = { firstRow: 1_249_999, rowCount: 5, firstColumn: 0, columnCount: 1 };
    assert.deepEqual(await hub.resultCells(callId, window), [['0.5']]);
    const five = request('give', ['5']);
    await hub.call(five);
    await assert.rejects(hub.resultCells(five.callId, window), { message: /int is no table$/ });
    await hub.dropResult(callId);
    await assert.rejects(hub.resultCells(callId, window), { name: 'ClosedError' });
  });

  it('is saved part by part, one at a time', async () => {
    const { callId } = await called('big');
    const first: ResultPart = await hub.resultPart(callId, 0);
    assert.equal(first.fileName, 'big.txt');
    const again = await hub.resultPart(callId, 0);
    assert.deepEqual(again.bytes, first.bytes);
    let last = again;
    while (last.next !== null) {
      last = await hub.resultPart(callId, last.next);
    }
    await assert.rejects(hub.resultPart(callId, 12), { name: 'UnsupportedError' });
    await hub.dropResult(callId);
    await assert.rejects(hub.resultPart(callId, 0), { name: 'ClosedError' });
  });

  it('closes its views when it is dropped, and they say so', async () => {
    const { callId } = await called('give', ['1']);
    const id = await hub.openResult(callId, 'auto', VIEWPORT);
    await pull(isKind('number'));
    await hub.dropResult(callId);
    const frame = await pull(isKind('status'));
    assert.deepEqual([frame.viewId, frame.status.state], [id, 'closed']);
    assert.match(frame.status.fault?.message ?? '', /not kept/);
    await assert.rejects(hub.setVisible(id, true), { name: 'ClosedError' });
    await assert.rejects(hub.openResult(callId, 'auto', VIEWPORT), { name: 'ClosedError' });
    await hub.dropResult(callId); // harmless
    await hub.closeView(id); // harmless
  });

  it('of the oldest call goes when there are a hundred newer ones', async () => {
    const { callId } = await called('give', ['1']);
    for (let i = 0; i < 100; i++) {
      await hub.call(request('give', [String(i)]));
    }
    await assert.rejects(hub.resultText(callId), (fault: Fault) => {
      assert.equal(fault.name, 'ClosedError');
      return /the newest 100 are, up to 268 MB/.test(fault.message);
    });
    assert.equal(await hub.resultText(callId + 1), '0');
  });
});

describe('what can be called', () => {
  it('is described: targets, methods, parameters without self', async () => {
    bench.start({ bench: bench.target, other: bench.target });
    assert.deepEqual(await hub.describeServer('sipyco+rpc://lab:3251'), {
      address: 'sipyco+rpc://lab:3251',
      description: 'a bench',
      targets: [
        { name: 'bench', address: BENCH },
        { name: 'other', address: 'sipyco+rpc://lab:3251/other' },
      ],
    });
    const target = await hub.describeTarget(BENCH);
    assert.deepEqual([target.name, target.docstring, target.fault], ['bench', 'A bench.', null]);
    const names = target.methods.map(({ name }) => name);
    assert.deepEqual(names, [...names].sort());
    const add = target.methods.find(({ name }) => name === 'add');
    assert.deepEqual(add, {
      name: 'add',
      parameters: [
        { name: 'a', kind: 'positional', default: null, annotation: 'int' },
        { name: 'b', kind: 'positional', default: '2.0', annotation: 'float' },
      ],
      signature: '(a: int, b: float = 2.0) -> float',
      docstring: 'Add.',
      isLifeCycle: false,
    });
    assert.deepEqual(
      target.methods.filter(({ isLifeCycle }) => isLifeCycle).map(({ name }) => name),
      ['stop'],
    );
  });

  it('is asked for by name where a server has several', async () => {
    bench.start({ a: bench.target, b: bench.target });
    await assert.rejects(hub.describeTarget('sipyco+rpc://lab:3251'), (fault: Fault) => {
      assert.match(fault.hint ?? '', /lab:3251\/a, sipyco\+rpc:\/\/lab:3251\/b/);
      return fault.name === 'UnsupportedError';
    });
    await assert.rejects(hub.describeTarget('sipyco+rpc://lab:3251/c'), (fault: Fault) =>
      /valid target name\(s\): a b/.test(fault.message),
    );
    await assert.rejects(hub.describeServer('sipyco+sync://lab:3250/datasets'), {
      name: 'UnsupportedError',
    });
  });

  it('has names alone where the list fails, and says why', async () => {
    const target = await hub.describeTarget('demo+sipyco+rpc:///unlistable');
    assert.notEqual(target.fault, null);
    assert.ok(target.methods.length > 0);
    for (const { parameters, signature, docstring } of target.methods) {
      assert.deepEqual([parameters, signature, docstring], [null, null, null]);
    }
  });

  it('gives up on a server that says nothing', async () => {
    const listener = bench.network.listen('lab:3251');
    const described = hub.describeTarget(BENCH).catch(reason => reason);
    await settled();
    await clock.turn(10_000);
    assert.equal((await described).name, 'DeadlineError');
    await listener.close();
  });
});

describe('an endpoint', () => {
  it('is held open, listed, and let go of', async () => {
    bench.start();
    await hub.hold(BENCH);
    await hub.hold(BENCH);
    await hub.describeTarget(BENCH);
    await clock.turn(60_000);
    const [held] = await hub.endpoints();
    assert.deepEqual([held?.endpoint, held?.status.state], ['lab:3251', 'live']);
    assert.equal(bench.connectCount, 1);
    await hub.release(BENCH);
    await hub.release(BENCH);
    await clock.turn(60_000);
    assert.deepEqual(await hub.endpoints(), []);
  });

  it('is tried again at once when the person says so', async () => {
    await hub.hold(BENCH);
    await settled();
    assert.equal((await hub.endpoints())[0]?.status.state, 'failed');
    bench.start();
    await hub.retryEndpoint('sipyco+rpc://lab:3251');
    await settled();
    assert.equal((await hub.endpoints())[0]?.status.state, 'live');
  });
});
