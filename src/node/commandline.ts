// The options that SiPyCo's programs share, for a Node program on commander.
//
// The command is seen by its shape: who has commander brings it, and nobody else needs it. What
// people are used to from Python's argparse holds for these commands: a long option may be cut short
// as long as one fits, and `--ssl` takes three values.
//
// Names are SiPyCo's (`sipyco.common_args`). Vectors: vectors/sipyco/common_args.jsonl.

import { SimpleSSLConfig } from '../transports/node/index.js';

/** What is needed of a commander `Command`, version 8 and newer. */
export interface ICommandLine {
  readonly options: readonly IOption[];
  option(flags: string, description: string): unknown;
  option<T>(
    flags: string,
    description: string,
    parse: (text: string, previous: T) => T,
    initial?: T,
  ): unknown;
  parseOptions(args: string[]): { operands: string[]; unknown: string[] };
  error(message: string, options?: { readonly exitCode?: number; readonly code?: string }): never;
  opts(): object;
  exitOverride(end: (error: { readonly exitCode: number }) => never): unknown;
  parse(args: readonly string[], options: { readonly from: 'user' }): unknown;
}

interface IOption {
  readonly short?: string | undefined;
  readonly long?: string | undefined;
  /** Takes a value. */
  readonly required: boolean;
  /** What `--help` says of its default. */
  defaultValueDescription?: string | undefined;
}

export type VerbosityArgs = { readonly verbose: number; readonly quiet: number };

/** What `simpleNetworkArgs` parses, beside the ports: `port`, or `portNotify` for a port named `notify`. */
export type NetworkArgs = {
  readonly bind: readonly string[];
  readonly localhostBind: boolean;
  /** Certificate, key, and those of the peers: three paths. */
  readonly ssl?: readonly string[];
};

/** A port of several: `--port-NAME`, what it is for, and where it usually is. */
export type NamedPort = readonly [name: string, purpose: string, port: number];

const CERTIFICATE_FILES = 3;
/** What argparse takes for a value although it begins with a dash: a number, the lone dash, a text with blanks. */
const VALUE = /^(?!-)|^-$|^-\d+$|^-\d*\.\d+$| /;

/** Add `-v` and `-q`, which may be repeated. */
export function verbosityArgs(command: ICommandLine): void {
  const count = (_: string, previous: number) => previous + 1;
  command.option('-v, --verbose', 'say more; may be repeated', count, 0);
  command.option('-q, --quiet', 'say less; may be repeated', count, 0);
  readLikeArgparse(command);
}

/** The least level that is logged, in Python's numbers: 30 is WARNING, and `-v` makes it 20, INFO. */
export function initLoggerFromArgs({ verbose, quiet }: VerbosityArgs): number {
  return 30 + 10 * quiet - 10 * verbose;
}

/**
 * Add `--bind`, `--no-localhost-bind`, and `-p`/`--port`, or a `--port-NAME` for each of several.
 * @param ssl - add `--ssl CERT KEY PEER`, too.
 */
export function simpleNetworkArgs(
  command: ICommandLine,
  port: number | readonly NamedPort[],
  { ssl = false }: { readonly ssl?: boolean } = {},
): void {
  command.option<readonly string[]>(
    '--bind <address>',
    'listen on this address, too; * for all; may be repeated',
    (text, previous) => [...previous, text],
    [],
  );
  const bind = command.options.find(({ long }) => long === '--bind');
  if (bind !== undefined) {
    bind.defaultValueDescription = 'no other';
  }
  command.option('--no-localhost-bind', 'do not listen on this computer alone by default');
  if (typeof port === 'number') {
    command.option('-p, --port <number>', 'TCP port to listen on', int, port);
  } else {
    for (const [name, purpose, number] of port) {
      command.option(`--port-${name} <number>`, `TCP port for ${purpose}`, int, number);
    }
  }
  if (ssl) {
    sslArgs(command);
  }
  readLikeArgparse(command);
}

/** Add `--ssl CERT KEY PEER` alone, as a client needs it. */
export function sslArgs(command: ICommandLine): void {
  command.option<readonly string[] | undefined>(
    '--ssl <CERT KEY PEER>',
    'speak TLS: our certificate, its key, and the certificates of those whom we trust',
    (text, previous = []) => [...(previous.length < CERTIFICATE_FILES ? previous : []), text],
  );
  readLikeArgparse(command);
}

/** TLS as the command line wants it; undefined if it does not. */
export function sslConfigFromArgs(args: Pick<NetworkArgs, 'ssl'>): SimpleSSLConfig | undefined {
  const [cert, key, peer] = args.ssl ?? [];
  return cert === undefined || key === undefined || peer === undefined
    ? undefined
    : new SimpleSSLConfig(cert, key, peer);
}

/** Where to listen: null is every address of this computer. */
export function bindAddressFromArgs({ bind, localhostBind }: NetworkArgs): string[] | null {
  if (bind.includes('*')) {
    return null;
  }
  return localhostBind ? ['127.0.0.1', '::1', ...bind] : [...bind];
}

/**
 * Parse a command line. One that is not understood ends the process with exit code 2, as Python's
 * do, after commander has said why; `--help` ends it with 0.
 * @param args - without node and script; default: this process's.
 */
export function parseArgs<T extends object>(
  command: ICommandLine,
  args: readonly string[] = process.argv.slice(2),
): T {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  command.parse(args, { from: 'user' });
  return command.opts() as T;
}

/** Python's `int(text)`. */
function int(text: string): number {
  if (!/^\s*[+-]?\d+(_\d+)*\s*$/.test(text)) {
    // By its code commander knows that the text is at fault, and says which option it was for.
    throw Object.assign(new Error('It must be a whole number.'), {
      code: 'commander.invalidArgument',
      exitCode: 2,
    });
  }
  return Number(text.replaceAll('_', ''));
}

const likeArgparse = new WeakSet<ICommandLine>();

/** What commander does not know of argparse is written out before commander reads it. */
function readLikeArgparse(command: ICommandLine): void {
  if (likeArgparse.has(command)) {
    return;
  }
  likeArgparse.add(command);
  const parse = command.parseOptions.bind(command);
  command.parseOptions = args => parse(new Spelling(command, args).out);
}

/** A command line with every option in full and every value joined to its option. */
class Spelling {
  readonly out: string[] = [];
  private readonly _command: ICommandLine;
  private readonly _rest: string[];

  constructor(command: ICommandLine, args: readonly string[]) {
    this._command = command;
    this._rest = [...args];
    for (let token = this._rest.shift(); token !== undefined; token = this._rest.shift()) {
      if (token === '--') {
        this.out.push(token, ...this._rest);
        return;
      }
      if (VALUE.test(token)) {
        this.out.push(token);
      } else if (token.startsWith('--')) {
        this._long(token);
      } else {
        this._short(token);
      }
    }
  }

  private _long(token: string): void {
    const at = token.indexOf('=');
    const name = at < 0 ? token : token.slice(0, at);
    const full = this._complete(name);
    const option = this._command.options.find(({ long }) => long === full);
    if (option === undefined) {
      this.out.push(full === '--help' && at < 0 ? full : token); // commander says that it is unknown
    } else if (option.required) {
      this._values(full, full, at < 0 ? null : token.slice(at + 1));
    } else {
      this.out.push(full + token.slice(name.length));
    }
  }

  /** The one long option that begins so; `name` itself where there is none. */
  private _complete(name: string): string {
    const names = [...this._command.options.map(({ long }) => long ?? ''), '--help'];
    const fitting = names.includes(name) ? [name] : names.filter(long => long.startsWith(name));
    if (fitting.length > 1) {
      this._fail(`ambiguous option: ${name} could match ${fitting.join(', ')}`);
    }
    return fitting[0] ?? name;
  }

  /** `-p5`, `-p=5`, `-vvq`: letters without a value, then perhaps one with. */
  private _short(token: string): void {
    for (let i = 1; i < token.length; i += 1) {
      const name = `-${token[i]}`;
      const option = this._command.options.find(({ short }) => short === name);
      if (option?.required === true) {
        const value = token.slice(i + 1);
        const isFirst = i === 1 && value.startsWith('=');
        this._values(option.long ?? name, name, value === '' ? null : value.slice(isFirst ? 1 : 0));
        return;
      }
      this.out.push(option === undefined && name !== '-h' ? `-${token.slice(i)}` : name);
      if (option === undefined) {
        return;
      }
    }
  }

  private _values(name: string, said: string, joined: string | null): void {
    const count = name === '--ssl' ? CERTIFICATE_FILES : 1;
    const values = joined === null ? [] : [joined];
    while (joined === null && values.length < count && VALUE.test(this._rest[0] ?? '--')) {
      values.push(this._rest.shift()!);
    }
    if (values.length < count) {
      const wanted = count === 1 ? 'one argument' : `${count} arguments`;
      this._fail(`argument ${said}: expected ${wanted}`);
    }
    this.out.push(...values.map(value => `${name}=${value}`));
  }

  private _fail(message: string): never {
    return this._command.error(`error: ${message}`, {
      exitCode: 2,
      code: 'commander.invalidArgument',
    });
  }
}
