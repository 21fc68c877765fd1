// Transports that need Node.
export { PlatformClock as NodeClock } from '../clock.js';
export type { KeepAlive } from './keepalive.js';
export { ChildComm, ParentComm, PipeTransport, type SubprocessOptions } from './pipes.js';
export {
  connectTcp,
  listenTcp,
  type TcpConnectOptions,
  TcpListener,
  type TcpListenOptions,
  TcpTransport,
} from './tcp.js';
export { SimpleSSLConfig } from './tls.js';
