// The vocabulary all rooms share: plain data, addresses, errors.
export {
  type Address,
  DEFAULT_PORTS,
  formatAddress,
  formatEndpoint,
  parseAddress,
  SCHEMES,
  type Scheme,
} from './address.js';
export { type Alarm, NO_ALARM, type Severity } from './alarm.js';
export {
  BridgeError,
  ClosedError,
  ConnectError,
  ConnectionLostError,
  DeadlineError,
  EncodeError,
  type ErrorOptions,
  type Fact,
  isLabwireError,
  LabwireError,
  type LabwireErrorName,
  LimitError,
  LocalProtocolError,
  ParseError,
  PolicyError,
  ProtocolError,
  type ProtocolName,
  RemoteError,
  RemoteProtocolError,
  TransportError,
  UnsupportedError,
} from './errors.js';
export { type Fault, fromFault, isFault, toFault } from './fault.js';
export type { Display, LinkState, LinkStatus, Reading } from './reading.js';
