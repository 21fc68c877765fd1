// PYON as text and as values: the two functions that everything else is for.

import { isLabwireError, type PyValue } from '../../values/index.js';
import type { IBase64 } from './base64.js';
import type { Tools } from './construct.js';
import { LIMITS, type PyonLimits } from './limits.js';
import { Out } from './out.js';
import { readV1 } from './readv1.js';
import { readV2 } from './readv2.js';
import { COMMON_REGISTRY, type PyonRegistry } from './registry.js';
import { Source } from './source.js';
import { Trail } from './write.js';
import { writeV1 } from './writev1.js';
import { writeV2 } from './writev2.js';

/** 2: JSON with `__jsonclass__` (SiPyCo 1.10 on). 1: a Python expression (before). */
export type PyonVersion = 1 | 2;

export type PyonOptions = {
  /** 2 when missing. */
  readonly version?: PyonVersion;
  readonly limits?: Partial<PyonLimits>;
  /** The platform's base64; what `useBase64` set when missing. */
  readonly base64?: IBase64;
  /** Classes of your own; those of `register` when missing. */
  readonly registry?: PyonRegistry;
};

export type EncodeOptions = PyonOptions & {
  /** For people and files: indented by four blanks. Version 1 then sorts dicts whose keys are all str. */
  readonly pretty?: boolean;
  /** A newline behind it, for protocols of lines. */
  readonly newline?: boolean;
  /** Where they go, unless they fill the buffer that they were written to. Default: a buffer of their own. */
  readonly allocate?: (bytes: number) => Uint8Array<ArrayBuffer>;
};

let commonBase64: IBase64 | undefined;

/** From now on use the platform's base64 wherever none is passed, e.g. `platformBase64(globalThis)`. */
export function useBase64(base64: IBase64 | undefined): void {
  commonBase64 = base64;
}

/**
 * The value of a PYON text. Bytes are UTF-8, as on the wire, without a line end of their own.
 *
 * Arrays own their memory, aligned; `text` is not kept. Version 1 reads Python literals as
 * people type them and evaluates nothing.
 * @throws {ParseError} with position, expected, found. @throws {LimitError} larger than `limits`.
 */
export function decode(text: string | Uint8Array, options: PyonOptions = {}): PyValue {
  const tools = toolsOf(options);
  const source = new Source(text, tools.limits);
  return options.version === 1 ? readV1(source, tools) : readV2(source, tools);
}

/**
 * The PYON text of a value, byte for byte as SiPyCo writes it; without a line end.
 * @throws {EncodeError} with the path to a value that has no form. @throws {LimitError} nested too
 * deep (or holding itself), or an int of too many digits.
 */
export function encode(value: PyValue, options: EncodeOptions = {}): string {
  return write(value, options).toString();
}

/** `encode` as bytes. */
export function encodeBytes(value: PyValue, options: EncodeOptions = {}): Uint8Array<ArrayBuffer> {
  return write(value, options).toBytes(options.allocate);
}

function write(value: PyValue, options: EncodeOptions): Out {
  const tools = toolsOf(options);
  const run = options.version === 1 ? writeV1 : writeV2;
  const pretty = options.pretty ?? false;
  const out = new Out();
  try {
    run(out, value, pretty, tools, null);
  } catch (error) {
    if (isLabwireError(error, 'EncodeError')) {
      // Once more, now keeping the way: only a value that fails pays for its path.
      run(new Out(), value, pretty, tools, new Trail());
    }
    throw error;
  }
  if (options.newline === true) {
    out.byte(NEWLINE);
  }
  return out;
}

const NEWLINE = 0x0a;

/** What readers and writers work with. */
export function toolsOf(options: PyonOptions): Tools {
  return {
    limits: options.limits === undefined ? LIMITS : { ...LIMITS, ...options.limits },
    base64: options.base64 ?? commonBase64,
    registry: options.registry ?? COMMON_REGISTRY,
  };
}
