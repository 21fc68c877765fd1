// Which schemes can be watched: one line each.

import type { Scheme } from '../values/index.js';
import type { SourceMaker } from './sources/context.js';
import { SyncStructSource } from './sources/syncstruct.js';

export const REGISTRY: { readonly [S in Scheme]: SourceMaker | null } = {
  'sipyco+sync': (address, context) => new SyncStructSource(address, context),
  'sipyco+rpc': null,
  'sipyco+broadcast': null,
  'sipyco+log': null,
  ca: null,
  rpyc: null,
  panda: null,
  driver: null,
};
