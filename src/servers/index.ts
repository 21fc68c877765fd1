// The other end of the clients: what instruments and tests serve.
export {
  BROADCASTER_LIMITS,
  Broadcaster,
  type BroadcasterLimits,
  type BroadcasterOptions,
  type ReceiverInfo,
} from './broadcast.js';
export {
  LOG_SERVER_LIMITS,
  LogServer,
  type LogServerLimits,
  type LogServerOptions,
} from './logs.js';
export { type RemoteExecFunctions, remoteExecTarget, remoteExecTargets } from './remoteexec.js';
export { BoundArguments } from './rpcbind.js';
export { PyError, packException } from './rpcexceptions.js';
export {
  RPC_SERVER_LIMITS,
  RpcServer,
  type RpcServerLimits,
  type RpcServerOptions,
} from './rpcserver.js';
export {
  method,
  type RpcCall,
  type RpcFunction,
  type RpcMethod,
  type RpcResult,
  type RpcTarget,
  type RpcTargetOptions,
  rpcTarget,
} from './rpctarget.js';
export {
  PUBLISHER_LIMITS,
  Publisher,
  type PublisherLimits,
  type PublisherOptions,
} from './syncstruct.js';
