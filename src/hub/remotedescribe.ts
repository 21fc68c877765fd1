// A target as a person reads it: parameters that a form can ask for, a signature, what is life cycle.
//
// Servers list parameters as Python's `inspect.getfullargspec` does, with the `self` that no caller
// gives. Everything in here is the server's own words: data to show, never code.

import type { ArgSpec } from '../protocols/sipyco/index.js';
import { type Address, formatAddress, type PyValue, UnsupportedError } from '../values/index.js';
import type {
  MethodDescription,
  ParameterDescription,
  ParameterKind,
  ServerDescription,
  TargetDescription,
} from './remoteapi.js';
import type { Description, Identity, Method } from './sources/source.js';
import { reprText, TEXT_LIMIT } from './views/format.js';

export function serverOf(address: Address, identity: Identity): ServerDescription {
  const targets = identity.targets.map(name => ({ name, address: targetAddress(address, name) }));
  const whole = { ...address, path: '', fragment: null };
  return { address: formatAddress(whole), description: identity.description, targets };
}

function targetAddress(address: Address, name: string): string {
  return formatAddress({ ...address, path: wellFormed(name), fragment: null });
}

/** No address holds half of a surrogate pair; a server may name anything. */
export function wellFormed(name: string): string {
  return name.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** @throws {UnsupportedError} the address names no target, and there is not exactly one. */
export function targetOf(address: Address, description: Description): TargetDescription {
  const { target, targets, docstring, methods, fault } = description;
  if (target === null) {
    throw new UnsupportedError(
      `${formatAddress(address)} names a server with ${targets.length} targets, and none of them`,
      { feature: 'describe' },
      targets.length === 0
        ? {}
        : { hint: `Name one: ${targets.map(name => targetAddress(address, name)).join(', ')}.` },
    );
  }
  return {
    address: targetAddress(address, target),
    name: target,
    docstring,
    methods: methods.map(methodOf).sort((a, b) => (a.name < b.name ? -1 : 1)),
    fault,
  };
}

function methodOf({ name, argspec, docstring }: Method): MethodDescription {
  const parameters = argspec === null ? null : parametersOf(argspec);
  const result = argspec?.annotations.get('return') ?? null;
  return {
    name,
    parameters,
    signature: parameters === null ? null : signatureOf(parameters, result),
    docstring,
    isLifeCycle: isLifeCycle(name),
  };
}

// ---- Parameters -----------------------------------------------------------------------------------

/** What a caller may give, in order; without the `self` or `cls` of a bound method. */
export function parametersOf(argspec: ArgSpec): readonly ParameterDescription[] {
  const { args, varargs, varkw, defaults, kwonlyargs, kwonlydefaults, annotations } = argspec;
  const parameter = (name: string, kind: ParameterKind, value?: PyValue): ParameterDescription => ({
    name,
    kind,
    default: value === undefined ? null : reprText(value, TEXT_LIMIT),
    annotation: annotations.get(name) ?? null,
  });
  const firstDefault = args.length - (defaults?.length ?? 0);
  const positional = args.map((name, i) =>
    parameter(name, 'positional', defaults?.[i - firstDefault]),
  );
  const isBound = args[0] === 'self' || args[0] === 'cls';
  return [
    ...positional.slice(isBound ? 1 : 0),
    ...(varargs === null ? [] : [parameter(varargs, 'varargs')]),
    ...kwonlyargs.map(name => parameter(name, 'keyword', kwonlydefaults?.get(name))),
    ...(varkw === null ? [] : [parameter(varkw, 'varkw')]),
  ];
}

const STARS = { positional: '', varargs: '*', keyword: '', varkw: '**' } as const;

/** As Python writes it: `(channel: int, freq: float = 1e6, *, phase=0.0) -> float`. */
export function signatureOf(
  parameters: readonly ParameterDescription[],
  result: string | null,
): string {
  const parts = parameters.map(({ name, kind, annotation, default: value }) => {
    const type = annotation === null ? '' : `: ${annotation}`;
    const equals = annotation === null ? '=' : ' = ';
    return `${STARS[kind]}${name}${type}${value === null ? '' : equals + value}`;
  });
  const firstKeyword = parameters.findIndex(({ kind }) => kind === 'keyword');
  if (firstKeyword >= 0 && !parameters.some(({ kind }) => kind === 'varargs')) {
    parts.splice(firstKeyword, 0, '*');
  }
  return `(${parts.join(', ')})${result === null ? '' : ` -> ${result}`}`;
}

// ---- Life cycle -----------------------------------------------------------------------------------

/**
 * Names by which programs are started and ended. SiPyCo itself adds `terminate`; the targets of an
 * ARTIQ master show `close`, `close_db`, `start` and `stop`; drivers have the others. A `reset` is not
 * among them: it is one more setting of an instrument, which its users expect at hand.
 */
const LIFE_CYCLE: ReadonlySet<string> = new Set([
  'exit',
  'kill',
  'quit',
  'reboot',
  'restart',
  'shut_down',
  'shutdown',
  'start',
  'stop',
  'terminate',
]);

/** Would calling it start or end what others use? Told by the name, so with doubt it says yes. */
export function isLifeCycle(name: string): boolean {
  return LIFE_CYCLE.has(name) || name === 'close' || name.startsWith('close_');
}
