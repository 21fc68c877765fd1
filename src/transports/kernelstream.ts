// One connection to an instrument, through the bridge.
//
// It outlives the websocket: what came is counted, what left is kept until the bridge has it, and
// with its token the stream is claimed back on the next link, where both ends go on at the byte at
// which they stopped. The reader sees a pause, nothing else.
//
// Source: docs/protocols/bridge.md, "A stream's life".

import { ClosedError, ConnectionLostError, type LabwireError } from '../values/index.js';
import type { IClock, ITimer, ITransport } from '../wire/index.js';
import { CreditWindow } from './credit.js';
import type { Draft } from './draft.js';
import { Drain } from './drain.js';
import { Fields } from './fields.js';
import { Inbox } from './inbox.js';
import {
  type BridgeRecord,
  creditRecord,
  endRecord,
  HEADER_BYTES,
  jsonRecord,
  Kind,
  MalformedMessage,
  nameOf,
  readCount,
} from './records.js';
import { attachFailure, closedFailure, openFailure } from './refusals.js';
import { UpQueue } from './upqueue.js';

/** What a stream needs of the channel it travels on. */
export interface IStreamChannel {
  readonly clock: IClock;
  readonly roundTripMs: number;
  readonly windowBytes: number;
  /** Has the kernel process changed since the stream was opened? */
  readonly restarted: boolean;
  queue(record: Uint8Array): void;
  /** Ask `fill` soon. */
  wake(): void;
  /** The stream is over: its number is free. */
  forget(stream: KernelStream): void;
  /** The kernel says that it ends. */
  kernelEnds(): void;
}

export type StreamTarget = {
  readonly host: string;
  readonly port: number;
  readonly endpoint: string;
  readonly timeoutMs: number;
  readonly readOnly: boolean;
  readonly label: string;
};

/** How the bridge connected. */
export type StreamRoute = {
  /** The address behind the name. */
  readonly address: string;
  readonly port: number;
  /** The rule of the policy that allowed it. */
  readonly rule: string;
  /** Bytes that may be sent in the stream's whole life; null: no limit. */
  readonly budgetBytes: number | null;
};

/** One DATA record up: several fit into the bridge's window of 1 MiB, so that it never runs dry. */
const UP_RECORD_BYTES = 256 * 1024;
/** `close` lets queued bytes leave for so long, and then waits for the bridge's CLOSED. */
const FLUSH_WITHIN_MS = 1000;
const CLOSED_WITHIN_MS = 2000;

export class KernelStream implements ITransport {
  readonly number: number;
  /** Resolves when the stream may be used. */
  readonly opened: Promise<KernelStream>;
  private readonly _target: StreamTarget;
  private readonly _channel: IStreamChannel;
  private readonly _inbox: Inbox<Uint8Array>;
  private readonly _drain = new Drain();
  private readonly _up = new UpQueue();
  private readonly _window: CreditWindow;
  private _state: 'opening' | 'open' | 'closing' | 'over' = 'opening';
  /** Does the present link carry it? Between links, and until OPENED or ATTACHED: no. */
  private _attached = false;
  private _token: string | null;
  private _route: StreamRoute | null = null;
  private _lost: LabwireError | null = null;
  private _received = 0;
  private _taken = 0;
  private _toldReceived = 0;
  private _toldAllowed = 0;
  private _endWanted = false;
  private _endSent = false;
  private _peerEnded = false;
  private _closeReason = '';
  private _closeSent = false;
  private _flushTimer: ITimer | null = null;
  private _closedTimer: ITimer | null = null;
  private _settleOpened!: {
    resolve: (stream: KernelStream) => void;
    reject: (error: unknown) => void;
  };
  private _settleGone!: () => void;
  private readonly _gone: Promise<void>;

  /** @param token - of a stream that exists at the bridge and is to be claimed; null opens a new one. */
  constructor(number: number, target: StreamTarget, channel: IStreamChannel, token: string | null) {
    this.number = number;
    this._target = target;
    this._channel = channel;
    this._token = token;
    this._window = new CreditWindow(channel.windowBytes);
    this._inbox = new Inbox(chunk => this._onTaken(chunk.length));
    this.opened = new Promise((resolve, reject) => {
      this._settleOpened = { resolve, reject };
    });
    this.opened.catch(() => undefined); // the caller of connect hears it; nobody else must
    this._gone = new Promise(resolve => {
      this._settleGone = resolve;
    });
  }

  get endpoint(): string {
    return this._target.endpoint;
  }

  /** Null before `opened`. */
  get route(): StreamRoute | null {
    return this._route;
  }

  /** Whoever has it can claim the stream, once: keep it where only this tab can read it. */
  get token(): string | null {
    return this._token;
  }

  get receivedBytes(): number {
    return this._received;
  }

  get isOpening(): boolean {
    return this._state === 'opening';
  }

  get chunks(): AsyncIterable<Uint8Array> {
    return this._inbox;
  }

  get bufferedBytes(): number {
    return this._up.unsentBytes;
  }

  send(chunk: Uint8Array): void {
    if (this._lost !== null) {
      throw this._lost;
    }
    if (this._state !== 'open' || this._endWanted) {
      const call = this._state === 'open' ? 'end' : 'close';
      throw new ClosedError(`${this.endpoint}: send() after ${call}()`);
    }
    this._up.push(chunk);
    this._channel.wake();
  }

  drained(): Promise<void> {
    return this._drain.wait(this._up.unsentBytes);
  }

  /** End our direction only, after what is queued; the instrument may still send. */
  end(): void {
    this._endWanted = true;
    this._channel.wake();
  }

  close(reason = ''): Promise<void> {
    const { clock } = this._channel;
    if (this._state === 'opening') {
      this.abandon(new ClosedError(`${this.endpoint} was closed while it was opened`));
    } else if (this._state === 'open') {
      this._state = 'closing';
      this._closeReason = reason;
      this._inbox.clear();
      this._drain.fail(() => new ClosedError(`${this.endpoint} was closed`));
      this._flushTimer = clock.after(FLUSH_WITHIN_MS, () => {
        this._flushTimer = null;
        this._channel.wake();
      });
      this._closedTimer = clock.after(CLOSED_WITHIN_MS, () => this._finish());
      this._channel.wake();
    }
    return this._gone;
  }

  // -- the channel's side -------------------------------------------------------------------------

  /** A new link: open, or claim back. */
  begin(): void {
    this._window.limit(this._channel.windowBytes);
    this._toldReceived = this._received;
    this._toldAllowed = Math.max(this._toldAllowed, this._taken + this._window.bytes);
    if (this._token === null) {
      const { host, port, readOnly, timeoutMs, label } = this._target;
      this._channel.queue(
        jsonRecord(Kind.OPEN, this.number, {
          kind: 'tcp',
          host,
          port,
          credit: this._toldAllowed,
          timeout_s: timeoutMs / 1000,
          ...(readOnly ? { read_only: true } : {}),
          ...(label === '' ? {} : { label }),
        }),
      );
    } else {
      this._channel.queue(
        jsonRecord(Kind.ATTACH, this.number, {
          token: this._token,
          // A stream of another page: its bytes from the oldest that is kept.
          received: this._route === null ? null : this._received,
          credit: this._toldAllowed,
        }),
      );
    }
  }

  /** The link is gone. An open stream waits for the next one. */
  detach(): void {
    this._attached = false;
    this._closeSent = false;
  }

  /** Nobody waits for the opening any more: `reason` goes to who did. */
  abandon(reason: unknown): void {
    if (this._state === 'opening') {
      this._channel.queue(jsonRecord(Kind.CLOSE, this.number, {}));
      this._settleOpened.reject(reason);
      this._finish();
    }
  }

  /** It is over, by `error`, for whoever reads, sends or waits. */
  fail(error: LabwireError): void {
    if (this._state === 'closing') {
      this._finish();
      return;
    }
    if (this._state === 'over') {
      return;
    }
    this._lost ??= error;
    this._settleOpened.reject(error);
    this._inbox.fail(error);
    this._drain.fail(() => error);
    this._finish();
  }

  /** @throws {MalformedMessage} the record does not fit. */
  receive(record: BridgeRecord): void {
    const { kind, payload } = record;
    switch (kind) {
      case Kind.DATA:
        this._onData(payload);
        break;
      case Kind.CREDIT:
        this._up.credit(readCount(payload, 0), readCount(payload, 8));
        this._channel.wake();
        break;
      case Kind.END:
        this._onEnd(readCount(payload, 0));
        break;
      case Kind.OPENED:
        this._onOpened(Fields.read(kind, payload));
        break;
      case Kind.ATTACHED:
        this._onAttached(Fields.read(kind, payload));
        break;
      case Kind.FAILED:
        this._onFailed(Fields.read(kind, payload));
        break;
      case Kind.CLOSED:
        this._onClosed(Fields.read(kind, payload));
        break;
      default:
        throw new MalformedMessage(`${nameOf(kind)} on a stream`);
    }
  }

  /** Add credit and DATA to a message. Is there more than fits? */
  fill(draft: Draft): boolean {
    if (!this._attached) {
      return false;
    }
    this._fillCredit(draft);
    while (this._up.readyBytes > 0) {
      const room = draft.room - HEADER_BYTES;
      if (room <= 0) {
        return true;
      }
      const { pieces, bytes } = this._up.take(Math.min(room, UP_RECORD_BYTES));
      draft.addData(this.number, pieces, bytes);
    }
    this._drain.level(this._up.unsentBytes);
    this._fillEnd(draft);
    return false;
  }

  private _fillCredit(draft: Draft): void {
    if (this._state === 'closing') {
      return;
    }
    const allowed = Math.max(this._toldAllowed, this._taken + this._window.bytes);
    if (allowed !== this._toldAllowed || this._received !== this._toldReceived) {
      this._toldAllowed = allowed;
      this._toldReceived = this._received;
      draft.add(creditRecord(this.number, this._received, allowed));
    }
  }

  private _fillEnd(draft: Draft): void {
    if (this._endWanted && !this._endSent && this._up.allSent) {
      this._endSent = true;
      draft.add(endRecord(this.number, this._up.total));
    }
    const flushed = this._up.allSent || this._flushTimer === null;
    if (this._state === 'closing' && !this._closeSent && flushed) {
      this._closeSent = true;
      const fields = this._closeReason === '' ? {} : { reason: this._closeReason };
      draft.add(jsonRecord(Kind.CLOSE, this.number, fields));
    }
  }

  // -- what the bridge says -----------------------------------------------------------------------

  private _onData(payload: Uint8Array): void {
    if (!this._attached || this._peerEnded) {
      throw new MalformedMessage(`DATA on stream ${this.number}, which expects none`);
    }
    this._received += payload.length;
    if (this._received > this._toldAllowed) {
      throw new MalformedMessage(
        `DATA up to byte ${this._received} of stream ${this.number}, ${this._toldAllowed} were allowed`,
      );
    }
    this._inbox.put(payload); // after close() it drops what comes
    if (this._received - this._toldReceived >= this._window.bytes / 4) {
      this._channel.wake();
    }
  }

  private _onTaken(bytes: number): void {
    const { clock, roundTripMs } = this._channel;
    this._taken += bytes;
    this._window.taken(bytes, clock.nowMs(), roundTripMs);
    if (this._taken + this._window.bytes - this._toldAllowed >= this._window.bytes / 4) {
      this._channel.wake();
    }
  }

  private _onEnd(total: number): void {
    if (total !== this._received) {
      throw new MalformedMessage(`END after ${total} bytes, ${this._received} arrived`);
    }
    this._peerEnded = true;
    this._inbox.end();
  }

  private _onOpened(fields: Fields): void {
    if (this._state !== 'opening' || this._token !== null) {
      throw new MalformedMessage(`OPENED on stream ${this.number}, which was not opening`);
    }
    this._up.credit(0, fields.count('credit'));
    this._begun(fields);
  }

  private _onAttached(fields: Fields): void {
    const offset = fields.count('offset');
    const first = this._route === null;
    if (first) {
      this._received = offset;
      this._taken = offset;
      this._up.startAt(fields.count('received'));
      this._toldAllowed = Math.max(this._toldAllowed, offset);
    } else if (offset !== this._received) {
      throw new MalformedMessage(
        `ATTACHED goes on at byte ${offset}, ${this._received} were received`,
      );
    }
    this._up.resume(fields.count('received'), fields.count('credit'));
    this._endSent = fields.flagOr('received_end', false);
    this._begun(fields);
  }

  private _begun(fields: Fields): void {
    this._token = fields.text('token');
    this._route = {
      address: fields.text('address'),
      port: fields.count('port'),
      rule: fields.textOr('rule', this._route?.rule ?? ''),
      budgetBytes: fields.countOr('budget', null),
    };
    this._attached = true;
    if (this._state === 'opening') {
      this._state = 'open';
      this._settleOpened.resolve(this);
    }
    this._channel.wake();
  }

  private _onFailed(fields: Fields): void {
    if (this._route !== null) {
      this.fail(attachFailure(fields, this.endpoint, this._channel.restarted));
    } else {
      this.fail(openFailure(fields, this.endpoint));
    }
  }

  private _onClosed(fields: Fields): void {
    const reason = fields.text('reason');
    if (reason === 'done' || reason === 'lost') {
      // Confirmed, so that the bridge need not keep the last bytes for another link.
      this._channel.queue(jsonRecord(Kind.CLOSE, this.number, {}));
    }
    if (reason === 'client' && this._state === 'closing') {
      this._finish();
    } else if (reason === 'done') {
      if (this._state === 'open') {
        const facts = { endpoint: this.endpoint, sent: 'yes' } as const;
        const lost = new ConnectionLostError(`${this.endpoint} has closed the connection`, facts);
        this._lost = lost;
        this._drain.fail(() => lost);
      }
      this._inbox.end();
      this._finish();
    } else {
      if (reason === 'shutdown') {
        this._channel.kernelEnds();
      }
      this.fail(closedFailure(reason, fields, this.endpoint, this._up.total));
    }
  }

  private _finish(): void {
    if (this._state === 'over') {
      return;
    }
    this._state = 'over';
    this._attached = false;
    this._flushTimer?.cancel();
    this._closedTimer?.cancel();
    this._channel.forget(this);
    this._settleGone();
  }
}
