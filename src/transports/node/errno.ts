// The system's error names, as sentences.

import { ConnectError, ConnectionLostError } from '../../values/index.js';

type Sentence = { readonly fact: string; readonly hint: string };

const CONNECT: { readonly [code: string]: Sentence | undefined } = Object.assign(
  Object.create(null),
  {
    ECONNREFUSED: {
      fact: 'refused the connection',
      hint: 'start the program that listens there, or check the port',
    },
    ENOTFOUND: { fact: 'is not a known name', hint: 'check the spelling, or use the IP address' },
    EAI_AGAIN: {
      fact: 'could not be looked up now',
      hint: 'check the network and the name server, or use the IP address',
    },
    ETIMEDOUT: {
      fact: 'did not answer',
      hint: 'check that the computer is on and that no firewall drops the packets',
    },
    EHOSTUNREACH: { fact: 'cannot be reached', hint: 'check that the computer is on this network' },
    ENETUNREACH: { fact: 'is on a network without a route', hint: 'check cable, WLAN and VPN' },
    EACCES: { fact: 'may not be used by this user', hint: 'use a port above 1023' },
    EADDRNOTAVAIL: { fact: 'is not an address of this computer', hint: 'check the address' },
    EADDRINUSE: { fact: 'is in use', hint: 'stop the other program, or choose another port' },
    ECONNRESET: {
      fact: 'reset the connection while it was made',
      hint: 'check that the right program listens there',
    },
  } satisfies { [code: string]: Sentence },
);

/** Why `endpoint` was not reached: the fact, the system's name for it, and what to try. */
export function connectError(endpoint: string, error: unknown): ConnectError {
  return opened(endpoint, error, 'could not be connected', 'check the address');
}

/** Why nobody can listen at `endpoint`. */
export function listenError(endpoint: string, error: unknown): ConnectError {
  return opened(endpoint, error, 'cannot be listened on', 'choose another port');
}

function opened(endpoint: string, error: unknown, fact: string, hint: string): ConnectError {
  const code = codeOf(error);
  const known = CONNECT[code] ?? { fact, hint };
  return new ConnectError(
    `${endpoint} ${known.fact} (${code})`,
    { endpoint },
    { hint: known.hint, cause: error },
  );
}

/** Nobody said anything within `timeoutMs`; or, once connected, nothing that is TLS. */
export function timeoutOf(endpoint: string, timeoutMs: number, isConnected: boolean): ConnectError {
  const fact = isConnected ? 'did not answer our TLS' : 'did not answer';
  return new ConnectError(
    `${endpoint} ${fact} within ${timeoutMs / 1000} s`,
    { endpoint },
    {
      hint: isConnected
        ? 'connect without TLS, or check that the server was started with it'
        : CONNECT.ETIMEDOUT!.hint,
    },
  );
}

/** A connection that was open is gone. */
export function lossOf(endpoint: string, error: Error | null): ConnectionLostError {
  const code = error === null ? '' : codeOf(error);
  const fact = code === 'ECONNRESET' ? 'reset the connection' : 'broke the connection';
  return new ConnectionLostError(
    `${endpoint} ${fact}${code === '' ? '' : ` (${code})`}`,
    // What left our socket may still not have arrived.
    { endpoint, sent: 'unknown' },
    {
      hint: 'check that the program there still runs',
      ...(error === null ? {} : { cause: error }),
    },
  );
}

/** The name that system, Node or OpenSSL give an error; else its message. */
export function codeOf(error: unknown): string {
  const own = (error as { code?: unknown }).code;
  if (typeof own === 'string') {
    return own;
  }
  // Several addresses were tried: the first says as much as any.
  const first = error instanceof AggregateError ? error.errors[0] : undefined;
  const inner = (first as { code?: unknown } | undefined)?.code;
  return typeof inner === 'string' ? inner : error instanceof Error ? error.message : String(error);
}
