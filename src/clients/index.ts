// A machine, a transport and a clock make promises and subscriptions.
export { Backoff } from './backoff.js';
export {
  BestEffortClient,
  type BestEffortClientOptions,
  type ReportWarning,
} from './besteffort.js';
export {
  Receiver,
  type ReceiverGap,
  type ReceiverNotifyCb,
  type ReceiverOptions,
  type ReceiverStatus,
} from './broadcast.js';
export { type Difference, difference } from './difference.js';
export { FFProxy, type FFProxyOptions } from './fireforget.js';
export type { ClientOptions, ConnectOptions } from './link.js';
export {
  LogForwarder,
  type LogForwarderOptions,
  type LogForwarderStatus,
  type LogLoss,
} from './logforwarder.js';
export { connectGlobalRpc, type GlobalRpcOptions, RemoteExecClient } from './remoteexec.js';
export {
  AutoTarget,
  type IRpcCallable,
  RpcClient,
  type RpcClientOptions,
  type RpcMethodList,
} from './rpc.js';
export type { CallOptions } from './rpcconversation.js';
export { type Kwargs, kwargs, type RemoteMethod, type RemoteMethods } from './rpcremote.js';
export { type NotifyCb, Subscriber, type SubscriberOptions } from './syncstruct.js';
