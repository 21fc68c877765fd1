// The command `labwire`.
export { run } from './program.js';
