// What other extensions may ask for.
export { ILabwire, type LiveViewOptions } from './plugins/index.js';
