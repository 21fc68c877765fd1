import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NDArray, type PyDict, type PyValue, Slice, type Tuple } from '../../values/index.js';
import type {
  EmptyFrame,
  Frame,
  ImageFrame,
  NumberFrame,
  TableFrame,
  TraceFrame,
  ViewKind,
  ViewOptions,
  ViewSpec,
} from '../api.js';
import { settled } from './handclock.js';
import { dataset, LAB, Lab } from './lab.js';
import { openHub, type TestHub } from './openhub.js';
import { VIEWPORT } from './viewport.js';

function specOf(
  name: string | null,
  view: 'auto' | ViewKind = 'auto',
  options: ViewOptions = {},
): ViewSpec {
  const address = name === null ? LAB : `${LAB}#${name}`;
  const role = view === 'trace' ? 'y' : view === 'table' ? 'table' : 'value';
  return { version: 1, view, sources: [{ role, address }], options };
}

async function start(entries: Iterable<readonly [PyValue, PyValue]>) {
  const lab = new Lab(entries).start();
  const opened = openHub({ connect: lab.connect });
  return { lab, ...opened };
}

const isNumber = (frame: Frame): frame is NumberFrame => frame.kind === 'number';
const inState = (state: string) => (frame: Frame) => frame.status.state === state;

async function textOf({ pull }: Pick<TestHub, 'pull'>): Promise<string> {
  return ((await pull(isNumber)) as NumberFrame).text;
}

/** A pull that nothing answers yet: what it brings is the next news. */
async function idle(hub: TestHub['hub']): Promise<{ readonly next: Promise<readonly Frame[]> }> {
  for (;;) {
    let isSettled = false;
    const next = hub.pull().finally(() => {
      isSettled = true;
    });
    await settled();
    if (!isSettled) {
      return { next };
    }
  }
}

describe('Hub: pulling', () => {
  it('answers at once with what is known, then waits for news', async () => {
    const { lab, hub, pull } = await start([['a', dataset(1)]]);
    await hub.openView(specOf('a'), VIEWPORT);
    assert.equal(await textOf({ pull }), '1.0');
    const { next } = await idle(hub);
    lab.datasets.set('a', dataset(2));
    assert.equal(((await next)[0] as NumberFrame).text, '2.0');
    await hub.bye();
  });

  it('shows that it connects while nothing is known', async () => {
    const { hub } = openHub({ connect: () => () => new Promise(() => undefined) });
    const id = await hub.openView(specOf('a'), VIEWPORT);
    const [first] = await hub.pull();
    assert.equal(first?.kind, 'empty');
    assert.equal((first as EmptyFrame).fault, null);
    assert.equal(first?.viewId, id);
    assert.equal(first?.status.state, 'connecting');
    assert.equal(first?.timeNs, null);
    await hub.bye();
  });

  it('gives one batch for all views, with the latest value of each', async () => {
    const { lab, hub, pull } = await start([
      ['a', dataset(1)],
      ['b', dataset(1)],
    ]);
    const a = await hub.openView(specOf('a'), VIEWPORT);
    const b = await hub.openView(specOf('b'), VIEWPORT);
    await pull(isNumber);
    const { next } = await idle(hub);
    for (let i = 0; i < 10; i++) {
      lab.datasets.set('a', dataset(i));
      lab.datasets.set('b', dataset(-i));
    }
    const frames = await next;
    assert.deepEqual(
      frames.map(frame => [frame.viewId, (frame as NumberFrame).text, frame.droppedCount]),
      [
        [a, '9.0', 9],
        [b, '-9.0', 9],
      ],
    );
    await hub.bye();
  });

  it('sends nothing of a view that is hidden or paused, and the latest when it is seen again', async () => {
    const { lab, hub, pull } = await start([['a', dataset(1)]]);
    const id = await hub.openView(specOf('a'), VIEWPORT);
    await pull(isNumber);
    for (const hide of [
      (is: boolean) => hub.setVisible(id, !is),
      (is: boolean) => hub.setPaused(id, is),
    ]) {
      await hide(true);
      lab.datasets.set('a', dataset(5));
      await settled();
      lab.datasets.set('a', dataset(6));
      const hidden = await idle(hub);
      await hide(false);
      assert.equal(((await hidden.next)[0] as NumberFrame).text, '6.0');
      // Also when nothing happened meanwhile: the page may have drawn over it.
      const shown = await idle(hub);
      await hide(true);
      await hide(false);
      assert.equal(((await shown.next)[0] as NumberFrame).text, '6.0');
    }
    await hub.bye();
  });

  it('tells the status of a view that is hidden or paused, and holds its picture', async () => {
    const { lab, hub, pull } = await start([['a', dataset(1)]]);
    const id = await hub.openView(specOf('a'), VIEWPORT);
    await pull(isNumber);
    for (const hide of [
      (is: boolean) => hub.setVisible(id, !is),
      (is: boolean) => hub.setPaused(id, is),
    ]) {
      await hide(true);
      lab.datasets.set('a', dataset(5));
      lab.datasets.delete('a');
      const gone = await pull(frame => frame.status.state === 'missing');
      assert.equal(gone.kind, 'status');
      lab.datasets.set('a', dataset(7));
      const back = await pull(frame => frame.status.state === 'live');
      assert.equal(back.kind, 'status');
      await hide(false);
      assert.equal(((await pull(isNumber)) as NumberFrame).text, '7.0');
    }
    await hub.bye();
  });

  it('tells the rate, and that it fell to 0 though nothing else changed', async () => {
    const { lab, hub, clock, pull } = await start([['a', dataset(0)]]);
    await hub.openView(specOf('a'), VIEWPORT);
    await pull(isNumber);
    for (let i = 1; i <= 30; i++) {
      await clock.turn(100);
      lab.datasets.set('a', dataset(i));
      await settled();
    }
    const busy = (await pull(isNumber)) as NumberFrame;
    assert.ok(Math.abs(busy.rateHz - 10) < 1, `${busy.rateHz}`);
    const quiet = pull(frame => frame.rateHz === 0);
    for (let i = 0; i < 10; i++) {
      await clock.turn(1000);
    }
    assert.equal(((await quiet) as NumberFrame).text, '30.0');
    await idle(hub);
    assert.equal(clock.timerCount, 0, 'a quiet lab needs no timer');
    await hub.bye();
  });

  it('reduces a viewport that changes anew', async () => {
    const { hub, pull } = await start([
      ['curve', dataset(NDArray.of(Float64Array.from({ length: 100_000 }, (_, i) => i)))],
    ]);
    const id = await hub.openView(specOf('curve'), VIEWPORT);
    const first = (await pull(frame => frame.kind === 'trace')) as TraceFrame;
    assert.equal(first.series[0]?.x.length, 1200);
    await hub.setViewport(id, { ...VIEWPORT, x: [10, 20] });
    const second = (await pull(frame => frame.kind === 'trace')) as TraceFrame;
    assert.equal(second.series[0]?.reduced, false);
    await hub.bye();
  });
});

describe('Hub: sources', () => {
  it('shares one connection between all views of a notifier, and lets it linger', async () => {
    const { lab, hub, clock, pull } = await start([
      ['a', dataset(1)],
      ['b', dataset(2)],
    ]);
    const ids = [
      await hub.openView(specOf('a'), VIEWPORT),
      await hub.openView(specOf('b'), VIEWPORT),
      await hub.openView(specOf(null), VIEWPORT),
    ];
    await pull(frame => frame.kind === 'table');
    assert.equal(lab.connectCount, 1);
    const [endpoint] = await hub.endpoints();
    assert.equal(endpoint?.endpoint, 'lab:3250');
    assert.equal(endpoint?.address, LAB);
    assert.equal(endpoint?.viewCount, 3);
    assert.equal(endpoint?.status.state, 'live');
    assert.ok((endpoint?.receivedBytes ?? 0) > 50);
    for (const id of ids) {
      await hub.closeView(id);
    }
    await clock.turn(4000);
    assert.equal(lab.subscriberCount, 1);
    const again = await hub.openView(specOf('a'), VIEWPORT);
    assert.equal(await textOf({ pull }), '1.0');
    assert.equal(lab.connectCount, 1);
    await hub.closeView(again);
    await clock.turn(5000);
    assert.equal(lab.subscriberCount, 0);
    assert.deepEqual(await hub.endpoints(), []);
    assert.equal(clock.timerCount, 0);
  });

  it('waits for a key that is not there, and shows it when it comes', async () => {
    const { lab, hub, pull } = await start([['Rabi.p', dataset(1)]]);
    await hub.openView(specOf('rabi.p'), VIEWPORT);
    const missing = await pull(inState('missing'));
    assert.equal(missing.kind, 'empty');
    assert.equal(missing.status.fault?.message, "datasets has no 'rabi.p'");
    assert.equal(
      missing.status.fault?.hint,
      'It is shown as soon as it is there. Names like it: Rabi.p.',
    );
    lab.datasets.set('rabi.p', dataset(7n));
    const live = (await pull(isNumber)) as NumberFrame;
    assert.equal(live.text, '7');
    assert.equal(live.status.state, 'live');
    await hub.bye();
  });

  it('shows that a key goes, and takes it back as another type', async () => {
    const { lab, hub, pull } = await start([['a', dataset(1)]]);
    await hub.openView(specOf('a'), VIEWPORT);
    await pull(isNumber);
    lab.datasets.delete('a');
    const gone = (await pull(inState('missing'))) as NumberFrame;
    assert.equal(gone.text, '---');
    assert.equal(gone.status.fault?.message, "datasets has no 'a'");
    lab.datasets.set('a', dataset(NDArray.of(Float64Array.of(1, 2, 3))));
    const trace = (await pull(frame => frame.kind === 'trace')) as TraceFrame;
    assert.equal(trace.status.state, 'live');
    assert.equal(trace.type, 'float64[3]');
    lab.datasets.set('a', dataset(NDArray.of(new Uint16Array(6), [2, 3])));
    const image = (await pull(frame => frame.kind === 'image')) as ImageFrame;
    assert.equal(image.columns, 3);
    await hub.bye();
  });

  it('says why a value does not fit the view that was asked for', async () => {
    const { lab, hub, pull } = await start([['a', dataset('text')]]);
    await hub.openView(specOf('a', 'trace'), VIEWPORT);
    const frame = (await pull(
      ({ kind, status }) => kind === 'empty' && status.state === 'live',
    )) as EmptyFrame;
    assert.equal(frame.fault?.message, 'a is str, a trace needs a list or 1-D array of numbers');
    assert.equal(frame.type, 'str');
    lab.datasets.set('a', dataset([1n, 2n]));
    assert.equal((await pull(({ kind }) => kind === 'trace')).kind, 'trace');
    await hub.bye();
  });

  it('follows elements that are set one by one', async () => {
    const { lab, hub, pull } = await start([
      ['a', dataset(NDArray.of(new Float64Array(10).fill(Number.NaN)))],
    ]);
    await hub.openView(specOf('a'), VIEWPORT);
    const first = (await pull(frame => frame.kind === 'trace')) as TraceFrame;
    assert.equal(first.measuredCount, 0);
    lab.datasets.at('a').at(1n).set(3n, 0.5);
    lab.datasets
      .at('a')
      .at(1n)
      .set(new Slice(5n, 7n, null), 1);
    const second = (await pull(
      frame => frame.kind === 'trace' && frame.measuredCount === 3,
    )) as TraceFrame;
    assert.equal(second.droppedCount, 0, 'changes in place are drawn');
    assert.deepEqual(second.last, { y: 1, error: null });
    await hub.bye();
  });

  it('shows the same curve however the changes are grouped into frames', async () => {
    const { lab, hub, pull } = await start([['a', dataset([1, 2, 3])]]);
    await hub.openView(specOf('a', 'trace'), VIEWPORT);
    let state = 5;
    const random = (below: number) => {
      state = (state * 48271) % 2147483647;
      return state % below;
    };
    const list = lab.datasets.at('a').at(1n);
    const now = () =>
      ((lab.datasets.rawView as PyDict).get('a') as Tuple).items[1] as readonly number[];
    for (let round = 0; round < 150; round++) {
      for (let i = random(6); i >= 0; i--) {
        const length = now().length;
        const at = BigInt(random(length + 1));
        switch (random(5)) {
          case 0:
            list.append(random(1000));
            break;
          case 1:
            list.insert(at - BigInt(random(3)), random(1000));
            break;
          case 2:
            list.set(new Slice(at, at + 2n, null), [random(1000), random(1000)].slice(random(3)));
            break;
          default:
            if (length > 2) {
              list.set(BigInt(random(length)) - BigInt(random(2) * length), random(1000));
              if (random(3) === 0) {
                list.pop(BigInt(random(length)));
              }
            }
        }
      }
      lab.datasets.at('a').at(1n).append(random(1000));
      await settled();
      const frame = (await pull(({ kind }) => kind === 'trace')) as TraceFrame;
      assert.deepEqual([...(frame.series[0]?.y ?? [])], [...now()]);
    }
    await hub.bye();
  });

  it('picks inside by a path of any keys', async () => {
    const { lab, hub, pull } = await start([
      ['a', dataset(NDArray.of(Float64Array.of(1, 2, 3)))],
      [17n, 'seventeen'],
    ]);
    await hub.openView(specOf('["a", 1, -1]'), VIEWPORT);
    assert.equal(await textOf({ pull }), '3.0');
    lab.datasets.at('a').at(1n).set(2n, 9);
    assert.equal(await textOf({ pull }), '9.0');
    await hub.openView(specOf('[17]'), VIEWPORT);
    const text = (await pull(frame => isNumber(frame) && frame.viewId === 2)) as NumberFrame;
    assert.equal(text.text, 'seventeen');
    await hub.openView(specOf('["a", 1, 7]'), VIEWPORT);
    const missing = await pull(inState('missing'));
    assert.equal(
      missing.status.fault?.message,
      "datasets['a'][1] is float64[3], there is no [7] in it",
    );
    await hub.bye();
  });

  it('shows a whole notifier as a table, and follows names that come and go', async () => {
    const { lab, hub, pull } = await start([
      ['rabi.p', dataset(0.5, { unit: 'MHz', precision: 2n })],
      ['rabi.t', dataset(1n)],
    ]);
    await hub.openView(specOf(null), VIEWPORT);
    const isTable = (frame: Frame) => frame.kind === 'table';
    const first = (await pull(isTable)) as TableFrame;
    assert.equal(first.type, 'dict[2]');
    assert.deepEqual(
      first.rows.map(({ label, text, unit, type, address }) => [label, text, unit, type, address]),
      [
        ['rabi', '', '', '', ''],
        ['p', '0.00', 'MHz', 'float', `${LAB}#rabi.p`],
        ['t', '1', '', 'int', `${LAB}#rabi.t`],
      ],
    );
    lab.datasets.set('[odd]', 5n);
    lab.datasets.delete('rabi.t');
    lab.datasets.set('rabi.p', dataset(1e6, { unit: 'MHz', precision: 2n }));
    const second = (await pull(
      frame => frame.kind === 'table' && frame.rows[2]?.changeCount === 1,
    )) as TableFrame;
    assert.deepEqual(
      second.rows.map(({ label, text, changeCount, address }) => [
        label,
        text,
        changeCount,
        address,
      ]),
      [
        ['[odd]', '5', 0, `${LAB}#["[odd]"]`.replaceAll('"', '%22')],
        ['rabi', '', 0, ''],
        ['p', '1.00', 1, `${LAB}#rabi.p`],
      ],
    );
    await hub.bye();
  });

  it('counts when it was out of step, and heals by itself', async () => {
    const { lab, hub, pull } = await start([['a', dataset(1)]]);
    await hub.openView(specOf('a'), VIEWPORT);
    await pull(isNumber);
    // The publisher's own struct takes what ours cannot: it was changed behind its back.
    lab.datasets.set('b', []);
    const hidden = lab.datasets.rawView as { set(key: string, value: PyValue): void };
    hidden.set('c', []);
    lab.datasets.at('c').append(1n);
    lab.datasets.set('a', dataset(2));
    const live = (await pull(frame => isNumber(frame) && frame.text === '2.0')) as NumberFrame;
    const settledFrame = live.status.state === 'live' ? live : await pull(inState('live'));
    assert.equal(settledFrame.status.outOfStepCount, 1);
    assert.equal(lab.connectCount, 2);
    await hub.bye();
  });
});

describe('Hub: links', () => {
  it('keeps the picture when the publisher is restarted, and learns what changed', async () => {
    const { lab, hub, clock, pull } = await start([
      ['a', dataset(1)],
      ['b', dataset(2)],
    ]);
    await hub.openView(specOf('a'), VIEWPORT);
    await hub.openView(specOf(null), VIEWPORT);
    await pull(frame => frame.kind === 'table');
    await lab.stop();
    const stale = (await pull(
      frame => isNumber(frame) && frame.status.state === 'stale',
    )) as NumberFrame;
    assert.equal(stale.text, '1.0');
    assert.equal(stale.status.fault?.name, 'ConnectionLostError');
    lab.start([
      ['a', dataset(1)],
      ['c', dataset(3)],
    ]);
    const live = pull(frame => frame.kind === 'table' && frame.status.state === 'live');
    await clock.turn(5000);
    const table = (await live) as TableFrame;
    assert.deepEqual(
      table.rows.map(({ label, text, changeCount }) => [label, text, changeCount]),
      [
        ['a', '1.0', 0],
        ['c', '3.0', 0],
      ],
    );
    await hub.bye();
  });

  it('reconnects at once when a person asks', async () => {
    const { lab, hub, clock, pull } = await start([['a', dataset(1)]]);
    const id = await hub.openView(specOf('a'), VIEWPORT);
    await pull(isNumber);
    await lab.stop();
    await pull(inState('stale'));
    for (let i = 0; i < 20; i++) {
      await clock.turn(1000);
    }
    lab.start([['a', dataset(5)]]);
    await hub.retry(id);
    await pull(frame => isNumber(frame) && frame.text === '5.0');
    await hub.bye();
  });

  it('says that a notifier is not there, with both causes', async () => {
    const { hub, pull } = await start([['a', dataset(1)]]);
    await hub.openView(
      {
        ...specOf('a'),
        sources: [{ role: 'value', address: 'sipyco+sync://lab:3250/datasetz#a' }],
      },
      VIEWPORT,
    );
    const { status } = await pull(inState('failed'));
    assert.match(status.fault?.message ?? '', /"datasetz".*not a sync_struct server/);
    await hub.bye();
  });

  it('is as bad as its worst source', async () => {
    const { lab, hub, pull } = await start([['y', dataset([1n, 2n])]]);
    await hub.openView(
      {
        version: 1,
        view: 'trace',
        sources: [
          { role: 'y', address: `${LAB}#y` },
          { role: 'x', address: `${LAB}#x` },
        ],
        options: {},
      },
      VIEWPORT,
    );
    const missing = await pull(frame => frame.kind === 'trace');
    assert.equal(missing.status.state, 'missing');
    lab.datasets.set('x', dataset([0.5, 1.5]));
    const live = (await pull(inState('live'))) as TraceFrame;
    assert.deepEqual(live.fullX, [0.5, 1.5]);
    await hub.bye();
  });

  it('works beside another hub, which it does not know', async () => {
    const lab = new Lab([['a', dataset(1)]]).start();
    const one = openHub({ connect: lab.connect });
    const two = openHub({ connect: lab.connect });
    await one.hub.openView(specOf('a'), VIEWPORT);
    await two.hub.openView(specOf('a'), VIEWPORT);
    await one.pull(isNumber);
    await two.pull(isNumber);
    await one.hub.bye();
    lab.datasets.set('a', dataset(2));
    assert.equal(await textOf(two), '2.0');
    await settled();
    assert.equal(lab.subscriberCount, 1);
    await two.hub.bye();
  });
});

describe('Hub: what it refuses', () => {
  it('throws Faults, with the message whole', async () => {
    const { hub } = await start([]);
    const wrong = hub.openView(specOf('a', 'pie' as ViewKind), VIEWPORT);
    await assert.rejects(wrong, {
      name: 'ParseError',
      message:
        'the description of this view is not valid: view should be one of auto, number, trace, histogram, xy, xy_hist, image, table, log, progress, chart, value, it is "pie"',
      hint: 'Run the cell again, or make the view with labwire’s Python helper.',
    });
    await assert.rejects(hub.openView(specOf(null, 'number'), VIEWPORT), {
      name: 'ParseError',
      message: `this view shows one value, and ${LAB} names all of datasets`,
      hint: `Add the name, as in ${LAB}#name, or show all of it as a table.`,
    });
    await assert.rejects(hub.openView(specOf('[1'), VIEWPORT), { name: 'ParseError' });
    await assert.rejects(hub.openView(specOf('[1](2)'), VIEWPORT), { name: 'ParseError' });
    await assert.rejects(hub.setPaused(99, true), {
      name: 'ClosedError',
      message: 'view 99 is not open',
    });
    const id = await hub.openView(specOf('a'), VIEWPORT);
    await assert.rejects(hub.ask(id, { type: 'csv' }), { message: 'there is no value yet' });
    await hub.bye();
  });

  it('shows a scheme that cannot be watched as a state of the view', async () => {
    const { hub, pull } = await start([]);
    await hub.openView(
      {
        version: 1,
        view: 'auto',
        sources: [{ role: 'value', address: 'ca://XF:mtr1' }],
        options: {},
      },
      VIEWPORT,
    );
    const { status } = await pull(inState('failed'));
    assert.equal(
      status.fault?.message,
      'addresses that start with ca:// cannot be shown in this version',
    );
    assert.equal(
      status.fault?.hint,
      'These can: sipyco+sync://, sipyco+rpc://, sipyco+broadcast://, sipyco+log://.',
    );
    await hub.bye();
  });

  it('says where there is no bridge', async () => {
    const { hub, pull } = openHub();
    await hub.start(null);
    await hub.openView(specOf('a'), VIEWPORT);
    const { status } = await pull(inState('failed'));
    assert.equal(
      status.fault?.message,
      'lab:3250 cannot be reached: there is no bridge kernel here',
    );
    assert.equal(status.fault?.hint, 'Addresses that start with demo+ work without it.');
    await hub.bye();
  });
});

describe('Hub: answers', () => {
  it('exports and copies what is there now', async () => {
    const { lab, hub, pull } = await start([['a', dataset(2n ** 60n)]]);
    const id = await hub.openView(specOf('a'), VIEWPORT);
    await pull(isNumber);
    assert.deepEqual(await hub.ask(id, { type: 'text' }), {
      type: 'text',
      text: '1152921504606846976',
    });
    lab.datasets.set('a', dataset(NDArray.of(Float64Array.of(0.5, -0))));
    await pull(frame => frame.kind === 'trace');
    assert.deepEqual(await hub.ask(id, { type: 'text' }), {
      type: 'text',
      text: 'array([0.5, -0.0])',
    });
    const reply = await hub.ask(id, { type: 'csv' });
    assert.equal(
      reply.type === 'csv' && new TextDecoder().decode(reply.bytes),
      'a\r\n0.5\r\n-0.0\r\n',
    );
    await hub.bye();
  });

  it('ends everything when the page goes, and may be used again', async () => {
    const { lab, hub, clock, pull } = await start([['a', dataset(1)]]);
    await hub.openView(specOf('a'), VIEWPORT);
    await pull(isNumber);
    const waiting = hub.pull();
    await hub.bye();
    assert.deepEqual(await waiting, []);
    await settled();
    assert.equal(lab.subscriberCount, 0);
    assert.equal(clock.timerCount, 0);
    await hub.openView(specOf('a'), VIEWPORT);
    assert.equal(await textOf({ pull }), '1.0');
    await hub.bye();
  });
});
