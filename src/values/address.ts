// One text syntax for everything that a cell, the sidebar, the settings or the command line can name.
//
//   [demo+]scheme://host:port/path#fragment?…   the schemes that have a network endpoint
//   [demo+]ca://NAME                            everything after // is the PV name, verbatim
//
// The fragment is percent-decoded. A plain text is one `str` key; one that starts with `[` is a PYON
// list, the path. `?tls=NAME` names a profile of the bridge's configuration.

import { ParseError } from './errors.js';

export const SCHEMES = [
  'sipyco+rpc',
  'sipyco+sync',
  'sipyco+broadcast',
  'sipyco+log',
  'ca',
  'rpyc',
  'panda',
  'driver',
] as const;

export type Scheme = (typeof SCHEMES)[number];

/** The port that a scheme uses when the address names none; null where one must be named. */
export const DEFAULT_PORTS: { readonly [S in Scheme]: number | null } = {
  'sipyco+rpc': null,
  'sipyco+sync': 3250,
  'sipyco+broadcast': 1067,
  'sipyco+log': 1066,
  ca: 5064,
  rpyc: 18812,
  panda: 8888,
  driver: null,
};

/** A parsed address: plain data, all parts decoded. */
export type Address = {
  readonly scheme: Scheme;
  /** Answered by the demo lab in the worker, not by the network. */
  readonly demo: boolean;
  /** Name or IP; IPv6 without brackets; empty for the demo lab, `ca` and `driver`. */
  readonly host: string;
  /** 0 where the scheme has none. */
  readonly port: number;
  /** Notifier, target, channel, PV name or profile; may be empty where the scheme allows it. */
  readonly path: string;
  /** What to pick inside, or null for the whole. */
  readonly fragment: string | null;
  /** TLS profile, or null for plain TCP. */
  readonly tls: string | null;
};

const NETWORKED: ReadonlySet<Scheme> = new Set<Scheme>([
  'sipyco+rpc',
  'sipyco+sync',
  'sipyco+broadcast',
  'sipyco+log',
  'rpyc',
  'panda',
]);
const NEEDS_PATH: ReadonlySet<Scheme> = new Set<Scheme>(['sipyco+sync', 'sipyco+broadcast']);
const MAXIMUM_LENGTH = 2048; // characters; what browsers accept as a URL, and far beyond any PV name

/**
 * Read an address as people type it; blanks around it do not count.
 * @throws {ParseError} with the place of the first thing that does not fit.
 */
export function parseAddress(text: string): Address {
  const lead = text.length - text.trimStart().length;
  const trimmed = text.trim();
  if (trimmed.length > MAXIMUM_LENGTH) {
    throw refusal(
      text,
      lead + MAXIMUM_LENGTH,
      `at most ${MAXIMUM_LENGTH} characters`,
      `${trimmed.length} characters`,
    );
  }
  const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.exec(trimmed);
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).padStart(4, '0');
    throw refusal(text, lead + control.index, 'printable text', `the control character U+${code}`);
  }
  const half = /[\ud800-\udfff]/u.exec(trimmed); // with the flag a whole pair does not match
  if (half !== null) {
    throw refusal(text, lead + half.index, 'whole characters', 'half of a surrogate pair');
  }
  const separator = trimmed.indexOf('://');
  if (separator < 0) {
    throw refusal(
      text,
      lead,
      'scheme://… such as sipyco+sync://127.0.0.1:3250/datasets',
      trimmed === '' ? 'nothing' : quoted(trimmed),
    );
  }
  let name = trimmed.slice(0, separator).toLowerCase();
  const demo = name.startsWith('demo+');
  if (demo) {
    name = name.slice('demo+'.length);
  }
  const scheme = SCHEMES.find(known => known === name);
  if (scheme === undefined) {
    throw refusal(text, lead, `one of ${SCHEMES.join(', ')}`, quoted(name));
  }
  const rest = trimmed.slice(separator + 3);
  const restAt = lead + separator + 3;
  if (scheme === 'ca' || scheme === 'driver') {
    if (rest === '') {
      throw refusal(
        text,
        restAt,
        scheme === 'ca' ? 'the name of a PV' : 'the name of a profile',
        'nothing',
      );
    }
    return { scheme, demo, host: '', port: 0, path: rest, fragment: null, tls: null };
  }
  return parseNetworked(text, scheme, demo, rest, restAt);
}

function parseNetworked(
  text: string,
  scheme: Scheme,
  demo: boolean,
  rest: string,
  restAt: number,
): Address {
  const hash = rest.indexOf('#');
  const fragment = hash < 0 ? null : decodePart(text, rest.slice(hash + 1), restAt + hash + 1);
  const beforeHash = hash < 0 ? rest : rest.slice(0, hash);
  const question = beforeHash.indexOf('?');
  const tls =
    question < 0 ? null : parseQuery(text, beforeHash.slice(question + 1), restAt + question + 1);
  const beforeQuery = question < 0 ? beforeHash : beforeHash.slice(0, question);
  const slash = beforeQuery.indexOf('/');
  const authority = slash < 0 ? beforeQuery : beforeQuery.slice(0, slash);
  const path = slash < 0 ? '' : decodePart(text, beforeQuery.slice(slash + 1), restAt + slash + 1);
  const { host, port } = parseAuthority(text, scheme, demo, authority, restAt);
  if (path === '' && NEEDS_PATH.has(scheme)) {
    const what =
      scheme === 'sipyco+sync' ? 'a notifier, such as /datasets' : 'a channel, such as /log';
    throw refusal(text, restAt + beforeQuery.length, what, 'nothing');
  }
  return { scheme, demo, host, port, path, fragment, tls };
}

function parseAuthority(
  text: string,
  scheme: Scheme,
  demo: boolean,
  authority: string,
  at: number,
): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]@\s]*))(?::(\d*))?$/.exec(authority);
  if (match === null) {
    throw refusal(text, at, 'host:port', quoted(authority));
  }
  const host = match[1] ?? match[2] ?? '';
  if (host === '' && !demo) {
    throw refusal(text, at, 'a host name or address', 'nothing');
  }
  const portText = match[3];
  if (portText === undefined || portText === '') {
    const port = DEFAULT_PORTS[scheme];
    if (port === null && !demo) {
      throw refusal(text, at + authority.length, 'a port, such as :3251', 'nothing');
    }
    return { host, port: port ?? 0 };
  }
  const port = Number(portText);
  if (portText.length > 5 || port < 1 || port > 65535) {
    const found = portText.slice(0, SHOWN);
    throw refusal(text, at + authority.lastIndexOf(':') + 1, 'a port from 1 to 65535', found);
  }
  return { host, port };
}

function parseQuery(text: string, query: string, at: number): string {
  const match = /^tls=([A-Za-z0-9_.-]{1,64})$/.exec(query);
  if (match === null) {
    throw refusal(text, at, 'tls=NAME, a profile of the bridge', quoted(query));
  }
  return match[1]!;
}

function decodePart(text: string, part: string, at: number): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(part);
  } catch {
    // Two digits are missing somewhere, or the bytes are no UTF-8: then the first may be to blame.
    const digits = part.search(/%(?![0-9a-fA-F]{2})/);
    const bad = at + (digits < 0 ? part.indexOf('%') : digits);
    throw refusal(text, bad, 'percent-encoded UTF-8', quoted(part));
  }
  // A name with a line break would be a second line on the wire.
  const control = /[\u0000-\u001f\u007f]/.exec(decoded);
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).padStart(4, '0');
    throw refusal(text, at, 'a name without control characters', `U+${code}`);
  }
  return decoded;
}

const SHOWN = 60; // characters of a part that a message repeats

function quoted(part: string): string {
  return JSON.stringify(part.length > SHOWN ? `${part.slice(0, SHOWN)}…` : part);
}

function refusal(text: string, position: number, expected: string, found: string): ParseError {
  return new ParseError(
    `address ${JSON.stringify(text.slice(0, 200))}: expected ${expected}, found ${found}`,
    {
      position,
      expected,
      found,
    },
  );
}

/**
 * The address as text: what `parseAddress` reads back to the same parts. Default ports are written where
 * there is a host.
 */
export function formatAddress(address: Address): string {
  const prefix = `${address.demo ? 'demo+' : ''}${address.scheme}://`;
  if (!NETWORKED.has(address.scheme)) {
    return prefix + address.path;
  }
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  const isImplied = host === '' && address.port === DEFAULT_PORTS[address.scheme];
  const port = isImplied || address.port === 0 ? '' : `:${address.port}`;
  const path = address.path === '' ? '' : `/${encodePart(address.path)}`;
  const tls = address.tls === null ? '' : `?tls=${address.tls}`;
  const fragment = address.fragment === null ? '' : `#${encodePart(address.fragment)}`;
  return prefix + host + port + path + tls + fragment;
}

/** Where it connects: `host:port`, or `demo lab`. One connection serves all addresses with one endpoint and path. */
export function formatEndpoint(address: Address): string {
  if (address.demo) {
    return 'demo lab';
  }
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return address.port === 0 ? address.path : `${host}:${address.port}`;
}

// Readable where RFC 3986 lets a fragment or path be: only what would end the part is escaped.
function encodePart(part: string): string {
  return encodeURIComponent(part).replace(/%(?:3A|2F|5B|5D|2C|20|22|28|29)/g, code =>
    code === '%20' || code === '%22' ? code : decodeURIComponent(code),
  );
}
