// What a remote method looks like: the answer to get_rpc_method_list, both ways, and as Python prints it.
//
// The answer is Python's `inspect.getfullargspec`, a dict for each method, with its docstring. Three
// spellings are met: that of SiPyCo 1.8 and later; annotations as one string, before; and the entry of
// the built-in `terminate`, which SiPyCo writes by hand, without annotations and with a list where a
// dict of defaults belongs.
//
// Source: docs/protocols/sipyco.md, "get_rpc_method_list"; vectors/sipyco/sessions/pc_rpc_method_list*.jsonl.

import {
  PyDict,
  type PyValue,
  pyRepr,
  strRepr,
  Tuple,
  UnsupportedError,
} from '../../values/index.js';
import { describe } from './mods.js';
import type { ArgSpec, MethodDoc, MethodList } from './rpcmessages.js';

/** The method that SiPyCo adds to the targets of a server made with `builtin_terminate`. */
export const BUILTIN_TERMINATE: MethodDoc = {
  argspec: {
    args: ['self'],
    varargs: null,
    varkw: null,
    defaults: null,
    kwonlyargs: [],
    kwonlydefaults: null,
    annotations: new Map(),
  },
  docstring: 'Terminate the server.',
};

/**
 * Read the answer to `get_rpc_method_list`. What is missing is taken for empty.
 * @throws {UnsupportedError} it has not the shape of one; the connection is fine, and the method set
 *   still names what can be called.
 */
export function methodListOf(value: PyValue): MethodList {
  const methods = value instanceof PyDict ? value.get('methods') : undefined;
  if (!(value instanceof PyDict) || !(methods instanceof PyDict)) {
    throw notAMethodList('a dict with methods', value);
  }
  const docs = new Map<string, MethodDoc>();
  methods.forEach((doc, name) => {
    docs.set(typeof name === 'string' ? name : pyRepr(name), methodDocOf(doc));
  });
  return { docstring: textOrNull(value.get('docstring')), methods: docs };
}

/** `list` as SiPyCo 1.10 sends it. The methods keep their order; SiPyCo sorts them. */
export function methodListToValue(list: MethodList): PyDict {
  const methods = new PyDict();
  for (const [name, doc] of list.methods) {
    const argspec = doc === BUILTIN_TERMINATE ? TERMINATE_ARGSPEC : argspecToValue(doc.argspec);
    methods.set(name, new Tuple([argspec, doc.docstring]));
  }
  return new PyDict([
    ['docstring', list.docstring],
    ['methods', methods],
  ]);
}

/**
 * The parameters as SiPyCo's `formatargspec` prints them, with annotations in quotes:
 * `(self, a: 'int', b: 'float' = 2.0, *args, c=None, **kw) -> 'float'`. Like SiPyCo, without the
 * annotations of `*args` and `**kw`.
 */
export function formatArgspec(argspec: ArgSpec): string {
  const { args, varargs, varkw, defaults, kwonlyargs, kwonlydefaults, annotations } = argspec;
  const parameter = (name: string, value: PyValue | undefined): string => {
    const annotation = annotations.get(name);
    const equals = annotation === undefined ? '=' : ' = ';
    return (
      name +
      (annotation === undefined ? '' : `: ${strRepr(annotation)}`) +
      (value === undefined ? '' : equals + pyRepr(value))
    );
  };
  const firstDefault = args.length - (defaults?.length ?? 0);
  const parameters = args.map((name, i) => parameter(name, defaults?.[i - firstDefault]));
  if (varargs !== null) {
    parameters.push(`*${varargs}`);
  } else if (kwonlyargs.length > 0) {
    parameters.push('*');
  }
  parameters.push(...kwonlyargs.map(name => parameter(name, kwonlydefaults?.get(name))));
  if (varkw !== null) {
    parameters.push(`**${varkw}`);
  }
  const result = annotations.get('return');
  return `(${parameters.join(', ')})${result === undefined ? '' : ` -> ${strRepr(result)}`}`;
}

// ---- Reading --------------------------------------------------------------------------------------

function methodDocOf(value: PyValue): MethodDoc {
  const items = itemsOf(value);
  const [argspec, docstring] = items ?? [];
  if (!(argspec instanceof PyDict)) {
    throw notAMethodList('an argspec and a docstring for each method', value);
  }
  const doc = { argspec: argspecOf(argspec), docstring: textOrNull(docstring) };
  const isByHand = !argspec.has('annotations') && Array.isArray(argspec.get('kwonlydefaults'));
  const isTerminate = isByHand && doc.docstring === BUILTIN_TERMINATE.docstring;
  return isTerminate ? BUILTIN_TERMINATE : doc;
}

function argspecOf(value: PyDict): ArgSpec {
  const args = namesOf(value.get('args'));
  const defaults = itemsOf(value.get('defaults'));
  const kwonlydefaults = value.get('kwonlydefaults');
  return {
    args,
    varargs: textOrNull(value.get('varargs')),
    varkw: textOrNull(value.get('varkw')),
    defaults: defaults?.length ? defaults.slice(-Math.max(args.length, 1)) : null,
    kwonlyargs: namesOf(value.get('kwonlyargs')),
    kwonlydefaults: kwonlydefaults instanceof PyDict ? kwonlydefaults : null,
    annotations: annotationsOf(value.get('annotations')),
  };
}

/** Before SiPyCo 1.8 annotations that were not empty came as the repr of a dict of classes. */
function annotationsOf(value: PyValue | undefined): ReadonlyMap<string, string> {
  const annotations = new Map<string, string>();
  if (value instanceof PyDict) {
    value.forEach((annotation, name) => {
      if (typeof name === 'string') {
        annotations.set(name, typeof annotation === 'string' ? annotation : pyRepr(annotation));
      }
    });
  } else if (typeof value === 'string') {
    for (const [, name = '', path = ''] of value.matchAll(REPR_OF_CLASS)) {
      annotations.set(name, path.slice(path.lastIndexOf('.') + 1));
    }
  }
  return annotations;
}

const REPR_OF_CLASS = /'([^']+)': <class '([^']+)'>/g;

function namesOf(value: PyValue | undefined): string[] {
  return (itemsOf(value) ?? []).map(name => (typeof name === 'string' ? name : pyRepr(name)));
}

function itemsOf(value: PyValue | undefined): readonly PyValue[] | null {
  return Array.isArray(value) ? value : value instanceof Tuple ? value.items : null;
}

function textOrNull(value: PyValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function notAMethodList(expected: string, found: PyValue): UnsupportedError {
  return new UnsupportedError(
    `the server's method list is ${describe(found)}, expected ${expected}`,
    { feature: 'get_rpc_method_list' },
    { protocol: 'sipyco', hint: 'Take the names from the method set instead.' },
  );
}

// ---- Writing --------------------------------------------------------------------------------------

function argspecToValue(argspec: ArgSpec): PyDict {
  const { defaults, annotations } = argspec;
  return new PyDict([
    ['args', [...argspec.args]],
    ['varargs', argspec.varargs],
    ['varkw', argspec.varkw],
    ['defaults', defaults === null ? null : new Tuple(defaults)],
    ['kwonlyargs', [...argspec.kwonlyargs]],
    ['kwonlydefaults', argspec.kwonlydefaults],
    ['annotations', new PyDict(annotations)],
  ]);
}

/** As SiPyCo writes it, in its own order. */
const TERMINATE_ARGSPEC = new PyDict([
  ['args', ['self']],
  ['defaults', null],
  ['varargs', null],
  ['varkw', null],
  ['kwonlyargs', []],
  ['kwonlydefaults', []],
]);
