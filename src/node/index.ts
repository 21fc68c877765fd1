// What a Node program needs around clients and servers.
export {
  bindAddressFromArgs,
  type ICommandLine,
  initLoggerFromArgs,
  type NamedPort,
  type NetworkArgs,
  parseArgs,
  simpleNetworkArgs,
  sslArgs,
  sslConfigFromArgs,
  type VerbosityArgs,
  verbosityArgs,
} from './commandline.js';
export { loadFile, replaceFile, storeFile } from './files.js';
export { listenOnAll } from './listen.js';
export { type SimpleServerLoopOptions, simpleServerLoop } from './serverloop.js';
export { type EndSignal, SignalHandler } from './signals.js';
