// Which schemes there are sources for: one line each.

import type { Scheme } from '../values/index.js';
import { BroadcastSource } from './sources/broadcast.js';
import type { SourceMaker } from './sources/context.js';
import { LogSource } from './sources/log.js';
import { RpcSource } from './sources/rpc.js';
import { SyncStructSource } from './sources/syncstruct.js';

export const REGISTRY: { readonly [S in Scheme]: SourceMaker | null } = {
  'sipyco+sync': (address, context) => new SyncStructSource(address, context),
  'sipyco+rpc': (address, context) => new RpcSource(address, context),
  'sipyco+broadcast': (address, context) => new BroadcastSource(address, context),
  'sipyco+log': (address, context) => new LogSource(address, context),
  ca: null,
  rpyc: null,
  panda: null,
  driver: null,
};
