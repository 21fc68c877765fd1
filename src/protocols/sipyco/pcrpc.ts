// pc_rpc, the client's end of one connection.
//
// After the banner the server says who it is, in JSON; the client names a target and the features it
// wants; the server answers with the names that can be called. From then on each request has one
// answer, in order, and nothing but the order tells whose it is. So an answer too many or too few is
// the end of the connection. Requests may be sent ahead of the answers.
//
// Servers on small boards write Python's repr where SiPyCo writes JSON, and know no features.
//
// Source: docs/protocols/sipyco.md, "pc_rpc"; vectors/sipyco/sessions/pc_rpc_*.jsonl.

import {
  EncodeError,
  isLabwireError,
  LimitError,
  PyDict,
  type PyValue,
  type RemoteProtocolError,
  Tuple,
} from '../../values/index.js';
import { decode, type PyonVersion } from '../pyon/index.js';
import { checkedTarget, handshake, LIMITS, PYON_V2 } from './banner.js';
import { packedExceptionOf } from './exceptions.js';
import { FirstLine, quoted } from './firstline.js';
import { END, LineMachine } from './linemachine.js';
import { encodeLine, textLine } from './lines.js';
import { describe } from './mods.js';
import { Remembered } from './remembered.js';
import { readRpcId, textsOf } from './rpcid.js';
import type { RpcClientCommand, RpcClientEvent, RpcId } from './rpcmessages.js';

export type RpcClientMachineOptions = {
  /** `best`, the default: version 2 where the server offers it. 1: as clients before SiPyCo 1.10. */
  readonly pyon?: 'best' | 1;
  /** Longest line taken; SiPyCo's own limit when missing. */
  readonly lineBytes?: number;
};

type Call = Exclude<RpcClientCommand, { type: 'select' }>;
type State = 'identity' | 'identified' | 'selecting' | 'selected';

/** The client's end. Writes its banner at once. */
export class RpcClientMachine extends LineMachine<RpcClientCommand, RpcClientEvent, State> {
  private readonly _firstLine = new FirstLine();
  private readonly _isBest: boolean;
  private _features: readonly string[] = [];
  private _target = '';
  private _pyon: PyonVersion = 1;
  /** Whose answers are owed, oldest first; those before `_answered` have come. */
  private _owed: { readonly id: number; readonly what: string }[] = [];
  private _answered = 0;

  constructor(options: RpcClientMachineOptions = {}) {
    super('identity', options.lineBytes ?? LIMITS.lineBytes, 'lineBytes');
    this._isBest = options.pyon !== 1;
    this._output.push(BANNER);
  }

  /** Answers that the server owes. */
  get pendingCount(): number {
    return this._owed.length - this._answered;
  }

  /**
   * @throws {LocalProtocolError} not at this point of the conversation, or a target that no line can hold.
   * @throws {EncodeError} an argument has no form; `path` begins with `args` or `kwargs`.
   * @throws {LimitError} the request is longer than SiPyCo's servers read, or nested too deep.
   *   After each of them nothing was queued and the connection is as it was.
   */
  send(command: RpcClientCommand): void {
    const needed = command.type === 'select' ? 'identified' : 'selected';
    if (this._state !== needed) {
      const message = `${command.type} cannot be sent now: the connection is at ${this._state}`;
      throw this._refusal(command.type, message);
    }
    if (command.type === 'select') {
      this._select(checkedTarget(command.target, 'select'));
      return;
    }
    this._output.push(this._requestLine(command));
    const what = command.type === 'call' ? command.name : command.type;
    this._owed.push({ id: command.id, what });
  }

  override receive(chunk: Uint8Array): void {
    if (this._isReading && !this._firstLine.isDict(chunk)) {
      this._fail(this._notRpc(quoted(this._firstLine.head)));
    }
    super.receive(chunk);
  }

  // ---- What we say --------------------------------------------------------------------------------

  private _select(target: string): void {
    const isV2 = this._isBest && this._features.includes(PYON_V2);
    this._pyon = isV2 ? 2 : 1;
    this._target = target;
    this._state = 'selecting';
    this._output.push(textLine(isV2 ? `${target} ${PYON_V2}` : target));
  }

  private _requestLine(command: Call): Uint8Array {
    const request = new PyDict();
    if (command.type === 'call') {
      request
        .set('action', 'call')
        .set('name', command.name)
        .set('args', new Tuple(command.args))
        .set('kwargs', command.kwargs);
    } else {
      request.set('action', command.type);
    }
    let line: Uint8Array;
    try {
      line = encodeLine(request, this._pyon);
    } catch (error) {
      throw isLabwireError(error, 'EncodeError') ? inArguments(error) : error;
    }
    const length = line.length - 1;
    if (length > LIMITS.requestBytes) {
      throw new LimitError(
        `the request is ${length} bytes long, SiPyCo servers read ${LIMITS.requestBytes}`,
        { limit: 'requestBytes', value: length, maximum: LIMITS.requestBytes, unit: 'bytes' },
        {
          protocol: 'sipyco',
          hint: 'Send large arguments in parts of at most 3 MiB, or as a smaller dtype.',
        },
      );
    }
    return line;
  }

  // ---- What we hear -------------------------------------------------------------------------------

  protected _takeLine(line: Uint8Array): void {
    switch (this._state) {
      case 'identity':
        this._identify(line);
        return;
      case 'selecting':
        this._learnMethods(line);
        return;
      case 'selected':
        this._answer(line);
        return;
      default:
        this._fail(this._unasked(line));
    }
  }

  protected _takeEnd(pendingBytes: number): void {
    const isIdentity = this._state === 'identity';
    if (isIdentity && pendingBytes === 0) {
      this._fail(this._closedAtOnce());
    } else if (isIdentity && !this._firstLine.startsWithKey('targets')) {
      this._fail(this._notRpc(`${quoted(this._firstLine.head)} and then the end`));
    } else if (pendingBytes > 0) {
      this._fail(this._cut(this._owing() ?? 'a line', pendingBytes, BROKEN));
    } else if (this._state === 'selecting') {
      this._fail(this._closedAtTarget());
    } else if (this.pendingCount > 0) {
      this._fail(
        this._wrong(
          `the server closed the connection and owes ${this._owing()}`,
          'an answer',
          END,
          'A method that ends the server leaves no answer; look at the log of the server.',
        ),
      );
    } else {
      this._end();
    }
  }

  private _identify(line: Uint8Array): void {
    let rpcId: RpcId | null;
    try {
      rpcId = IDENTITIES.read(line);
    } catch (error) {
      this._fail(
        isLabwireError(error, 'ParseError') && !this._firstLine.startsWithKey('targets')
          ? this._notRpc(quoted(line))
          : this._undecodable(error, NO_PYON, BROKEN),
      );
      return;
    }
    if (rpcId === null) {
      this._fail(this._notRpc(quoted(line)));
      return;
    }
    this._features = rpcId.features;
    this._state = 'identified';
    this._events.push({ type: 'identified', rpcId });
  }

  private _learnMethods(line: Uint8Array): void {
    let names: readonly string[] | null;
    try {
      names = NAMES[this._pyon].read(line);
    } catch (error) {
      this._fail(this._undecodable(error, NO_PYON, BROKEN));
      return;
    }
    if (names === null) {
      this._fail(
        this._wrong(
          'the answer to the target is no set of names',
          'a set of str',
          describe(decode(line, OPTIONS[this._pyon])),
          BROKEN,
        ),
      );
      return;
    }
    this._state = 'selected';
    this._events.push({
      type: 'selected',
      target: this._target,
      methods: new Set(names),
      pyon: this._pyon,
    });
  }

  private _answer(line: Uint8Array): void {
    const owed = this._owed[this._answered];
    if (owed === undefined) {
      this._fail(this._unasked(line));
      return;
    }
    const value = this._decode(line);
    if (value === undefined) {
      return;
    }
    const status = value instanceof PyDict ? value.get('status') : undefined;
    const content =
      value instanceof PyDict ? value.get(status === 'ok' ? 'ret' : 'exception') : undefined;
    if (content === undefined || (status !== 'ok' && status !== 'failed')) {
      this._fail(
        this._wrong(
          `the answer to ${owed.what} is none`,
          'a status ok with ret, or failed with exception',
          describe(value),
          BROKEN,
        ),
      );
      return;
    }
    this._settle();
    this._events.push(
      status === 'ok'
        ? { type: 'returned', id: owed.id, value: content }
        : { type: 'raised', id: owed.id, exception: packedExceptionOf(content) },
    );
  }

  /** The oldest call has its answer. The queue is cut now and then, not at each call. */
  private _settle(): void {
    this._answered += 1;
    if (this._answered === this._owed.length) {
      this._owed = [];
      this._answered = 0;
    } else if (this._answered >= CUT_AT && 2 * this._answered >= this._owed.length) {
      this._owed = this._owed.slice(this._answered);
      this._answered = 0;
    }
  }

  /** The value of a line in the version agreed on; undefined if it has none, and that is told. */
  private _decode(line: Uint8Array): PyValue | undefined {
    try {
      return decode(line, OPTIONS[this._pyon]);
    } catch (error) {
      this._fail(this._undecodable(error, NO_PYON, BROKEN));
      return undefined;
    }
  }

  // ---- What goes wrong ----------------------------------------------------------------------------

  /** What the server owes, in words; null where it owes nothing. */
  private _owing(): string | null {
    const { pendingCount } = this;
    const oldest = this._owed[this._answered];
    if (oldest === undefined) {
      return null;
    }
    const behind = pendingCount > 1 ? ` and ${pendingCount - 1} behind it` : '';
    return `the answer to ${oldest.what}${behind}`;
  }

  /** A line over the limit, with what helps: the limit is the peer's own as well. */
  protected override _tooLong(error: LimitError): LimitError {
    return new LimitError(error.message, error, {
      protocol: 'sipyco',
      hint: 'Return large values in parts: clients of SiPyCo itself take no line over 100 MiB either.',
    });
  }

  private _unasked(line: Uint8Array): RemoteProtocolError {
    return this._wrong(
      `the server sent a line that nobody asked for: ${quoted(line)}`,
      'nothing',
      quoted(line),
      'Connect again: which answer belongs to which call cannot be known any more.',
    );
  }

  private _notRpc(received: string): RemoteProtocolError {
    return this._wrong(
      `this is not a pc_rpc server: it answered ${received}`,
      'targets, description and features',
      received,
      CHECK_PORT,
    );
  }

  private _closedAtOnce(): RemoteProtocolError {
    return this._wrong(
      'the server closed the connection without a word: it is not a pc_rpc server',
      'targets, description and features',
      END,
      `${CHECK_PORT} A server with TLS takes no client without it.`,
    );
  }

  private _closedAtTarget(): RemoteProtocolError {
    const feature = this._pyon === 2 ? `, or does not know the feature ${PYON_V2}` : '';
    return this._wrong(
      `the server closed the connection at the target "${this._target}": it has no such target${feature}`,
      'a set of method names',
      END,
      'Choose one of the targets that the server names.',
    );
  }
}

/** From so many answered calls on, the queue of owed answers is cut. */
const CUT_AT = 1024;
const BANNER = handshake('pc_rpc');
const OPTIONS = { 1: { version: 1 }, 2: { version: 2 } } as const;
const IDENTITIES = new Remembered(readRpcId);
const NAMES = {
  1: new Remembered(line => textsOf(decode(line, OPTIONS[1]))),
  2: new Remembered(line => textsOf(decode(line, OPTIONS[2]))),
};
const NO_PYON = 'a line is no PYON';
const BROKEN = 'Connect again; if it stays so, the server is broken.';
const CHECK_PORT =
  'Check host and port; an ARTIQ master takes calls on 3251, each controller on its own.';

/** The path as the caller sees it: `args[0]["x"]` and not `["args"][0]["x"]`. */
function inArguments(error: EncodeError): EncodeError {
  const path = error.path.replace(WRAPPED, '$1');
  const message = error.message.replace(error.path, () => path);
  const { hint, cause } = error;
  return new EncodeError(
    message,
    { path },
    { protocol: 'pyon', ...(hint === undefined ? {} : { hint }), cause: cause ?? error },
  );
}

const WRAPPED = /^\["(args|kwargs)"\]/;
