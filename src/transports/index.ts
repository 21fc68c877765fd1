// How bytes travel. One file each; all of them are ITransports, so no client knows which it has.
export { PlatformClock } from './clock.js';
export {
  type BridgeConnectOptions,
  type BridgeState,
  type BridgeStatus,
  KernelBridge,
  type KernelBridgeOptions,
} from './kernel.js';
export type { ChannelPlace } from './kernelchannel.js';
export type { AuditEntry, Stopped } from './kernelcore.js';
export type { IWebSocket, WebSocketConstructor } from './kernelsocket.js';
export type { KernelStream, StreamRoute } from './kernelstream.js';
export { LoopbackNetwork, type LoopbackOptions, LoopbackTransport } from './loopback.js';
export type { BridgeQuestion, PolicyChoice } from './questions.js';
export { parseRecording, type RecordedStep, type Recording } from './recording.js';
export { ReplayNetwork, type ReplayOptions, ReplayTransport } from './replay.js';
export type { BridgePolicy } from './welcome.js';
