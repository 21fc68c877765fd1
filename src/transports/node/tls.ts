// TLS as SiPyCo sets it up: both ends show a certificate, and each is checked against one file.
//
// Names in certificates are not looked at: the file says who is trusted, and nobody else is. A port
// is TLS from the first byte or not at all. Versions and ciphers are the platform's.
//
// In TLS 1.3 a client has finished before the server has looked at the client's certificate. A
// server that refuses it just closes, often without an alert. But one that accepts it sends a
// session ticket at once, unless told not to: so the ticket, or the end, is waited for.
//
// Source: docs/protocols/sipyco.md, "TLS".

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import {
  connect,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
  type TlsOptions,
} from 'node:tls';
import { ConnectError } from '../../values/index.js';
import { codeOf } from './errno.js';
import type { EarlyEnd } from './stream.js';
import { fileError, handshakeError, lossOfTrust, refusedError } from './tlserror.js';

/**
 * How long a server that sends no ticket is taken for one that may still refuse us. A refusal that
 * comes later breaks the connection, with the same reason.
 */
const TICKET_WAIT_MS = 250;
/** A server without tickets that closes within so much time, saying nothing, probably refuses us. */
const DOUBT_MS = 5000;

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

type Files = { readonly cert: string; readonly key: string; readonly ca: string };

/**
 * Who we are, and whom we trust: three files in PEM form, for either end.
 *
 * `localCert` is our certificate (others of its chain may follow), `localKey` its private key,
 * without a passphrase; `peerCert` holds the certificates of those whom we trust, one or more.
 */
export class SimpleSSLConfig {
  readonly localCert: string;
  readonly localKey: string;
  readonly peerCert: string;
  // Whoever prints this object must not print our key: these two are hidden from `inspect`, too.
  #files: Promise<Files> | null = null;
  #clientContext: SecureContext | null = null;

  constructor(localCert: string, localKey: string, peerCert: string) {
    this.localCert = localCert;
    this.localKey = localKey;
    this.peerCert = peerCert;
  }

  /**
   * For a client. The files are read once; after an error they are read again.
   * @throws {ConnectError} a file cannot be read or is not what it should be; `endpoint` is its name.
   */
  async createClientContext(): Promise<SecureContext> {
    const files = await this._load();
    this.#clientContext ??= createSecureContext(files);
    return this.#clientContext;
  }

  /** For `tls.createServer`: a client without a certificate that we trust is turned away. @throws as the other. */
  async createServerContext(): Promise<TlsOptions> {
    return { ...(await this._load()), requestCert: true, rejectUnauthorized: true };
  }

  private _load(): Promise<Files> {
    this.#files ??= this._read().catch(error => {
      this.#files = null;
      throw error;
    });
    return this.#files;
  }

  private async _read(): Promise<Files> {
    const [cert, key, ca] = await Promise.all([
      textOf(this.localCert),
      textOf(this.localKey),
      textOf(this.peerCert),
    ]);
    const [own] = certificatesOf(this.localCert, cert);
    certificatesOf(this.peerCert, ca);
    if (!own!.checkPrivateKey(keyOf(this.localKey, key))) {
      throw new ConnectError(
        `the key in ${this.localKey} does not belong to the certificate in ${this.localCert}`,
        { endpoint: this.localKey },
        { hint: 'name the two files that were made together' },
      );
    }
    return { cert, key, ca };
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw fileError(file, error);
  }
}

/** All certificates of a file; at least one. */
function certificatesOf(file: string, text: string): X509Certificate[] {
  const blocks = text.match(CERTIFICATES) ?? [];
  if (blocks.length === 0) {
    throw new ConnectError(
      `${file} holds no certificate in PEM form`,
      { endpoint: file },
      { hint: 'such a file has a line -----BEGIN CERTIFICATE-----' },
    );
  }
  return blocks.map((block, i) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      throw new ConnectError(
        `certificate ${i + 1} of ${blocks.length} in ${file} cannot be read`,
        { endpoint: file },
        { hint: 'make the file anew, or copy it again', cause },
      );
    }
  });
}

function keyOf(file: string, text: string) {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    const isLocked = /-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(text);
    throw new ConnectError(
      isLocked
        ? `the key in ${file} is locked with a passphrase`
        : `${file} holds no private key in PEM form`,
      { endpoint: file },
      {
        hint: isLocked
          ? 'store it without a passphrase, readable by its owner alone'
          : 'such a file has a line -----BEGIN PRIVATE KEY-----',
        cause,
      },
    );
  }
}

/** A connection inside TLS, and why it would end before its first byte. */
export type Secured = { readonly socket: TLSSocket; readonly earlyEnd: EarlyEnd };

/**
 * Our half of the handshake, on a connected socket. Whoever gives up destroys the socket.
 * @throws {ConnectError} one end does not trust the other, or the port is not TLS.
 */
export function handshake(
  plain: Socket,
  endpoint: string,
  ssl: SimpleSSLConfig,
  secureContext: SecureContext,
): Promise<Secured> {
  const socket = connect({
    socket: plain,
    secureContext,
    checkServerIdentity: () => undefined, // the file says who is trusted, whatever the name
  });
  return new Promise((resolve, reject) => {
    let isTrusted = false;
    let timer: NodeJS.Timeout | undefined;
    const finish = () => {
      clearTimeout(timer);
      socket.removeListener('end', refused);
      socket.removeListener('error', failed);
      socket.removeListener('close', refused);
    };
    const accepted = () => {
      finish();
      const doubtedUntil = performance.now() + DOUBT_MS;
      resolve({
        socket,
        earlyEnd: error =>
          isTrusted || performance.now() > doubtedUntil ? null : lossOfTrust(endpoint, ssl, error),
      });
    };
    const fail = (error: ConnectError) => {
      finish();
      socket.on('error', () => undefined); // it is over, and told
      reject(error);
    };
    const failed = (error: Error) => {
      // A reset after our half is done says no more than an end.
      const isCut = timer !== undefined && /^(ECONNRESET|EPIPE)$/.test(codeOf(error));
      fail(
        isCut
          ? refusedError(endpoint, ssl)
          : handshakeError(endpoint, error, { ssl, heardBytes: plain.bytesRead }),
      );
    };
    const refused = () => {
      // Before the handshake is done an error follows; after a ticket this is an end like any other.
      if (timer !== undefined && !isTrusted) {
        fail(refusedError(endpoint, ssl));
      }
    };
    socket.once('end', refused);
    socket.once('close', refused);
    socket.once('error', failed);
    socket.once('session', () => {
      isTrusted = true;
      if (timer !== undefined) {
        clearTimeout(timer);
        // This event comes from inside OpenSSL's read: what is written now would never be answered.
        setImmediate(accepted);
      }
    });
    socket.once('secureConnect', () => {
      isTrusted ||= socket.getProtocol() !== 'TLSv1.3';
      if (isTrusted) {
        accepted();
      } else {
        timer = setTimeout(accepted, TICKET_WAIT_MS);
      }
    });
  });
}
