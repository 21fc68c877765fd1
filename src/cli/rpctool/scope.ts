// Which names an expression has: `call` gives it Python's builtins, `interactive` the remote methods.
//
// Source: sipyco_rpctool of SiPyCo 1.10 as observed. In `interactive` it has no builtins, not even len.

import { PyDict, PythonError, type PyValue } from '../../values/index.js';
import { BUILTINS } from './builtins.js';
import { type IScope, PyFunction } from './functions.js';
import { NUMPY } from './numpy.js';

/** Names of an argument of `call`. */
export const CALL_SCOPE: IScope = {
  lookup: name => BUILTINS.get(name) ?? NUMPY.get(name),
  unknown: name =>
    name.startsWith('np.')
      ? unknownNumpy(name)
      : new PythonError(
          'NameError',
          `name '${name}' is not defined; there are ${[...BUILTINS.keys()].join(', ')} and np; ` +
            'a text stands in quotes',
        ),
};

/** What `interactive` calls: an `RpcClient`. */
export interface IMethods {
  readonly methods: ReadonlySet<string>;
  call(
    name: string,
    args: readonly PyValue[],
    kwargs: PyDict,
    options?: { readonly signal?: AbortSignal },
  ): Promise<PyValue>;
}

/**
 * Names of a line of `interactive`.
 * @param signal - stops waiting for an answer.
 */
export function interactiveScope(remote: IMethods, signal?: AbortSignal): IScope {
  const options = signal === undefined ? {} : { signal };
  const method = (name: string) =>
    new PyFunction(name, `<remote method ${name}>`, ({ args, keywords }) =>
      remote.call(name, args, new PyDict(keywords), options),
    );
  return {
    lookup: name => (remote.methods.has(name) ? method(name) : NUMPY.get(name)),
    unknown: name => {
      if (name.startsWith('np.')) {
        return unknownNumpy(name);
      }
      const builtin = BUILTINS.has(name) ? `; ${name}() of Python is not there either` : '';
      return new PythonError('AttributeError', `no remote method ${name}${builtin}`);
    },
  };
}

function unknownNumpy(name: string): PythonError {
  const known = [...NUMPY.keys()].map(full => full.slice('np.'.length)).join(', ');
  return new PythonError('AttributeError', `${name} is not there; np has ${known}`);
}
