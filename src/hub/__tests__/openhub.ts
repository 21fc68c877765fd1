// A hub as the worker makes it, with time turned by hand.

import type { Frame } from '../api.js';
import { Demo } from '../demo.js';
import { Hub, type HubOptions } from '../hub.js';
import { HandClock } from './handclock.js';

export type TestHub = {
  readonly hub: Hub;
  readonly clock: HandClock;
  /** Pull until a frame is what the test waits for. */
  readonly pull: (fits: (frame: Frame) => boolean) => Promise<Frame>;
  /** What was reported as a mistake. */
  readonly mistakes: unknown[];
};

export function openHub(options: Partial<HubOptions> = {}): TestHub {
  const clock = new HandClock();
  const mistakes: unknown[] = [];
  const hub = new Hub({
    version: '0',
    clock,
    demo: new Demo(clock),
    makeBridge: () => {
      throw new Error('no page was given');
    },
    defer: callback => void setImmediate(callback),
    report: error => mistakes.push(error),
    ...options,
  });
  const pull = async (fits: (frame: Frame) => boolean): Promise<Frame> => {
    for (;;) {
      const found = (await hub.pull()).find(fits);
      if (found !== undefined) {
        return found;
      }
    }
  };
  return { hub, clock, pull, mistakes };
}
