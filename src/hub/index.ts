// The Web Worker's rooms. The page sees only the types of api.ts; the command line and scripts open
// sources without a hub.
export type * from './api.js';
export { Demo } from './demo.js';
export { Hub, type HubOptions } from './hub.js';
export type {
  Abilities,
  ChangedRange,
  Delta,
  ISource,
  ITree,
  IWatch,
  Listener,
  SourceEvent,
} from './sources/source.js';
export { type OpenConnection, Sources, type SourcesOptions } from './sources.js';
