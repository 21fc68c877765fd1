// The jobs of the page. Its views are the product's: HubSession, FramePump, LiveView.

import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { HubSession, LiveViewModel, parseSpec, specOf } from '../../lib/models/index.js';
import { LiveView } from '../../lib/widgets/index.js';
import { FrameMeter, GapMeter, meteredWorker } from './meters.mjs';

const IDLE_MS = 1500;
const FIRST_PICTURE_MS = 30_000;

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

export function run(job) {
  switch (job.type) {
    case 'view':
      return watchView(job);
    case 'views':
      return watchViews(job);
    case 'log':
      return watchLog(job);
    case 'chart':
      return watchChart(job);
    case 'codec':
      return askWorker(job);
    default:
      throw new Error(`no such job: ${job.type}`);
  }
}

/**
 * Show one view for a while.
 *
 * @param {{worker: string, view: string, address: string, height: number, channel: object | null,
 *   warmUpMs: number, measureMs: number}} job - `height`: of the picture, CSS px; `channel`: where the
 *   bridge kernel is, null for `demo+` addresses.
 */
async function watchView({ worker, view, address, height, channel, warmUpMs, measureMs }) {
  const idleGapMs = await idleGap();

  const meter = new FrameMeter();
  const session = start({ worker, channel, meter });
  const { model, widget, pictures } = show(session, meter, view, address, { height });
  await until(
    () => pictures.draws.length >= 2,
    () => `no picture of ${address}: ${JSON.stringify(told(model))}`,
  );
  await sleep(warmUpMs);

  const before = model.frame.droppedCount;
  const fromMs = Date.now();
  const { seconds, longestGapMs } = await watched(meter, measureMs);
  const draws = pictures.draws.slice();
  const { droppedCount } = model.frame;
  const result = {
    fromMs,
    seconds,
    draws,
    longestGapMs,
    idleGapMs,
    droppedCount: droppedCount - before,
    canvas: pictures.canvasSize(),
    coloured: pictures.colouredShare(),
    ...told(model),
  };
  session.bye();
  widget.dispose();
  session.dispose();
  return result;
}

/**
 * Show several views at once for a while, side by side. The bench is told `begin` and `end`: it looks
 * at the clocks of the page's threads meanwhile, which a page cannot see.
 *
 * @param {{worker: string, views: {view: string, address: string}[], channel: object | null,
 *   warmUpMs: number, measureMs: number}} job
 */
async function watchViews({ worker, views, channel, warmUpMs, measureMs }) {
  const idleGapMs = await idleGap();
  document.body.classList.add('bench-mod-many');
  const meter = new FrameMeter();
  const session = start({ worker, channel, meter });
  const shown = views.map(({ view, address }) => show(session, meter, view, address, {}));
  for (const [at, { model, pictures }] of shown.entries()) {
    await until(
      () => pictures.draws.length >= 2,
      () => `no picture of ${views[at].address}: ${JSON.stringify(told(model))}`,
    );
  }
  await sleep(warmUpMs);

  await ask('begin');
  const measured = await watched(meter, measureMs);
  const drawn = shown.map(({ pictures }) => pictures.draws.length);
  await ask('end');
  const result = {
    ...measured,
    idleGapMs,
    views: shown.map(({ model, widget }, at) => ({
      drawn: drawn[at],
      box: boxOf(widget.node),
      ...told(model),
    })),
  };
  session.bye();
  for (const { widget } of shown) {
    widget.dispose();
  }
  session.dispose();
  return result;
}

/** The longest gap between animation frames while nobody asks for anything: how the machine keeps time. */
async function idleGap() {
  const gaps = new GapMeter();
  await sleep(IDLE_MS);
  return gaps.stop();
}

/** Look on for a while: the meter counts anew from its beginning. */
async function watched(meter, measureMs) {
  meter.restart();
  const gaps = new GapMeter();
  const from = performance.now();
  await sleep(measureMs);
  const seconds = (performance.now() - from) / 1000;
  return {
    seconds,
    longestGapMs: gaps.stop(),
    scriptShare: meter.scriptMs / 1000 / seconds,
  };
}

function boxOf(node) {
  const { left, top, right, bottom } = node.getBoundingClientRect();
  const isSeen = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
  return { width: right - left, height: bottom - top, isSeen };
}

/**
 * Show a log for a while: first following, then held with a filter on. The bench is told `fill` when
 * the view is open, `run` when it has `limit` records, and `heaps` twice: it looks at the memory.
 *
 * @param {{worker: string, address: string, channel: object, limit: number, measureMs: number}} job
 */
async function watchLog({ worker, address, channel, limit, measureMs }) {
  const idleGapMs = await idleGap();
  const meter = new FrameMeter();
  const session = start({ worker, channel, meter });
  const { model, widget, pictures } = show(session, meter, 'log', address, {});
  const words = () => `no full log of ${address}: ${JSON.stringify(told(model))}`;
  await until(() => model.frame?.kind === 'log', words);
  await ask('fill');
  await until(() => model.frame.recordCount >= limit, words);
  await ask('run');
  const heapsBefore = await ask('heaps');
  await sleep(IDLE_MS);

  const watch = async () => {
    const before = newest(model);
    const { seconds, longestGapMs, scriptShare } = await watched(meter, measureMs);
    return {
      longestGapMs,
      drawnHz: pictures.draws.length / seconds,
      recordHz: (newest(model) - before) / seconds,
      scriptShare,
    };
  };
  const followed = await watch();
  widget.node
    .querySelector('.jp-LogView-scroller')
    .dispatchEvent(new WheelEvent('wheel', { deltaY: -100 }));
  const filter = widget.node.querySelector('.jp-LogView-filter');
  filter.value = 'point';
  filter.dispatchEvent(new Event('input'));
  const filtered = await watch();
  const heapsAfter = await ask('heaps');
  const { recordCount, rows } = model.frame;
  const result = {
    idleGapMs,
    followed,
    filtered,
    heapsBefore,
    heapsAfter,
    recordCount,
    rowCount: rows.length,
    ...told(model),
  };
  session.bye();
  widget.dispose();
  session.dispose();
  return result;
}

/** Records that came so far. */
function newest({ frame: { recordCount, lostCount } }) {
  return recordCount + lostCount;
}

/**
 * Show a chart, which nobody has shown before in this page, and then look at it for a while.
 *
 * @param {{worker: string, spec: object, channel: object, warmUpMs: number, measureMs: number}} job
 */
async function watchChart({ worker, spec, channel, warmUpMs, measureMs }) {
  const idleGapMs = await idleGap();
  const meter = new FrameMeter();
  const session = start({ worker, channel, meter });
  const first = new GapMeter();
  const { model, widget, pictures } = showSpec(session, meter, parseSpec(spec));
  const timeOf = name => performance.getEntriesByName(`labwire:chart:${name}`)[0]?.startTime;
  await until(
    () => timeOf('painted') !== undefined,
    () => `no chart: ${JSON.stringify(told(model))}`,
  );
  await sleep(warmUpMs);
  const firstGapMs = first.stop();

  await ask('begin');
  const { seconds, longestGapMs } = await watched(meter, measureMs);
  const drawnHz = pictures.draws.length / seconds;
  await ask('end');
  const result = {
    idleGapMs,
    firstGapMs,
    longestGapMs,
    loadMs: timeOf('loaded') - timeOf('frame'),
    paintMs: timeOf('painted') - timeOf('loaded'),
    drawnHz,
    canvas: pictures.canvasSize(),
    coloured: pictures.colouredShare(),
    ...told(model),
  };
  session.bye();
  widget.dispose();
  session.dispose();
  return result;
}

/** The product's worker, and the page's end of it. */
function start({ worker, channel, meter }) {
  return new HubSession({
    page:
      channel === null
        ? null
        : { openChannel: async () => channel, policyAsked: () => {}, policySettled: () => {} },
    screen: meter.screen,
    makers: [async () => meteredWorker(worker, meter)],
  });
}

/** The product's view in the page, watched by the meter. */
function show(session, meter, view, address, options) {
  const spec = { ...specOf(address, view), options };
  return showSpec(session, meter, spec);
}

function showSpec(session, meter, spec) {
  const model = new LiveViewModel({ spec, source: session });
  const widget = new LiveView({
    model,
    trans: nullTranslator.load('labwire'),
    place: 'cell',
    actions: { openTab: null, openAddress: () => {}, decide: () => {} },
  });
  const pictures = meter.watch(model, widget.node, spec.view);
  Widget.attach(widget, document.querySelector('#place'));
  return { model, widget, pictures };
}

async function until(holds, words) {
  const start = performance.now();
  while (!holds()) {
    if (performance.now() - start > FIRST_PICTURE_MS) {
      throw new Error(words());
    }
    await sleep(20);
  }
}

/** What only the bench can tell: e.g. the clocks of threads. */
async function ask(question) {
  return (await fetch('ask', { method: 'POST', body: question })).json();
}

function told({ phase, fault, frame }) {
  return {
    phase,
    kind: frame?.kind ?? '',
    state: frame?.status.state ?? '',
    rateHz: frame?.rateHz ?? 0,
    fault: (fault ?? frame?.fault ?? frame?.status.fault)?.message ?? '',
  };
}

/** Run a job in a worker of its own. */
async function askWorker({ worker, ...job }) {
  const asked = new Worker(worker);
  try {
    return await new Promise((resolve, reject) => {
      asked.addEventListener('message', ({ data }) => resolve(data));
      asked.addEventListener('error', event => reject(new Error(event.message)));
      asked.postMessage(job);
    });
  } finally {
    asked.terminate();
  }
}
