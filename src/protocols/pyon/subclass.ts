// Instances of Python subclasses, as far as a program without Python can have them.

import { PyObject, type PyValue } from '../../values/index.js';

/**
 * A value of a subclass of `base`'s type: a namedtuple, an enum member, a defaultdict. Version 2
 * writes it as its base, version 1 refuses it. Nothing decodes to it; trees (`sub`) make it.
 */
export class PySubclass extends PyObject {
  readonly kind: string;
  readonly base: PyValue;

  constructor(kind: string, base: PyValue) {
    super();
    this.kind = kind;
    this.base = base;
  }

  override get pyType(): string {
    return this.kind;
  }
}
