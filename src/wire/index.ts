// Bytes, and only bytes: what every protocol needs and none owns.
export type { IClock, ITimer } from './clock.js';
export { LineReader } from './lines.js';
export type { FailedEvent, IMachine } from './machine.js';
export { Pump, type PumpEnd } from './pump.js';
export { type Connect, HIGH_WATER_BYTES, type IListener, type ITransport } from './transport.js';
