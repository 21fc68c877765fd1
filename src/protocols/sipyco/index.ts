// What SiPyCo says in lines of PYON.

export type { PyonVersion } from '../pyon/index.js';
export {
  BUILTIN_TERMINATE,
  formatArgspec,
  methodListOf,
  methodListToValue,
} from './argspec.js';
export { bannerLine, handshake, LIMITS, type SipycoProtocol } from './banner.js';
export { BroadcasterMachine, ReceiverMachine } from './broadcast.js';
export type {
  BroadcasterCommand,
  BroadcasterEvent,
  ReceiverEvent,
} from './broadcastmessages.js';
export { type Dataset, datasetOf, displayOf } from './dataset.js';
export {
  exceptionToValue,
  GENERIC_REMOTE_EXCEPTION,
  packedExceptionOf,
} from './exceptions.js';
export { encodeLine, PyonLineDecoder } from './lines.js';
export { formatLogMessage, SourceFilter } from './logformat.js';
export { LOG_LEVELS, levelName, TRACE } from './loglevels.js';
export type {
  LogEntry,
  LogForwarderCommand,
  LogForwarderEvent,
  LogRecord,
  LogServerEvent,
} from './logmessages.js';
export {
  LOG_LIMITS,
  type LogLimits,
  type LogMessage,
  LogParser,
  type LogParserOptions,
  parseLogMessage,
} from './logparser.js';
export { LogForwarderMachine, LogServerMachine, logLine } from './logs.js';
export { logRecordOf, logRecordToValue } from './logtuple.js';
export type { PublisherCommand, PublisherEvent, SubscriberEvent } from './messages.js';
export { type Mod, type ModAction, ModError, pathText, processMod } from './mods.js';
export {
  modToValue,
  Notifier,
  type NotifierOptions,
  type Publish,
  updateFromDict,
} from './notifier.js';
export { RpcClientMachine, type RpcClientMachineOptions } from './pcrpc.js';
export { RpcServerMachine, type RpcServerMachineOptions } from './pcrpcserver.js';
export type {
  ArgSpec,
  MethodDoc,
  MethodList,
  PackedException,
  RpcClientCommand,
  RpcClientEvent,
  RpcId,
  RpcServerCommand,
  RpcServerEvent,
} from './rpcmessages.js';
export { parseSignature, type Signature } from './signature.js';
export { PublisherMachine, SubscriberMachine } from './syncstruct.js';
