/**
 * SiPyCo, both ends of everything: `sync_struct` (`Subscriber`, `Notifier`, `Publisher`), calls
 * (`RpcClient`, `RpcServer`), `broadcast` (`Receiver`, `Broadcaster`), logging (`LogForwarder`,
 * `LogServer`), `remote_exec`; and the machines below, for transports and clocks of one's own. Clients
 * reconnect by themselves. docs/protocols/sipyco.md has our name for each of SiPyCo's.
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
 * @example Methods, called from afar: the server describes them by their Python signatures.
 * ```ts
 * import { method, RpcClient, RpcServer, rpcTarget } from 'labwire/sipyco';
 * import { LoopbackNetwork, PlatformClock } from 'labwire/transports';
 * import { pyRepr } from 'labwire/values';
 *
 * const frequencies = new Map<bigint, number>();
 * const dds = rpcTarget({
 *   className: 'Dds',
 *   methods: [
 *     method('set(self, channel: int, hertz: float = 80e6)', 'Tune one channel.', args => {
 *       frequencies.set(args.int('channel'), args.float('hertz'));
 *     }),
 *     method('get(self, channel: int) -> float', 'The frequency in Hz.', args => {
 *       return frequencies.get(args.int('channel')) ?? 0;
 *     }),
 *   ],
 * });
 * const network = new LoopbackNetwork();
 * const server = new RpcServer({ targets: { dds } });
 * server.start(network.listen('lab'));
 *
 * const client = new RpcClient({
 *   connect: options => network.connect('lab', options),
 *   clock: new PlatformClock(),
 * });
 * await client.connect();
 * await client.remote.set(0n);
 * console.log(pyRepr(await client.remote.get(0n))); // 80000000.0
 * await client.remote.set(0n, 'fast').catch(error => {
 *   console.log(String(error)); // RemoteError: TypeError: argument 'hertz': must be real number, not str
 * });
 *
 * await client.closeRpc();
 * await server.stop();
 * ```
 *
 * @example A log that goes to a server, and waits while that is away.
 * ```ts
 * import { LogForwarder, type LogRecord, LogServer, SourceFilter } from 'labwire/sipyco';
 * import { LoopbackNetwork, PlatformClock } from 'labwire/transports';
 *
 * const network = new LoopbackNetwork();
 * const forwarder = new LogForwarder({
 *   connect: options => network.connect('lab', options),
 *   clock: new PlatformClock(),
 *   filter: new SourceFilter(20, 'stage'), // INFO and above, in the name of the stage
 * });
 * forwarder.start();
 * forwarder.log({ levelno: 30, name: 'stage.x', message: 'at the limit' });
 *
 * let hear: (record: LogRecord) => void = () => {};
 * const first = new Promise<LogRecord>(resolve => {
 *   hear = resolve;
 * });
 * const server = new LogServer({ onRecord: record => hear(record) });
 * server.start(network.listen('lab'));
 * const { source, level, message } = await first;
 * console.log(source, level, message); // stage WARNING at the limit
 *
 * await forwarder.close();
 * await server.stop();
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
