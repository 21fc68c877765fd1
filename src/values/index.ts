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
export { complex, dict, int, set, slice, tuple } from './build.js';
export { type Cloned, type DTypeClone, fromClone, type PyClone, toClone } from './clone.js';
export { isoText } from './datetime.js';
export { OrderedDict, PyDict } from './dict.js';
export { type ByteOrder, DType, type DTypeField, type DTypeKind, HOST_ORDER } from './dtype.js';
export { parseDtype, repeated, structDtype, subarrayDtype } from './dtypename.js';
export { bytesEqual, pyEquals, pyExact } from './equal.js';
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
export { float16ToNumber, numberToFloat16 } from './float16.js';
export { bytesRepr, complexRepr, floatRepr, strRepr } from './format.js';
export { Fraction } from './fraction.js';
export { contiguousStrides, countOf, NDArray, type TypedArray } from './ndarray.js';
export { getArrayItem, setArrayItem } from './npassign.js';
export { isTrue as pythonBool, pythonComplex, pythonFloat, pythonInt } from './npconvert.js';
export { nested as nestedSequence } from './npnested.js';
export { type PlainValue, toPlain } from './plain.js';
export { pprint } from './pprint.js';
export { PythonError, type PythonErrorClass } from './pyerror.js';
export {
  appendItem,
  checkMethod,
  deleteItem,
  getItem,
  insertItem,
  iterate,
  type MutatingMethod,
  popItem,
  setItem,
} from './pyindex.js';
export { Complex, OpaqueObject, PyObject, type PyValue, Slice, Tuple } from './python.js';
export type { Display, LinkState, LinkStatus, Reading } from './reading.js';
export { pyRepr } from './repr.js';
export { NAT, NumpyScalar, readElement, swapBytes, unitSize, writeElement } from './scalar.js';
export { PySet } from './set.js';
export { typeName } from './typename.js';
