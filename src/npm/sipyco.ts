/**
 * SiPyCo, both ends. Calls: an `RpcClient` and an `RpcServer`. Structs: a `Subscriber` that follows
 * one and reconnects by itself, a `Notifier` that tells what happens to one, a `Publisher` that
 * serves it. Broadcasts and logs: `Receiver` and `Broadcaster`, `LogForwarder` and `LogServer`. And
 * the machines below.
 *
 * @example
 * ```ts
 * import { Notifier, Publisher, Subscriber } from 'labwire/sipyco';
 * import { LoopbackNetwork, PlatformClock } from 'labwire/transports';
 * import { dict, pyRepr } from 'labwire/values';
 *
 * const network = new LoopbackNetwork(); // `labwire/node` has the one with sockets
 * const datasets = new Notifier(dict({ temperature: 22.5 }));
 * const publisher = new Publisher({ notifiers: { datasets } });
 * publisher.start(network.listen('lab'));
 *
 * const subscriber = new Subscriber({
 *   notifierName: 'datasets',
 *   connect: options => network.connect('lab', options),
 *   clock: new PlatformClock(),
 * });
 * await subscriber.connect();
 * const changed = new Promise<void>(resolve => subscriber.notifyCbs.push(() => resolve()));
 * datasets.set('temperature', 23.0);
 * await changed;
 * console.log(pyRepr(subscriber.target ?? null)); // {'temperature': 23.0}
 *
 * await subscriber.close();
 * await publisher.stop();
 * ```
 *
 * @module sipyco
 */

export {
  AutoTarget,
  Backoff,
  BestEffortClient,
  type BestEffortClientOptions,
  type CallOptions,
  type ClientOptions,
  type ConnectOptions,
  connectGlobalRpc,
  type Difference,
  difference,
  FFProxy,
  type FFProxyOptions,
  type GlobalRpcOptions,
  type IRpcCallable,
  type Kwargs,
  kwargs,
  LogForwarder,
  type LogForwarderOptions,
  type LogForwarderStatus,
  type LogLoss,
  type NotifyCb,
  Receiver,
  type ReceiverGap,
  type ReceiverNotifyCb,
  type ReceiverOptions,
  type ReceiverStatus,
  RemoteExecClient,
  type RemoteMethod,
  type RemoteMethods,
  type ReportWarning,
  RpcClient,
  type RpcClientOptions,
  type RpcMethodList,
  Subscriber,
  type SubscriberOptions,
} from '../clients/index.js';
export * from '../protocols/sipyco/index.js';
export {
  BoundArguments,
  BROADCASTER_LIMITS,
  Broadcaster,
  type BroadcasterLimits,
  type BroadcasterOptions,
  LOG_SERVER_LIMITS,
  LogServer,
  type LogServerLimits,
  type LogServerOptions,
  method,
  PUBLISHER_LIMITS,
  Publisher,
  type PublisherLimits,
  type PublisherOptions,
  PyError,
  packException,
  type ReceiverInfo,
  type RemoteExecFunctions,
  RPC_SERVER_LIMITS,
  type RpcCall,
  type RpcFunction,
  type RpcMethod,
  type RpcResult,
  RpcServer,
  type RpcServerLimits,
  type RpcServerOptions,
  type RpcTarget,
  type RpcTargetOptions,
  remoteExecTarget,
  remoteExecTargets,
  rpcTarget,
} from '../servers/index.js';
