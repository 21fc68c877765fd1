// Packed exceptions: what is left of an exception when it crosses a pc_rpc connection.
//
// A dict of class, message and traceback. SiPyCo's own client picks a Python class by the name that
// the peer sent; here the three are texts to show. Servers on small boards send one string instead.
//
// Source: docs/protocols/sipyco.md, "Packed exceptions"; vectors/sipyco/sessions/pc_rpc_exceptions_*.jsonl.

import { PyDict, type PyValue, pyRepr, Tuple } from '../../values/index.js';
import type { PackedException } from './rpcmessages.js';

/** The class under which an exception travels that is no builtin of Python. */
export const GENERIC_REMOTE_EXCEPTION = 'GenericRemoteException';

/** The exception in a reply. Whatever the peer sent becomes text; a plain string is the message. */
export function packedExceptionOf(value: PyValue): PackedException {
  if (!(value instanceof PyDict)) {
    return { class: GENERIC_REMOTE_EXCEPTION, message: textOf(value), traceback: [] };
  }
  const { class: name = GENERIC_REMOTE_EXCEPTION, message = '', traceback = [] } = fieldsOf(value);
  const isList = Array.isArray(traceback) || traceback instanceof Tuple;
  const entries = isList ? Array.from(traceback, textOf) : [textOf(traceback)];
  return {
    class: textOf(name),
    message: textOf(message),
    traceback: entries.filter(entry => entry !== ''),
  };
}

/** `exception` as it is sent. */
export function exceptionToValue(exception: PackedException): PyDict {
  return new PyDict([
    ['class', exception.class],
    ['message', exception.message],
    ['traceback', [...exception.traceback]],
  ]);
}

function fieldsOf(dict: PyDict): { class?: PyValue; message?: PyValue; traceback?: PyValue } {
  const fields: { class?: PyValue; message?: PyValue; traceback?: PyValue } = {};
  for (const name of ['class', 'message', 'traceback'] as const) {
    const value = dict.get(name);
    if (value !== undefined && value !== null) {
      fields[name] = value;
    }
  }
  return fields;
}

function textOf(value: PyValue): string {
  return typeof value === 'string' ? value : pyRepr(value);
}
