// One plugin per file; the page loads them all.
export { commandsPlugin } from './commands.js';
export { hubPlugin } from './hub.js';
export { policyPlugin } from './policy.js';
export { rendererPlugin } from './renderer.js';
export { rpcPlugin } from './rpc.js';
export { ISidebar, sidebarPlugin } from './sidebar.js';
export { ILabwire, IViewRegistry, type LiveViewOptions } from './token.js';
export type * from './types.js';
export { viewRegistryPlugin } from './viewregistry.js';
export { viewsPlugin } from './views.js';
