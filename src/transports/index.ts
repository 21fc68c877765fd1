// How bytes travel. One file each; all of them are ITransports, so no client knows which it has.
export { PlatformClock } from './clock.js';
export { LoopbackNetwork, type LoopbackOptions, LoopbackTransport } from './loopback.js';
export { parseRecording, type RecordedStep, type Recording } from './recording.js';
export { ReplayNetwork, type ReplayOptions, ReplayTransport } from './replay.js';
