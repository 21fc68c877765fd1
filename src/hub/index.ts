// The Web Worker's rooms. The page sees only the types of api.ts; the command line and scripts open
// sources without a hub.
export type * from './api.js';
export { Demo } from './demo.js';
export { Hub, type HubOptions } from './hub.js';
export type {
  Abilities,
  CallOptions,
  ChangedRange,
  Delta,
  Description,
  IRemote,
  ISource,
  ITree,
  IWatch,
  Listener,
  Message,
  Method,
  SourceEvent,
} from './sources/source.js';
export { type IDemo, type OpenConnection, Sources, type SourcesOptions } from './sources.js';
