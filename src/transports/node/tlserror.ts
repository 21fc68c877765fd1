// Why TLS did not come about, as sentences: whose certificate, which file, or no TLS at all.

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ConnectError, ConnectionLostError } from '../../values/index.js';
import { codeOf } from './errno.js';

/** The files that a sentence may name: of `SimpleSSLConfig`. */
type Files = { readonly localCert: string; readonly peerCert: string };

/** OpenSSL's words for a certificate that no trusted one vouches for. */
const STRANGER =
  /^(UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)|(DEPTH_ZERO_)?SELF_SIGNED_CERT(_IN_CHAIN)?|CERT_(SIGNATURE_FAILURE|UNTRUSTED|REJECTED)|INVALID_CA)$/;
/** The other end did not like what we showed. */
const REFUSED =
  /_ALERT_(\w*CERTIFICATE\w*|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE|DECRYPT_ERROR)$/;
/** What came was not TLS. */
const PLAIN =
  /^ERR_SSL_(WRONG_VERSION_NUMBER|HTTP_REQUEST|HTTPS_PROXY_REQUEST|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE|BAD_RECORD_TYPE|INVALID_RECORD|RECORD_LENGTH_MISMATCH)$/;

/** A file of certificates or keys that cannot be read. */
export function fileError(file: string, cause: unknown): ConnectError {
  const code = codeOf(cause);
  const hint =
    code === 'ENOENT'
      ? 'check the path'
      : code === 'EACCES'
        ? 'let this user read the file'
        : 'name a file in PEM form';
  return new ConnectError(`${file} cannot be read (${code})`, { endpoint: file }, { hint, cause });
}

/**
 * Why our handshake with a server failed.
 * @param heardBytes - what had come from it: nothing, if it never spoke TLS.
 */
export function handshakeError(
  endpoint: string,
  cause: Error,
  { ssl, heardBytes }: { ssl: Files; heardBytes: number },
): ConnectError {
  const code = codeOf(cause);
  const failed = (fact: string, hint: string) =>
    new ConnectError(`${endpoint} ${fact}`, { endpoint }, { hint, cause });
  if (STRANGER.test(code)) {
    return failed(
      `shows a certificate that ${ssl.peerCert} does not vouch for (${code})`,
      'add its certificate to that file, or check that the right program listens there',
    );
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return failed(
      `shows a certificate whose time ${code === 'CERT_HAS_EXPIRED' ? 'is over' : 'has not come'} (${code})`,
      "make a new one, or check this computer's clock",
    );
  }
  if (REFUSED.test(code)) {
    return failed(`refused our certificate, ${ssl.localCert} (${code})`, trustHint(ssl));
  }
  if (PLAIN.test(code) || (code === 'ECONNRESET' && heardBytes === 0)) {
    const fact = PLAIN.test(code)
      ? 'does not speak TLS'
      : 'closed at our first word of TLS, probably because it does not speak it';
    return failed(
      `${fact} (${code})`,
      'connect without TLS, or check that the server was started with it',
    );
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return failed(
      `broke off the TLS handshake, probably because it does not trust our certificate, ${ssl.localCert}`,
      trustHint(ssl),
    );
  }
  return failed(`made no TLS connection (${code})`, 'see which versions of TLS it speaks');
}

/** The server closed after the handshake, before a byte: TLS 1.3's way to refuse a client. */
export function refusedError(endpoint: string, ssl: Files): ConnectError {
  return new ConnectError(refusedFact(endpoint, ssl), { endpoint }, { hint: trustHint(ssl) });
}

/** The same, when the connection was taken for a good one already. */
export function lossOfTrust(
  endpoint: string,
  ssl: Files,
  cause: Error | null,
): ConnectionLostError {
  return new ConnectionLostError(
    refusedFact(endpoint, ssl),
    { endpoint, sent: 'unknown' },
    { hint: trustHint(ssl), ...(cause === null ? {} : { cause }) },
  );
}

function refusedFact(endpoint: string, { localCert }: Files): string {
  return `${endpoint} closed right after the TLS handshake, probably because it does not trust our certificate, ${localCert}`;
}

function trustHint({ localCert }: Files): string {
  return `add ${localCert} to the server's file of trusted certificates, and start it again`;
}

/** Why our server turned `peer` away. */
export function refusalOf(
  peer: string,
  cause: Error,
  socket: Socket,
  { peerCert }: Files,
): ConnectError {
  const code = codeOf(cause);
  const failed = (fact: string, hint: string) =>
    new ConnectError(`${peer} ${fact}`, { endpoint: peer }, { hint, cause });
  const doubt: unknown = (socket as TLSSocket).authorizationError;
  const verdict = doubt instanceof Error ? codeOf(doubt) : typeof doubt === 'string' ? doubt : '';
  if (verdict !== '') {
    return failed(
      `shows a certificate that ${peerCert} does not vouch for (${verdict})`,
      'add its certificate to that file, if it may come in',
    );
  }
  if (code === 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE') {
    return failed('shows no certificate', 'give it one, and add that to our trusted ones');
  }
  if (PLAIN.test(code)) {
    return failed('does not speak TLS', 'connect with TLS: this port takes nothing else');
  }
  if (REFUSED.test(code)) {
    return failed(`refused our certificate (${code})`, 'add ours to its trusted ones');
  }
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') {
    return failed(
      'took too long for the TLS handshake',
      'connect with TLS, and from a faster link',
    );
  }
  return failed(`left during the TLS handshake (${code})`, 'see what it says itself');
}
