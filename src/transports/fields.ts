// The JSON payload of a control record, field by field, each checked when it is read.

import { MalformedMessage, nameOf } from './records.js';

/** Fields that nobody asks for are ignored, as the contract wants. */
export class Fields {
  private readonly _what: string;
  private readonly _fields: { readonly [name: string]: unknown };

  private constructor(what: string, value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new MalformedMessage(`${what} is no JSON object`);
    }
    this._what = what;
    // Own properties only: a field called `constructor` is a field like any other.
    this._fields = Object.assign(Object.create(null), value);
  }

  /** @throws {MalformedMessage} no JSON object. */
  static read(kind: number, payload: Uint8Array): Fields {
    const what = nameOf(kind);
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    } catch (error) {
      throw new MalformedMessage(`the payload of ${what} is not JSON: ${(error as Error).message}`);
    }
    return new Fields(`the payload of ${what}`, value);
  }

  text(name: string): string {
    const value = this._fields[name];
    return typeof value === 'string' ? value : this._refuse(name, 'a text');
  }

  /** Missing or null: `otherwise`. */
  textOr<T>(name: string, otherwise: T): string | T {
    return this._fields[name] == null ? otherwise : this.text(name);
  }

  /** An integer from 0 to 2^53 − 1. */
  count(name: string): number {
    const value = this._fields[name];
    const good = Number.isSafeInteger(value) && (value as number) >= 0;
    return good ? (value as number) : this._refuse(name, 'a count');
  }

  countOr<T>(name: string, otherwise: T): number | T {
    return this._fields[name] == null ? otherwise : this.count(name);
  }

  /** A finite number above 0. */
  span(name: string): number {
    const value = this._fields[name];
    const good = typeof value === 'number' && Number.isFinite(value) && value > 0;
    return good ? value : this._refuse(name, 'a positive number');
  }

  flagOr(name: string, otherwise: boolean): boolean {
    const value = this._fields[name];
    if (value == null) {
      return otherwise;
    }
    return typeof value === 'boolean' ? value : this._refuse(name, 'true or false');
  }

  texts(name: string): string[] {
    const value = this._fields[name];
    const good = Array.isArray(value) && value.every(item => typeof item === 'string');
    return good ? (value as string[]) : this._refuse(name, 'a list of texts');
  }

  object(name: string): Fields {
    return new Fields(`${name} of ${this._what}`, this._fields[name]);
  }

  private _refuse(name: string, wanted: string): never {
    throw new MalformedMessage(`${name} of ${this._what} is not ${wanted}`);
  }
}
