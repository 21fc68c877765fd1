// The Web Worker's rooms. The page sees only the types of api.ts.
export type * from './api.js';
