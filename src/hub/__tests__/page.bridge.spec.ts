// The hub against the real thing: a publisher on TCP, the bridge kernel, jupyter_server.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import WebSocket from 'ws';
import { Notifier } from '../../protocols/sipyco/index.js';
import { Publisher } from '../../servers/index.js';
import { freePort, Jupyter } from '../../transports/__tests__/jupyter.js';
import { PlatformClock, type WebSocketConstructor } from '../../transports/index.js';
import { listenTcp } from '../../transports/node/index.js';
import { type Fault, PyDict, type PyValue } from '../../values/index.js';
import type {
  ChannelSettings,
  Frame,
  IPage,
  NumberFrame,
  PolicyAnswer,
  PolicyQuestion,
  ViewSpec,
} from '../api.js';
import { PageBridge } from '../bridge.js';
import { Demo } from '../demo.js';
import { Hub } from '../hub.js';
import { dataset } from './lab.js';
import { VIEWPORT } from './viewport.js';

/** What a page does, without one. */
class Page implements IPage {
  readonly reasons: string[] = [];
  readonly asked: PolicyQuestion[] = [];
  readonly settled: number[] = [];
  answerWith: PolicyAnswer | null = null;
  hub: Hub | null = null;
  private readonly _jupyter: Jupyter;

  constructor(jupyter: Jupyter) {
    this._jupyter = jupyter;
  }

  async openChannel(reason: 'first' | 'lost'): Promise<ChannelSettings> {
    this.reasons.push(reason);
    const kernelId = await this._jupyter.kernel();
    const { wsUrl, token = '' } = await this._jupyter.place(kernelId);
    return { wsUrl, kernelId, token };
  }

  policyAsked(question: PolicyQuestion): void {
    this.asked.push(question);
    if (this.answerWith !== null) {
      void this.hub?.answerPolicy(question.id, this.answerWith);
    }
  }

  policySettled(questionId: number): void {
    this.settled.push(questionId);
  }
}

/** Websockets that a test can cut. */
const sockets: WebSocket[] = [];
class Cuttable extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols);
    sockets.push(this);
  }
}

const hubs: Hub[] = [];

async function open(jupyter: Jupyter) {
  const clock = new PlatformClock();
  const page = new Page(jupyter);
  const mistakes: unknown[] = [];
  const hub = new Hub({
    version: '0',
    clock,
    demo: new Demo(clock),
    makeBridge: (of, listener) =>
      new PageBridge({
        page: of,
        listener,
        clock,
        WebSocket: Cuttable as unknown as WebSocketConstructor,
        client: 'labwire test',
        newSessionId: () => crypto.randomUUID(),
      }),
    defer: callback => void setImmediate(callback),
    report: error => mistakes.push(error),
  });
  page.hub = hub;
  hubs.push(hub);
  await hub.start(page);
  const until = async (fits: (frame: Frame) => boolean): Promise<Frame> => {
    for (;;) {
      const found = (await hub.pull()).find(fits);
      if (found !== undefined) {
        return found;
      }
    }
  };
  return { hub, page, until, mistakes };
}

/** A publisher on TCP that comes and goes at one port. */
class Lab {
  datasets = new Notifier(new PyDict());
  private _publisher: Publisher | null = null;

  constructor(readonly port: number) {}

  get address(): string {
    return `sipyco+sync://127.0.0.1:${this.port}/datasets#a`;
  }

  async start(value: PyValue): Promise<void> {
    this.datasets = new Notifier(new PyDict([['a', dataset(value)]]));
    this._publisher = new Publisher({ notifiers: { datasets: this.datasets } });
    this._publisher.start(await listenTcp({ host: '127.0.0.1', port: this.port }));
  }

  async stop(): Promise<void> {
    await this._publisher?.stop();
    this._publisher = null;
  }
}

const specOf = (address: string): ViewSpec => ({
  version: 1,
  view: 'number',
  sources: [{ role: 'value', address }],
  options: {},
});
const shows = (text: string) => (frame: Frame) =>
  frame.kind === 'number' && frame.text === text && frame.status.state === 'live';
const inState = (state: string) => (frame: Frame) => frame.status.state === state;

describe('Hub with a page', () => {
  let jupyter: Jupyter;
  let lab: Lab;

  before(async () => {
    jupyter = await Jupyter.start();
    lab = new Lab(await freePort());
    await lab.start(1);
  });

  after(async () => {
    await Promise.all(hubs.splice(0).map(hub => hub.bye()));
    await lab?.stop();
    await jupyter?.stop();
  });

  it('shows a dataset, and stays true while publisher, websocket and kernel come and go', async () => {
    const { hub, page, until, mistakes } = await open(jupyter);
    const id = await hub.openView(specOf(lab.address), VIEWPORT);
    await until(shows('1.0'));
    lab.datasets.set('a', dataset(2));
    await until(shows('2.0'));

    await lab.stop();
    const stale = (await until(inState('stale'))) as NumberFrame;
    assert.equal(stale.text, '2.0');
    await lab.start(3);
    await hub.retry(id);
    await until(shows('3.0'));

    // The websocket is cut: nothing is current, and nothing is lost.
    sockets.at(-1)?.terminate();
    const cut = await until(inState('stale'));
    assert.equal(cut.status.fault?.name, 'BridgeError');
    lab.datasets.set('a', dataset(4));
    await until(shows('4.0'));
    assert.deepEqual(page.reasons, ['first']);

    // The kernel is killed: the page is asked to start another one.
    const kernelId = await jupyter.kernel();
    await jupyter.rest('DELETE', `kernels/${kernelId}`);
    await until(inState('stale'));
    lab.datasets.set('a', dataset(5));
    await until(shows('5.0'));
    // Once is enough; a server that is slow to let go of the old kernel is asked again.
    assert.deepEqual([...new Set(page.reasons)], ['first', 'lost']);

    const [endpoint] = await hub.endpoints();
    assert.equal(endpoint?.endpoint, `127.0.0.1:${lab.port}`);
    assert.equal(endpoint?.viewCount, 1);
    assert.deepEqual(mistakes, []);
  });

  it('serves two hubs apart', async () => {
    const one = await open(jupyter);
    const two = await open(jupyter);
    await one.hub.openView(specOf(lab.address), VIEWPORT);
    await two.hub.openView(specOf(lab.address), VIEWPORT);
    await one.until(frame => frame.kind === 'number');
    await two.until(frame => frame.kind === 'number');
    await one.hub.bye();
    lab.datasets.set('a', dataset(6));
    await two.until(shows('6.0'));
  });
});

describe('Hub with a page: the policy', () => {
  let jupyter: Jupyter;
  let lab: Lab;

  before(async () => {
    jupyter = await Jupyter.start({
      bridgeConfig: 'c = get_config()\nc.LabwireBridge.default = "ask"',
    });
    lab = new Lab(await freePort());
    await lab.start(1);
  });

  after(async () => {
    await Promise.all(hubs.splice(0).map(hub => hub.bye()));
    await lab?.stop();
    await jupyter?.stop();
  });

  it('asks a person, and takes no for an answer until it is asked again', async () => {
    const { hub, page, until, mistakes } = await open(jupyter);
    const id = await hub.openView(specOf(lab.address), VIEWPORT);
    const asking = await until(inState('asking'));
    assert.equal(asking.kind, 'empty');
    while (page.asked.length === 0) {
      await new Promise(resolve => setImmediate(resolve));
    }
    const [question] = page.asked;
    assert.equal(question?.endpoint, `127.0.0.1:${lab.port}`);
    assert.equal(question?.resolved, `127.0.0.1:${lab.port}`);
    assert.equal(
      question?.reason,
      'The host is not on the list of those that may be reached without asking.',
    );
    await hub.answerPolicy(question!.id, 'no');
    const refused = await until(inState('refused'));
    const fault = refused.status.fault as Fault;
    assert.equal(fault.name, 'PolicyError');
    assert.equal(fault.facts.rule, 'answer no');
    assert.deepEqual(page.settled, [question!.id]);
    await assert.rejects(hub.answerPolicy(question!.id, 'once'), {
      name: 'PolicyError',
      message: 'the question about this host is not open any more',
      hint: 'Try again: it is asked anew.',
    });

    page.answerWith = 'once';
    await hub.retry(id);
    await until(shows('1.0'));
    assert.equal(page.asked.length, 2);
    assert.deepEqual(mistakes, []);
  });
});
