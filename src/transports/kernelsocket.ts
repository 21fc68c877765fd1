// One kernel websocket, and the links that live on it.
//
// A link begins with HELLO and WELCOME: a nonce, and message numbers from 0 in each direction. A gap
// in the numbers, or a RESET, ends the link and not the websocket: HELLO is said again at once.
// Timers: none per message. One of 2 ms is armed by the first message that nothing of ours has
// followed (the micro-ack, which keeps Nagle's algorithm at the server from holding small frames);
// one of 5 s asks for a PONG, which renews the lease, measures the round trip and notices silence.
//
// Source: docs/protocols/bridge.md, "SEQ", "ACK", "PING, PONG", "HELLO", "RESET".

import { BridgeError } from '../values/index.js';
import type { IClock, ITimer } from '../wire/index.js';
import {
  BinaryCodec,
  type ChannelMessage,
  type IChannelCodec,
  SUBPROTOCOL,
  TextCodec,
} from './channelcodec.js';
import { Draft } from './draft.js';
import { Fields } from './fields.js';
import { Heartbeat } from './heartbeat.js';
import {
  type BridgeRecord,
  jsonRecord,
  Kind,
  MalformedMessage,
  PROTOCOL,
  readRecords,
  record,
} from './records.js';
import { closeFault, lateFault, silentFault, statusFault } from './socketfaults.js';
import { readWelcome, type Welcome } from './welcome.js';

/** What is used of a WebSocket: the browser's has it, and that of the npm package `ws`. */
export interface IWebSocket {
  binaryType: string;
  readonly protocol: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => IWebSocket;

/**
 * What is offered to the server, in turn. A websocket whose offer is not taken does not open, and
 * neither does that of a server that is away. So when the second one opens, it has only shown that
 * somebody is there, and v1 gets its second chance; when it does not, nobody is.
 */
const OFFERS: readonly (readonly string[])[] = [[SUBPROTOCOL], [], [SUBPROTOCOL], []];
const SHOWN = 1;

/** Who uses a KernelSocket. Called from its websocket's events and timers, never from its methods. */
export interface ISocketOwner {
  /** A new link: no stream is attached to it yet. */
  linkUp(welcome: Welcome): void;
  /** The link is void; the next one is on its way. */
  linkDown(fault: BridgeError): void;
  /** Records of one message, in order; the link's own are taken out. @throws {MalformedMessage} */
  receive(records: readonly BridgeRecord[]): void;
  /** Add what waits: credits, then DATA, as long as `draft.room`. Is there more? */
  fill(draft: Draft): boolean;
  /** The last call: the websocket is closed. */
  gone(fault: BridgeError): void;
}

export type SocketSettings = {
  /** With session_id and token. */
  readonly url: string;
  readonly WebSocket: WebSocketConstructor;
  readonly clock: IClock;
  /** The websocket's identity at the kernel: no other websocket has or had it. */
  readonly sessionId: string;
  /** The nonce of our last link, by which the bridge knows us again; null if there was none. */
  readonly previous: string | null;
  /** Who we are, for the bridge's audit. */
  readonly client: string;
};

/** From the first try to WELCOME: a cold start of the kernel on a slow disk takes seconds. */
const WELCOME_WITHIN_MS = 20_000;
const HELLO_EVERY_MS = 1000;
const MICRO_ACK_MS = 2;
/** Links that may end within `WELCOME_WITHIN_MS` before we stop trying on this websocket. */
const LINKS = 5;

export class KernelSocket {
  private readonly _settings: SocketSettings;
  private readonly _owner: ISocketOwner;
  private readonly _heartbeat: Heartbeat;
  private _webSocket: IWebSocket;
  private _offer = 0;
  private _codec: IChannelCodec | null = null;
  private _link = '';
  private _nonce: string | null = null;
  private _previous: string | null;
  private _sentNumber = 0;
  private _expected = 0;
  private _received = 0;
  private _pending: Uint8Array[] = [];
  private _flushing = false;
  private _answered = true;
  private _links: number[] = [];
  private _ended = false;
  private _hello: ITimer | null = null;
  private _opening: ITimer | null;
  private _tick: ITimer | null = null;
  private _microAckMs = MICRO_ACK_MS;

  constructor(settings: SocketSettings, owner: ISocketOwner) {
    this._settings = settings;
    this._owner = owner;
    this._previous = settings.previous;
    this._heartbeat = new Heartbeat(
      settings.clock,
      payload => this.queue(record(Kind.PING, 0, payload)),
      seconds => this._end(silentFault(seconds)),
    );
    this._webSocket = this._dial();
    this._opening = settings.clock.after(WELCOME_WITHIN_MS, this._tooLate);
  }

  /** The nonce of the link, or of the one before. */
  get lastNonce(): string | null {
    return this._previous;
  }

  /** Is there a link now? */
  get linked(): boolean {
    return this._nonce !== null;
  }

  /** Records travel as base64. */
  get text(): boolean {
    return this._codec?.text ?? false;
  }

  /** The shortest round trip of this websocket; null before the first. */
  get roundTripMs(): number | null {
    return this._heartbeat.roundTripMs;
  }

  /** Send a small record with the next message, in order. Without a link: dropped. */
  queue(small: Uint8Array): void {
    if (this._nonce !== null) {
      this._pending.push(small);
      this.wake();
    }
  }

  /** Something waits to be sent: ask the owner once the present work is done. */
  wake(): void {
    if (!this._flushing && this._nonce !== null) {
      this._flushing = true;
      queueMicrotask(() => {
        this._flushing = false;
        this._flush();
      });
    }
  }

  /** On the control channel, past everything that waits. */
  sendControl(small: Uint8Array): void {
    if (this._nonce !== null && this._codec !== null) {
      this._webSocket.send(this._codec.encode('control', this._nonce, [[small]]));
    }
  }

  /** `done` hears the round trip in ms; never, if the link ends before. */
  ping(done: (ms: number) => void): void {
    this._heartbeat.ping(done);
  }

  /** Send what waits and close the websocket. `gone` is not called. */
  close(last: Uint8Array | null): void {
    if (last !== null) {
      this.queue(last);
    }
    this._flush();
    this._end(null);
  }

  /** Give the websocket up as `fault` says. */
  drop(fault: BridgeError): void {
    this._end(fault);
  }

  // -- the websocket ------------------------------------------------------------------------------

  private _dial(): IWebSocket {
    const { WebSocket, url } = this._settings;
    const webSocket = new WebSocket(url, [...OFFERS[this._offer]!]);
    webSocket.binaryType = 'arraybuffer';
    webSocket.onopen = () => this._opened();
    webSocket.onmessage = (event: { readonly data: unknown }) => this._frame(event.data);
    webSocket.onerror = () => undefined; // a close with its code follows
    webSocket.onclose = (event: { readonly code?: number; readonly reason?: string }) => {
      if (this._codec === null && this._offer % 2 === 0) {
        this._dialNext();
      } else {
        this._end(closeFault(event.code ?? 0, event.reason ?? '', this._codec !== null));
      }
    };
    return webSocket;
  }

  private _dialNext(): void {
    this._offer += 1;
    this._webSocket = this._dial();
  }

  private _opened(): void {
    const { sessionId } = this._settings;
    const { protocol } = this._webSocket;
    if (this._offer === SHOWN) {
      abandon(this._webSocket);
      this._dialNext();
      return;
    }
    if (protocol === SUBPROTOCOL) {
      this._codec = new BinaryCodec(sessionId);
    } else if (protocol === '') {
      this._codec = new TextCodec(sessionId);
    } else {
      const message = `the server chose the websocket subprotocol ${protocol}, which Labwire does not speak`;
      this._end(new BridgeError(message, { stage: 'websocket' }));
      return;
    }
    this._sayHello();
  }

  private _frame(data: unknown): void {
    if (this._codec === null || this._ended) {
      return;
    }
    this._heartbeat.heard();
    try {
      const message = this._codec.decode(data);
      if (message.type === 'bridge') {
        this._message(message);
      } else if (message.type === 'status') {
        this._kernelStatus(message.state);
      }
    } catch (error) {
      if (!(error instanceof MalformedMessage)) {
        throw error;
      }
      this._relink(
        new BridgeError(`a message of the bridge cannot be read: ${error.message}`, {
          stage: 'message',
        }),
      );
    }
  }

  private _message(message: ChannelMessage & { type: 'bridge' }): void {
    const { nonce, buffers } = message;
    const records = readRecords(buffers);
    const first = records[0];
    if (first === undefined) {
      return;
    }
    if (nonce !== null && nonce === this._nonce) {
      if (message.channel === 'control') {
        this._owner.receive(records);
      } else {
        this._numbered(records, first);
      }
      return;
    }
    // Without our nonce: the start of a link, or what the server kept for one that is over.
    for (const { kind, stream, payload } of records) {
      if (kind === Kind.WELCOME && this._nonce === null) {
        this._welcome(readWelcome(payload));
      } else if (kind === Kind.RESET) {
        this._reset(Fields.read(kind, payload));
      } else if (kind === Kind.FAILED && stream === 0 && this._nonce === null) {
        this._refused(Fields.read(kind, payload));
      }
    }
  }

  private _numbered(records: BridgeRecord[], first: BridgeRecord): void {
    if (first.kind !== Kind.SEQ) {
      throw new MalformedMessage('a message without a number');
    }
    const ahead = (first.stream - this._expected) >>> 0;
    if (ahead >= 2 ** 31) {
      return; // a duplicate
    }
    if (ahead > 0) {
      this._relink(
        new BridgeError(`${ahead} messages of the bridge were lost on the way`, { stage: 'gap' }),
      );
      return;
    }
    this._expected = (this._expected + 1) >>> 0;
    this._received = first.stream;
    this._answered = false;
    this._tick ??= this._settings.clock.after(this._microAckMs, () => this._microAck());
    const rest: BridgeRecord[] = [];
    for (let i = 1; i < records.length; i += 1) {
      const one = records[i]!;
      if (one.kind === Kind.PONG) {
        this._heartbeat.pong(one.payload);
      } else if (one.kind === Kind.PING) {
        this.queue(record(Kind.PONG, 0, one.payload));
      } else if (one.kind !== Kind.SEQ) {
        rest.push(one);
      }
    }
    if (rest.length > 0) {
      this._owner.receive(rest);
    }
  }

  // -- the link -----------------------------------------------------------------------------------

  private _sayHello(): void {
    const { clock, client } = this._settings;
    const now = clock.nowMs();
    this._links = this._links.filter(at => now - at < WELCOME_WITHIN_MS);
    if (this._links.length >= LINKS) {
      const message = `${LINKS} links ended within ${WELCOME_WITHIN_MS / 1000} s`;
      this._end(new BridgeError(message, { stage: 'hello' }));
      return;
    }
    this._links.push(now);
    this._link = Array.from({ length: 4 }, () =>
      Math.floor(clock.random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    ).join('');
    this._opening ??= clock.after(WELCOME_WITHIN_MS, this._tooLate);
    const fields = {
      protocol: PROTOCOL,
      client,
      link: this._link,
      ...(this._previous === null ? {} : { previous: this._previous }),
    };
    const buffers = [[record(Kind.SEQ, 0), jsonRecord(Kind.HELLO, 0, fields)]];
    // The same HELLO until WELCOME: the server may not have reached the kernel yet.
    const say = () => {
      this._webSocket.send(this._codec!.encode('shell', null, buffers));
      this._hello = clock.after(HELLO_EVERY_MS, say);
    };
    this._hello?.cancel();
    say();
  }

  private _welcome(welcome: Welcome): void {
    if (welcome.link !== this._link) {
      return;
    }
    this._hello?.cancel();
    this._opening?.cancel();
    this._hello = null;
    this._opening = null;
    this._nonce = welcome.nonce;
    this._previous = welcome.nonce;
    this._sentNumber = 0;
    this._expected = 1;
    this._received = 0;
    this._microAckMs = welcome.microAckMs;
    this._heartbeat.start(welcome.heartbeatMs);
    this._owner.linkUp(welcome);
    this.wake();
  }

  private _reset(fields: Fields): void {
    const nonce = fields.textOr('nonce', null);
    if (this._nonce === null || nonce !== this._nonce) {
      return; // of a link that is over
    }
    const message = `the bridge ended the link: ${fields.text('message')}`;
    const hint = fields.textOr('hint', undefined);
    this._relink(new BridgeError(message, { stage: fields.text('reason') }, hint ? { hint } : {}));
  }

  private _refused(fields: Fields): void {
    if (fields.textOr('link', '') !== this._link) {
      return;
    }
    const hint = fields.textOr('hint', undefined);
    this._end(new BridgeError(fields.text('message'), { stage: 'hello' }, hint ? { hint } : {}));
  }

  /** The link is over; try the next one on the same websocket. */
  private _relink(fault: BridgeError): void {
    if (this._ended) {
      return;
    }
    const wasUp = this._nonce !== null;
    this._unlink();
    if (wasUp) {
      this._owner.linkDown(fault);
    }
    this._sayHello();
  }

  private _unlink(): void {
    this._nonce = null;
    this._pending = [];
    this._heartbeat.stop();
    this._answered = true;
    this._tick?.cancel();
    this._hello?.cancel();
    this._tick = null;
    this._hello = null;
  }

  private _kernelStatus(state: string): void {
    const fault = statusFault(state);
    if (fault === null) {
      return;
    }
    if (fault.stage !== 'restarted') {
      this._end(fault);
    } else if (this._nonce !== null) {
      this._relink(fault);
    }
  }

  private _end(fault: BridgeError | null): void {
    if (this._ended) {
      return;
    }
    this._ended = true;
    this._unlink();
    this._opening?.cancel();
    abandon(this._webSocket);
    if (fault !== null) {
      this._owner.gone(fault);
    }
  }

  // -- what leaves --------------------------------------------------------------------------------

  private _flush(): void {
    if (this._nonce === null || this._codec === null) {
      return;
    }
    for (let more = true; more; ) {
      const draft = new Draft(record(Kind.SEQ, (this._sentNumber + 1) >>> 0));
      more = this._compose(draft);
      if (draft.records > 1) {
        this._sendDraft(draft);
      } else {
        more = false;
      }
    }
  }

  private _compose(draft: Draft): boolean {
    let taken = 0;
    while (taken < this._pending.length && draft.room > 0) {
      draft.add(this._pending[taken]!);
      taken += 1;
    }
    this._pending.splice(0, taken);
    return this._pending.length > 0 || this._owner.fill(draft);
  }

  private _sendDraft(draft: Draft): void {
    this._sentNumber = (this._sentNumber + 1) >>> 0;
    this._answered = true;
    this._webSocket.send(this._codec!.encode('shell', this._nonce, draft.buffers));
  }

  private _microAck(): void {
    this._tick = null;
    if (this._answered || this._nonce === null) {
      return;
    }
    const draft = new Draft(record(Kind.SEQ, (this._sentNumber + 1) >>> 0));
    draft.add(record(Kind.ACK, this._received));
    const more = this._compose(draft);
    this._sendDraft(draft);
    if (more) {
      this.wake();
    }
  }

  private readonly _tooLate = (): void =>
    this._end(lateFault(WELCOME_WITHIN_MS, this._codec !== null));
}

/** Close it, and hear no more of it. */
function abandon(webSocket: IWebSocket): void {
  webSocket.onopen = null;
  webSocket.onmessage = null;
  webSocket.onclose = null;
  webSocket.close();
}
