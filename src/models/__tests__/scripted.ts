// The other end of the hub's contract, played by hand: a hub that answers when the test says so.
import { PromiseDelegate } from '@lumino/coreutils';
import type {
  Frame,
  IHub,
  NumberFrame,
  PolicyAnswer,
  ViewAnswer,
  Viewport,
  ViewSpec,
} from '../../hub/api.js';
import type { IScreen } from '../framepump.js';
import { ScriptedEditHub } from './scriptededit.js';

export const SPEC: ViewSpec = {
  version: 1,
  view: 'number',
  sources: [{ role: 'value', address: 'demo+sipyco+sync:///datasets#temperature' }],
  options: {},
};

export function numberFrame(viewId: number, text: string, change: Partial<NumberFrame> = {}) {
  const frame: NumberFrame = {
    viewId,
    kind: 'number',
    status: { state: 'live', sinceNs: 5n, fault: null, outOfStepCount: 0 },
    rateHz: 10,
    droppedCount: 0,
    timeNs: 7n,
    type: 'float',
    display: { unit: 'K' },
    alarm: { severity: 'none', status: '' },
    text,
    value: Number(text),
    exact: text,
    history: new Float64Array(),
    ...change,
  };
  return frame;
}

/** Records each call as one line; `pull` waits until frames are put in. */
export class ScriptedHub extends ScriptedEditHub implements IHub {
  readonly calls: string[] = [];
  /** Set to make the next `openView` wait for `release`. */
  gate: Promise<void> = Promise.resolve();
  refusal: unknown = null;

  async start() {
    this.calls.push('start');
    return { version: '0.1.0' };
  }

  async openView(spec: ViewSpec, _viewport: Viewport): Promise<number> {
    await this.gate;
    this.calls.push(`openView ${spec.sources[0]?.address}`);
    if (this.refusal !== null) {
      throw this.refusal;
    }
    this._views += 1;
    return this._views;
  }

  async closeView(viewId: number) {
    this.calls.push(`closeView ${viewId}`);
  }

  async setViewport(viewId: number, viewport: Viewport) {
    this.calls.push(`setViewport ${viewId} ${viewport.width}x${viewport.height}`);
  }

  async setVisible(viewId: number, visible: boolean) {
    this.calls.push(`setVisible ${viewId} ${visible}`);
  }

  async setPaused(viewId: number, paused: boolean) {
    this.calls.push(`setPaused ${viewId} ${paused}`);
  }

  pull(): Promise<readonly Frame[]> {
    this.calls.push('pull');
    this._pull?.resolve([]);
    const waiting = new PromiseDelegate<readonly Frame[]>();
    this._pull = waiting;
    return waiting.promise;
  }

  /** Settle the pull that waits. */
  put(...frames: readonly Frame[]): void {
    this._pull?.resolve(frames);
    this._pull = null;
  }

  /** Fail the pull that waits. */
  break(reason: unknown): void {
    this._pull?.reject(reason);
    this._pull = null;
  }

  async ask(viewId: number): Promise<ViewAnswer> {
    this.calls.push(`ask ${viewId}`);
    return { type: 'text', text: '295.1' };
  }

  async retry(viewId: number) {
    this.calls.push(`retry ${viewId}`);
  }

  async answerPolicy(questionId: number, answer: PolicyAnswer) {
    this.calls.push(`answerPolicy ${questionId} ${answer}`);
    if (this.refusal !== null) {
      throw this.refusal;
    }
  }

  async endpoints() {
    return [];
  }

  async bye() {
    this.calls.push('bye');
  }

  private _views = 0;
  private _pull: PromiseDelegate<readonly Frame[]> | null = null;
}

/** A screen whose repaints happen when the test says so. */
export class ScriptedScreen implements IScreen {
  requestFrame(callback: () => void): void {
    this._waiting.push(callback);
  }

  delay(callback: () => void): void {
    this._waiting.push(callback);
  }

  /** Set by the test: ms that every look at the clock takes. */
  stepMs = 100;

  nowMs(): number {
    this._nowMs += this.stepMs;
    return this._nowMs;
  }

  /** Repaint once; true if something waited for it. */
  async repaint(): Promise<boolean> {
    const waiting = this._waiting.splice(0);
    for (const callback of waiting) {
      callback();
    }
    await settled();
    return waiting.length > 0;
  }

  private _nowMs = 0;
  private readonly _waiting: (() => void)[] = [];
}

/** After every promise that can settle by itself has done so. */
export function settled(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve);
  });
}
