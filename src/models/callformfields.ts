// The fields of a call form, and the arguments that they make.
//
// A parameter has a field of its own. What `*args` and `**kwargs` take has one field for each value; so
// has everything where the server tells no more than the method's name. A default that nobody touched
// is not sent: the server fills it in, and what follows it goes by name.

import type { CallRequest, LiteralCheck, ParameterDescription } from '../hub/api.js';

/** `extra`: one more value of `*args`. `named`: one more of `**kwargs`, whose name is typed too. */
export type FieldRole = 'positional' | 'extra' | 'keyword' | 'named';

export type CallField = {
  readonly id: number;
  readonly role: FieldRole;
  /** Null for `extra` and `named`. */
  readonly parameter: ParameterDescription | null;
  /** Of a parameter, or as typed. */
  readonly name: string;
  /** A Python literal, or what is going to be one. */
  readonly text: string;
  /** Nobody touched it: the server's own default holds. */
  readonly isDefault: boolean;
  /** What the text is; null until that is known. */
  readonly check: LiteralCheck | null;
};

export type CallArguments = Pick<CallRequest, 'args' | 'kwargs'>;

/** What is wrong with a field, and where in its text; null: the field as a whole. */
export type FieldProblem = { readonly message: string; readonly position: number | null };

/** The default of a field; null where a value must be given. */
export function defaultOf(field: CallField): string | null {
  return field.parameter?.default ?? null;
}

/** As the server takes them: by place as far as that goes, by name after a default that is left out. */
export function argumentsOf(fields: readonly CallField[]): CallArguments {
  const args: string[] = [];
  const kwargs: [string, string][] = [];
  const extras = fields.filter(({ role }) => role === 'extra');
  let isByName = false;
  for (const { role, name, text, isDefault } of fields) {
    if (role === 'positional') {
      // `*args` come after all that have a place: then defaults are written out.
      if (isDefault && extras.length === 0) {
        isByName = true;
      } else if (isByName) {
        kwargs.push([name, text]);
      } else {
        args.push(text);
      }
    } else if (role === 'extra') {
      args.push(text);
    } else if (!isDefault) {
      kwargs.push([name, text]);
    }
  }
  return { args, kwargs };
}

/** Which arguments go to which parameter; what has none becomes `extra` or `named`. */
export function placed(
  parameters: readonly ParameterDescription[] | null,
  { args, kwargs }: CallArguments,
): readonly Omit<CallField, 'id' | 'check'>[] {
  const given = new Map(kwargs);
  const rest = [...args];
  const fields: Omit<CallField, 'id' | 'check'>[] = [];
  const ofParameter = (role: FieldRole, parameter: ParameterDescription, text?: string) => {
    const { name, default: value } = parameter;
    const isDefault = text === undefined && value !== null;
    fields.push({ role, parameter, name, text: text ?? value ?? '', isDefault });
  };
  for (const parameter of parameters ?? []) {
    const { kind, name } = parameter;
    if (kind === 'positional') {
      const byPlace = rest.shift();
      ofParameter(kind, parameter, byPlace ?? given.get(name));
      if (byPlace === undefined) {
        given.delete(name);
      }
    } else if (kind === 'keyword') {
      ofParameter(kind, parameter, given.get(name));
      given.delete(name);
    }
  }
  const loose = (role: FieldRole, name: string, text: string) => {
    fields.push({ role, parameter: null, name, text, isDefault: false });
  };
  for (const text of rest) {
    loose('extra', '', text);
  }
  for (const [name, text] of given) {
    loose('named', name, text);
  }
  return ordered(fields);
}

const ORDER: readonly FieldRole[] = ['positional', 'extra', 'keyword', 'named'];

/** As Python writes them. */
export function ordered<F extends Pick<CallField, 'role'>>(fields: readonly F[]): readonly F[] {
  return ORDER.flatMap(role => fields.filter(field => field.role === role));
}

/** A call in one line, as a person reads it; for the history and for titles. */
export function callText(method: string, { args, kwargs }: CallArguments): string {
  const named = kwargs.map(([name, text]) => `${name}=${text}`);
  return `${method}(${[...args, ...named].join(', ')})`;
}
