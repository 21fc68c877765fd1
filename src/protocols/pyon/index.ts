// PYON: Python values as text, both versions, whole.
export type { IBase64 } from './base64.js';
export { type Detected, decodeAny, detectVersion, namesJsonclass } from './detect.js';
export { convertV1ToV2, fileText } from './file.js';
export { LIMITS as PYON_LIMITS, type PyonLimits } from './limits.js';
export { LiteralReader } from './literal.js';
export { platformBase64 } from './platform.js';
export {
  decode,
  type EncodeOptions,
  encode,
  encodeBytes,
  type PyonOptions,
  type PyonVersion,
  useBase64,
} from './pyon.js';
export {
  deregister,
  type PyonClass,
  type PyonConstructor,
  PyonRegistry,
  register,
} from './registry.js';
export { Source } from './source.js';
export { PySubclass } from './subclass.js';
export { py } from './template.js';
export { decodeTree, encodeTree, fromTree, type Tree, toTree } from './tree.js';
