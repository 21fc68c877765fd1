// What the writers of both versions do alike: values without members, and how deep they are.

import type { PyValue } from '../../values/index.js';
import type { Out } from './out.js';
import { writeString } from './text.js';
import { checkDepth, type Trail, type WriteTools, writeInt } from './write.js';

/** A value that has members, or a form of its own. */
export type Compound = Exclude<PyValue, null | boolean | number | bigint | string>;

/** Writes one value into `out`. A subclass says how floats and compounds are spelled. */
export abstract class Writer {
  protected readonly _out: Out;
  protected readonly _pretty: boolean;
  protected readonly _tools: WriteTools;
  protected readonly _trail: Trail | null;
  protected _depth = 0;

  /** @param trail - given in a second run, to name the place of the fault. */
  constructor(out: Out, pretty: boolean, tools: WriteTools, trail: Trail | null) {
    this._out = out;
    this._pretty = pretty;
    this._tools = tools;
    this._trail = trail;
  }

  /** @throws {EncodeError, LimitError} */
  value(value: PyValue): void {
    switch (typeof value) {
      case 'string':
        writeString(this._out, value);
        return;
      case 'number':
        this._out.ascii(this._float(value));
        return;
      case 'bigint':
        writeInt(this._out, value, this._tools.limits);
        return;
      case 'boolean':
        this._out.ascii(value ? 'true' : 'false');
        return;
    }
    if (value === null) {
      this._out.ascii('null');
    } else {
      this._compound(value);
    }
  }

  protected abstract _float(value: number): string;
  protected abstract _compound(value: Compound): void;

  protected _deeper(): void {
    this._depth += 1;
    checkDepth(this._depth, this._tools.limits);
  }
}
