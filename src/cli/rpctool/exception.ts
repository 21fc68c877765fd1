// A remote exception as Python's tools print it.
//
// SiPyCo's client raises it again under the class that the server names; how Python shows that is
// what people know: a KeyError with the repr of its message, a GenericRemoteException in full.

import { pyRepr, type RemoteError } from '../../values/index.js';

const GENERIC = 'GenericRemoteException';

/** `KeyError: '99'`: the last line of Python's traceback, or several. */
export function exceptionText({ remoteClass, remoteMessage }: RemoteError): string {
  const name = remoteClass === GENERIC ? `sipyco.packed_exceptions.${GENERIC}` : remoteClass;
  const message = remoteClass === 'KeyError' ? pyRepr(remoteMessage) : remoteMessage;
  return message === '' ? name : `${name}: ${message}`.trimEnd();
}

/** The entries of the remote traceback, outermost first, without their last line ends. */
export function tracebackText({ remoteTraceback }: RemoteError): string[] {
  return remoteTraceback.map(entry => entry.trimEnd());
}
