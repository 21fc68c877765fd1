// pc_rpc, the server's end of one connection.
//
// It answers the banner with what it is, the target with names, and each request with one line of
// ASCII, in the order of the requests. What is wrong in the form of a request it answers itself, in
// SiPyCo's words and in its turn; what cannot be read at all ends the connection without a word.
//
// SiPyCo reads lines with Python's readline, and so does this: an end of the input ends a line as
// well. From the line with the target SiPyCo drops the last character without looking at it.
//
// Source: docs/protocols/sipyco.md, "pc_rpc"; vectors/sipyco/sessions/pc_rpc_raw_*.jsonl.

import { PyDict, PySet, type PyValue, type RemoteProtocolError } from '../../values/index.js';
import { decode, type PyonVersion } from '../pyon/index.js';
import { checkedTarget, LIMITS, PYON_V2 } from './banner.js';
import { exceptionToValue } from './exceptions.js';
import { bannerText, decodeText, isBanner, quoted } from './firstline.js';
import { LineMachine, NEWLINE } from './linemachine.js';
import { encodeLine } from './lines.js';
import { rpcIdLine } from './rpcid.js';
import type { PackedException, RpcId, RpcServerCommand, RpcServerEvent } from './rpcmessages.js';
import { pythonExceptionOf, type RpcRequest, rpcRequestOf } from './rpcrequest.js';

export type RpcServerMachineOptions = {
  /** What clients may ask for: `['pyon_v2']` when missing. Empty: a server as before SiPyCo 1.10. */
  readonly features?: readonly string[];
};

/** An answer that is owed, oldest first: to the target, to a request, or one that only waits for its turn. */
type Owed = 'methods' | number | Uint8Array;
type State = 'banner' | 'target' | 'requests';

/** What a server says of itself, checked and written once for all of its connections. */
class Identity {
  readonly rpcId: RpcId;
  readonly line: Uint8Array;
  /** What was answered to the last target: most of those who come ask for the same. */
  private _methods: { names: readonly string[]; pyon: PyonVersion; line: Uint8Array } | null = null;

  /** @throws {LocalProtocolError} a target name with a blank or a control character: no client could ask for it. */
  constructor(
    { targets, description }: Pick<RpcId, 'targets' | 'description'>,
    { features = [PYON_V2] }: RpcServerMachineOptions = {},
  ) {
    this.rpcId = {
      targets: targets.map(name => checkedTarget(name, 'serve')).sort(byCodePoint),
      description,
      features,
    };
    this.line = rpcIdLine(this.rpcId);
  }

  /** The answer to the target, to be written: the names of its methods. */
  methodsLine(given: Iterable<string>, pyon: PyonVersion): Uint8Array {
    const names = Array.from(given);
    const last = this._methods;
    if (
      last !== null &&
      last.pyon === pyon &&
      last.names.length === names.length &&
      names.every((name, i) => name === last.names[i])
    ) {
      return last.line;
    }
    const line = encodeLine(new PySet(names), pyon);
    this._methods = { names, pyon, line };
    return line;
  }
}

/** The server's end of one connection. */
export class RpcServerMachine extends LineMachine<RpcServerCommand, RpcServerEvent, State> {
  readonly rpcId: RpcId;
  private readonly _identity: Identity;
  private _pyon: PyonVersion = 1;
  private readonly _owed: Owed[] = [];
  private _nextId = 1;
  /** The input ended where the newline of the last line belongs. */
  private _isCut = false;

  /** @throws {LocalProtocolError} a target name with a blank or a control character: no client could ask for it. */
  constructor(
    rpcId: Pick<RpcId, 'targets' | 'description'> | Identity,
    options: RpcServerMachineOptions = {},
  ) {
    super('banner', LIMITS.requestBytes, 'requestBytes');
    this._identity = rpcId instanceof Identity ? rpcId : new Identity(rpcId, options);
    this.rpcId = this._identity.rpcId;
  }

  /**
   * Makes machines for the connections of one server, which have in common what they say of it.
   * @throws {LocalProtocolError} as the constructor.
   */
  static maker(
    rpcId: Pick<RpcId, 'targets' | 'description'>,
    options?: RpcServerMachineOptions,
  ): () => RpcServerMachine {
    const identity = new Identity(rpcId, options);
    return () => new RpcServerMachine(identity);
  }

  /**
   * Answer the oldest request; that of the target first. Answers owed may still be given after the
   * client has closed its side, or after it broke the protocol behind them. A value that has no form
   * is answered by the exception that Python would have raised.
   * @throws {LocalProtocolError} not the oldest.
   */
  send(command: RpcServerCommand): void {
    const oldest = this._owed[0];
    if (command.type === 'methods' ? oldest !== 'methods' : oldest !== command.id) {
      const owed = oldest === undefined ? 'nothing is' : `the answer to ${String(oldest)} is`;
      throw this._refusal(command.type, `${command.type} cannot be sent now: ${owed} owed`);
    }
    const line = this._answerLine(command);
    this._owed.shift();
    this._output.push(line);
    for (let next = this._owed[0]; next instanceof Uint8Array; next = this._owed[0]) {
      this._output.push(next);
      this._owed.shift();
    }
  }

  // ---- What we hear -------------------------------------------------------------------------------

  protected _takeLine(line: Uint8Array): void {
    switch (this._state) {
      case 'banner':
        this._greet(line);
        return;
      case 'target':
        this._select(line);
        return;
      default:
        this._request(line);
    }
  }

  protected _takeEnd(pendingBytes: number): void {
    if (pendingBytes > 0) {
      this._isCut = true;
      this.receive(NEWLINE);
    }
    if (this._state !== 'over') {
      this._end();
    }
  }

  private _greet(line: Uint8Array): void {
    if (this._isCut || !isBanner(line, 'pc_rpc')) {
      this._fail(this._stray(line, bannerText('pc_rpc')));
      return;
    }
    this._output.push(this._identity.line);
    this._state = 'target';
  }

  private _select(line: Uint8Array): void {
    const text = decodeText(line);
    const words = (this._isCut ? withoutLast(text ?? '') : (text ?? '')).split(' ');
    const [target = '', ...features] = words;
    const unknown = features.find(feature => !this.rpcId.features.includes(feature));
    if (text === null || unknown !== undefined || !this.rpcId.targets.includes(target)) {
      const { targets, features: ours } = this.rpcId;
      this._fail(
        this._stray(line, `one of ${targets.join(' ')}, then of ${ours.join(' ') || 'nothing'}`),
      );
      return;
    }
    this._pyon = features.includes(PYON_V2) ? 2 : 1;
    this._state = 'requests';
    this._owed.push('methods');
    this._events.push({ type: 'select', target, pyon: this._pyon });
  }

  private _request(line: Uint8Array): void {
    let request: PyValue;
    try {
      request = decode(line, OPTIONS[this._pyon]);
    } catch (error) {
      this._fail(this._undecodable(error, `a request is no PYON v${this._pyon}`));
      return;
    }
    let asked: RpcRequest;
    try {
      asked = rpcRequestOf(request);
    } catch (error) {
      this._refuse(pythonExceptionOf(error));
      return;
    }
    const id = this._owe();
    this._events.push(
      asked.action === 'call'
        ? { type: 'call', id, name: asked.name, args: asked.args, kwargs: asked.kwargs }
        : { type: asked.action, id },
    );
  }

  private _owe(): number {
    const id = this._nextId;
    this._nextId += 1;
    this._owed.push(id);
    return id;
  }

  // ---- What we say --------------------------------------------------------------------------------

  /** Answer a request that is wrong in form, when its turn comes. */
  private _refuse(exception: PackedException): void {
    const line = this._failedLine(exception);
    if (this._owed.length === 0) {
      this._output.push(line);
    } else {
      this._owed.push(line);
    }
  }

  private _answerLine(command: RpcServerCommand): Uint8Array {
    switch (command.type) {
      case 'methods':
        return this._identity.methodsLine(command.names, this._pyon);
      case 'raise':
        return this._failedLine(command.exception);
      case 'return':
        return this._returnedLine(command.value);
    }
  }

  private _returnedLine(value: PyValue): Uint8Array {
    let line: Uint8Array;
    try {
      line = encodeLine(new PyDict().set('status', 'ok').set('ret', value), this._pyon);
    } catch (error) {
      return this._failedLine(pythonExceptionOf(error));
    }
    if (this._pyon === 1) {
      line = inAscii(line);
    }
    if (line.length - 1 > LIMITS.lineBytes) {
      const message = `the return value makes a line of ${line.length - 1} bytes, clients read ${LIMITS.lineBytes}`;
      return this._failedLine({ class: 'ValueError', message, traceback: [] });
    }
    return line;
  }

  private _failedLine(exception: PackedException): Uint8Array {
    const reply = new PyDict()
      .set('status', 'failed')
      .set('exception', exceptionToValue(exception));
    return encodeLine(reply, this._pyon);
  }

  private _stray(line: Uint8Array, expected: string): RemoteProtocolError {
    return this._unexpected(quoted(line), expected);
  }
}

const OPTIONS = { 1: { version: 1 }, 2: { version: 2 } } as const;

/**
 * Version 1 writes the members of a slice as Python's repr does, letters of any script included. A
 * reply is ASCII all the same: SiPyCo's client decodes UTF-8 piece by piece, and fails at a letter
 * that is cut. All such letters stand in str literals, where an escape means the same.
 */
function inAscii(line: Uint8Array): Uint8Array {
  let at = 0;
  while (at < line.length && line[at]! < 0x80) {
    at += 1;
  }
  if (at === line.length) {
    return line;
  }
  const text = new TextDecoder().decode(line);
  const escaped = text.replace(/[^\0-\x7f]/gu, letter => {
    const code = letter.codePointAt(0)!;
    return `\\U${code.toString(16).padStart(8, '0')}`;
  });
  return new TextEncoder().encode(escaped);
}

/** Python's order of str, which is not that of UTF-16. */
function byCodePoint(a: string, b: string): number {
  const left = Array.from(a, letter => letter.codePointAt(0)!);
  const right = Array.from(b, letter => letter.codePointAt(0)!);
  const at = left.findIndex((point, i) => point !== right[i]);
  return at < 0 ? left.length - right.length : left[at]! - (right[at] ?? -1);
}

function withoutLast(text: string): string {
  return Array.from(text).slice(0, -1).join('');
}
