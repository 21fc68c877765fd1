// The jobs of the page. Its views are the product's: HubSession, FramePump, LiveView.

import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { HubSession, LiveViewModel, specOf } from '../../lib/models/index.js';
import { LiveView } from '../../lib/widgets/index.js';
import { FrameMeter, GapMeter, meteredWorker } from './meters.mjs';

const IDLE_MS = 1500; // how well the machine keeps time when nobody asks for anything
const FIRST_PICTURE_MS = 30_000;

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

export function run(job) {
  switch (job.type) {
    case 'view':
      return watchView(job);
    case 'log':
      return watchLog(job);
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
  const idle = new GapMeter();
  await sleep(IDLE_MS);
  const idleGapMs = idle.stop();

  const meter = new FrameMeter();
  const { session, model, widget } = open({ worker, channel, meter }, view, address, { height });
  meter.watch(model, widget.node, view);

  const start = performance.now();
  while (meter.draws.length < 2) {
    if (performance.now() - start > FIRST_PICTURE_MS) {
      throw new Error(`no picture of ${address}: ${JSON.stringify(told(model))}`);
    }
    await sleep(20);
  }
  await sleep(warmUpMs);

  meter.restart();
  const gaps = new GapMeter();
  const before = model.frame.droppedCount;
  const from = performance.now();
  const fromMs = Date.now();
  await sleep(measureMs);
  const seconds = (performance.now() - from) / 1000;
  const draws = meter.draws.slice();
  const longestGapMs = gaps.stop();
  const { droppedCount } = model.frame;
  const result = {
    fromMs,
    seconds,
    draws,
    longestGapMs,
    idleGapMs,
    droppedCount: droppedCount - before,
    canvas: meter.canvasSize(),
    coloured: meter.colouredShare(),
    ...told(model),
  };
  session.bye();
  widget.dispose();
  session.dispose();
  return result;
}

/**
 * Show a log for a while: first following, then held with a filter on.
 *
 * @param {{worker: string, address: string, measureMs: number}} job
 */
async function watchLog({ worker, address, measureMs }) {
  const idle = new GapMeter();
  await sleep(IDLE_MS);
  const idleGapMs = idle.stop();
  const meter = new FrameMeter();
  const { session, model, widget } = open({ worker, channel: null, meter }, 'log', address, {});
  const start = performance.now();
  while (!(model.frame?.recordCount > 0)) {
    if (performance.now() - start > FIRST_PICTURE_MS) {
      throw new Error(`no record of ${address}: ${JSON.stringify(told(model))}`);
    }
    await sleep(20);
  }
  let frameCount = 0;
  model.frameChanged.connect(() => {
    frameCount += 1;
  });
  const watch = async () => {
    frameCount = 0;
    meter.restart();
    const gaps = new GapMeter();
    const from = performance.now();
    await sleep(measureMs);
    const seconds = (performance.now() - from) / 1000;
    const longestGapMs = gaps.stop();
    return {
      frameHz: frameCount / seconds,
      scriptShare: meter.scriptMs / 1000 / seconds,
      longestGapMs,
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
  const { recordCount, rows } = model.frame;
  const result = {
    idleGapMs,
    followed,
    filtered,
    recordCount,
    rowCount: rows.length,
    ...told(model),
  };
  session.bye();
  widget.dispose();
  session.dispose();
  return result;
}

/** The product's view in the page. */
function open({ worker, channel, meter }, view, address, options) {
  const session = new HubSession({
    page:
      channel === null
        ? null
        : { openChannel: async () => channel, policyAsked: () => {}, policySettled: () => {} },
    screen: meter.screen,
    makers: [async () => meteredWorker(worker, meter)],
  });
  const spec = { ...specOf(address, view), options };
  const model = new LiveViewModel({ spec, source: session });
  const widget = new LiveView({
    model,
    trans: nullTranslator.load('labwire'),
    place: 'cell',
    actions: { openTab: null, openAddress: () => {}, decide: () => {} },
  });
  Widget.attach(widget, document.querySelector('#place'));
  return { session, model, widget };
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
