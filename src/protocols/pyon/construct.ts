// The constructors that PYON texts call, with Python's leniency about their arguments.
//
// Version 2 names them in `__jsonclass__`, version 1 calls some of them. Both hand over arguments
// that are decoded already. Nothing here can be reached by a name but what is in these tables.

import {
  Complex,
  Fraction,
  isLabwireError,
  NDArray,
  NumpyScalar,
  OrderedDict,
  PyDict,
  PySet,
  type PyValue,
  Slice,
  Tuple,
  typeName,
} from '../../values/index.js';
import { type Argument, arrayOf, bytesOf, scalarOf, unspan } from './arrays.js';
import type { IBase64 } from './base64.js';
import { counted, Misfit } from './fail.js';
import { iterate } from './iterate.js';
import type { PyonLimits } from './limits.js';
import { complexOf, fraction, fractionOf } from './numbertext.js';
import type { PyonRegistry } from './registry.js';

/** What constructors may use. */
export type Tools = {
  readonly limits: PyonLimits;
  readonly base64: IBase64 | undefined;
  readonly registry: PyonRegistry;
};

export type Arguments = readonly Argument[];

type Constructor = (args: Arguments, tools: Tools) => PyValue;

const V2: ReadonlyMap<string, Constructor> = new Map<string, Constructor>([
  ['tuple', args => new Tuple(optional('tuple', args))],
  ['set', args => setOf(optional('set', args))],
  ['dict', args => fill(new PyDict(), 'dict', args)],
  ['OrderedDict', args => fill(new OrderedDict(), 'OrderedDict', args)],
  ['complex', args => complex(plain(args))],
  ['bytes', (args, tools) => bytesOf(args, tools.base64)],
  ['slice', args => sliceOf(plain(args))],
  ['Fraction', (args, tools) => fractionFrom(plain(args), tools.limits)],
  ['nparray', nparray],
  ['npscalar', npscalar],
]);

/**
 * `name(*args)` as a version 2 text means it.
 * @throws {Misfit} unknown name, or arguments the constructor does not take.
 */
export function construct(className: PyValue, args: Arguments, tools: Tools): PyValue {
  const name = textOrSame(className);
  if (typeof name === 'string') {
    const known = V2.get(name);
    if (known !== undefined) {
      return hashing(() => known(args, tools));
    }
    const custom = tools.registry.ofName(name);
    if (custom !== undefined) {
      return decodeCustom(name, () => custom.decode(...plain(args)));
    }
  }
  const found = typeof name === 'string' ? `'${name}'` : typeName(name);
  throw new Misfit(`${found} is not a class that PYON decodes`, 'a class PYON knows', found);
}

type Signature = { readonly names: readonly string[]; readonly call: Constructor };

const V1: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ['slice', { names: [], call: args => sliceOf(plain(args)) }],
  [
    'Fraction',
    {
      names: ['numerator', 'denominator'],
      call: (args, tools) => fractionFrom(plain(args), tools.limits),
    },
  ],
  ['nparray', { names: ['shape', 'dtype', 'data'], call: nparray }],
  ['npscalar', { names: ['ty', 'data'], call: npscalar }],
]);

/** Is `name` a function of version 1? */
export function isCallable(name: string): boolean {
  return name === 'OrderedDict' || V1.has(name);
}

/** `name(*args, **keywords)` as a version 1 text means it. @throws {Misfit} */
export function call(
  name: string,
  args: Arguments,
  keywords: readonly (readonly [string, Argument])[],
  tools: Tools,
): PyValue {
  if (name === 'OrderedDict') {
    return hashing(() => {
      const dict = fill(new OrderedDict(), name, args);
      for (const [key, value] of keywords) {
        dict.set(key, unspan(value));
      }
      return dict;
    });
  }
  const signature = V1.get(name);
  if (signature === undefined) {
    throw new Misfit(`${name} is not a function of PYON`, 'a function PYON knows', `'${name}'`);
  }
  const { names, call: make } = signature;
  const all: (Argument | undefined)[] = [...args];
  for (const [key, value] of keywords) {
    const index = names.indexOf(key);
    if (index < 0 || all[index] !== undefined) {
      const wanted = names.length === 0 ? 'no keywords' : names.join(', ');
      throw new Misfit(`${name}() does not take ${key}=… here`, wanted, `${key}=`);
    }
    all[index] = value;
  }
  // `Fraction(denominator=2)`: what is missing before a keyword has its default, 0.
  const complete = Array.from(all, value => (value === undefined ? missing(name) : value));
  return make(complete, tools);
}

function missing(name: string): PyValue {
  if (name !== 'Fraction') {
    throw new Misfit(`${name}() lacks an argument`, 'all arguments', 'fewer');
  }
  return 0n;
}

function decodeCustom(name: string, decode: () => PyValue): PyValue {
  try {
    return decode();
  } catch (error) {
    if (error instanceof Misfit || isLabwireError(error)) {
      throw error;
    }
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the decoder registered for ${name} failed: ${reason}`;
    throw new Misfit(message, `arguments that ${name} takes`, 'others', error);
  }
}

/** Unhashable keys and members are the text's fault. */
function hashing<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw unhashable(error) ?? error;
  }
}

/** A Misfit where `error` is PyDict's word for an unhashable key, else null. */
export function unhashable(error: unknown): Misfit | null {
  if (!(error instanceof TypeError) || !error.message.startsWith('unhashable')) {
    return null;
  }
  const found = error.message.replace(/^unhashable type: '(.*)'$/, '$1');
  return new Misfit(`a key cannot be a ${found}`, 'a hashable value', found);
}

function plain(args: Arguments): PyValue[] {
  return args.map(unspan);
}

/** The items of the one optional argument. */
function optional(name: string, args: Arguments): readonly PyValue[] {
  atMost(name, args, 1);
  const [arg] = plain(args);
  return arg === undefined ? [] : iterate(arg);
}

function atMost(name: string, args: Arguments, maximum: number): void {
  if (args.length > maximum) {
    const found = counted(args.length, 'argument');
    throw new Misfit(`${name} cannot be made of ${found}`, `at most ${maximum}`, found);
  }
}

function setOf(members: readonly PyValue[]): PySet {
  return new PySet(members);
}

/** Python's `dict(iterable)`: a mapping, or pairs of any kind. */
function fill<D extends PyDict>(dict: D, name: string, args: Arguments): D {
  atMost(name, args, 1);
  const [source] = plain(args);
  if (source === undefined) {
    return dict;
  }
  if (source instanceof PyDict) {
    for (const [key, value] of source) {
      dict.set(key, value);
    }
    return dict;
  }
  for (const entry of iterate(source)) {
    const pair = iterate(entry);
    if (pair.length !== 2) {
      const found = counted(pair.length, 'item');
      throw new Misfit(`an entry of ${name} has ${found}`, 'a key and a value', found);
    }
    dict.set(pair[0] as PyValue, pair[1] as PyValue);
  }
  return dict;
}

function sliceOf(args: readonly PyValue[]): Slice {
  if (args.length < 1 || args.length > 3) {
    const found = counted(args.length, 'argument');
    throw new Misfit(`slice cannot be made of ${found}`, '1 to 3 arguments', found);
  }
  const [first = null, second = null, step = null] = args;
  return args.length === 1 ? new Slice(null, first, null) : new Slice(first, second, step);
}

// ---- Numbers ------------------------------------------------------------------------------------

function complex(args: readonly PyValue[]): Complex {
  atMost('complex', args, 2);
  const [first, second] = args.map(textOrSame);
  if (first === undefined) {
    return new Complex(0, 0);
  }
  if (typeof first === 'string' && second === undefined) {
    return complexOf(first);
  }
  const re = complexNumber(first);
  if (second === undefined) {
    return re;
  }
  // complex(a, b) is a + b·j, and both may be complex.
  const im = complexNumber(second);
  return first instanceof Complex || second instanceof Complex
    ? new Complex(re.re - im.im, re.im + im.re)
    : new Complex(re.re, im.re);
}

function complexNumber(value: PyValue): Complex {
  const isArray = value instanceof NDArray && value.ndim === 0;
  const number =
    isArray || (value instanceof NumpyScalar && 'biufc'.includes(value.dtype.kind))
      ? value.item()
      : value;
  if (number instanceof Complex) {
    return number;
  }
  return new Complex(realNumber(number), 0);
}

function realNumber(value: PyValue): number {
  switch (typeof value) {
    case 'number':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    case 'bigint':
      return finite(Number(value));
  }
  if (value instanceof Fraction) {
    return finite(value.toNumber());
  }
  const found = typeName(value);
  throw new Misfit(`complex cannot be made of ${found}`, 'a number', found);
}

function finite(value: number): number {
  if (!Number.isFinite(value)) {
    throw new Misfit('an int is too large for a float', 'an int below 1.8e308', 'a larger one');
  }
  return value;
}

/** np.str_ is a str. */
function textOrSame(value: PyValue): PyValue {
  return value instanceof NumpyScalar && value.dtype.kind === 'U' ? value.item() : value;
}

function fractionFrom(args: readonly PyValue[], limits: PyonLimits): Fraction {
  atMost('Fraction', args, 2);
  const [numerator = 0n, denominator = null] = args.map(textOrSame);
  if (denominator !== null) {
    const above = rational(numerator);
    const below = rational(denominator);
    if (above === null || below === null) {
      const found = typeName(above === null ? numerator : denominator);
      throw new Misfit(`a Fraction cannot be made of ${found} and another`, 'two rationals', found);
    }
    return fraction(above.numerator * below.denominator, below.numerator * above.denominator);
  }
  if (typeof numerator === 'string') {
    return fractionOf(numerator, limits.intDigits);
  }
  const isFloat64 = numerator instanceof NumpyScalar && numerator.dtype.str === '<f8';
  const float = isFloat64 ? numerator.item() : numerator;
  if (typeof float === 'number') {
    if (!Number.isFinite(float)) {
      throw new Misfit(`${float} is no ratio of ints`, 'a finite float', String(float));
    }
    return Fraction.fromFloat(float);
  }
  const value = rational(numerator);
  if (value === null) {
    const found = typeName(numerator);
    throw new Misfit(`a Fraction cannot be made of ${found}`, 'a rational, float or str', found);
  }
  return value;
}

function rational(value: PyValue): Fraction | null {
  switch (typeof value) {
    case 'bigint':
      return new Fraction(value);
    case 'boolean':
      return new Fraction(value ? 1n : 0n);
  }
  if (value instanceof Fraction) {
    return value;
  }
  return value instanceof NumpyScalar && 'iu'.includes(value.dtype.kind)
    ? new Fraction(value.item() as bigint)
    : null;
}

// ---- Arrays -------------------------------------------------------------------------------------

function nparray(args: Arguments, tools: Tools): PyValue {
  exactly('nparray', args, 3);
  const [shape, dtype, data] = args as [Argument, Argument, Argument];
  return arrayOf(unspan(shape), unspan(dtype), data, tools.base64);
}

function npscalar(args: Arguments, tools: Tools): PyValue {
  exactly('npscalar', args, 2);
  const [dtype, data] = args as [Argument, Argument];
  return scalarOf(unspan(dtype), data, tools.base64);
}

function exactly(name: string, args: Arguments, count: number): void {
  if (args.length !== count) {
    const found = counted(args.length, 'argument');
    throw new Misfit(`${name} cannot be made of ${found}`, counted(count, 'argument'), found);
  }
}
