// The entry of the demo lab's script: what the worker loads when the first `demo+` address is opened.
//
// A bundle of its own, with its own copies of what both need: nothing passes between them but bytes
// through transports, a clock, and errors that are known by name.

import { platformBase64, useBase64 } from '../protocols/pyon/index.js';
import { Demo } from './demo.js';
import type { DemoMaker } from './lazydemo.js';

useBase64(platformBase64(globalThis));

const make: DemoMaker = clock => new Demo(clock);
(globalThis as { labwireDemo?: DemoMaker }).labwireDemo = make;
