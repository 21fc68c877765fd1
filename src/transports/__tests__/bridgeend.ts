// The other end of a kernel websocket, moved by hand: it says exactly what a test makes it say.

import { SUBPROTOCOL, splitParts } from '../channelcodec.js';
import {
  type IWebSocket,
  KernelBridge,
  type KernelBridgeOptions,
  type WebSocketConstructor,
} from '../index.js';
import { HEADER_BYTES, jsonRecord, Kind, readCount, record } from '../records.js';
import { HandClock, settled } from './handclock.js';

/** A record as the client sent it. JSON payloads are read. */
export type Sent = {
  readonly kind: keyof typeof Kind;
  readonly stream: number;
  readonly payload: Buffer;
  readonly fields: Record<string, unknown>;
};

export type SentMessage = {
  readonly channel: string;
  readonly nonce: string | undefined;
  readonly records: Sent[];
  readonly frameBytes: number;
};

class HandSocket implements IWebSocket {
  binaryType = '';
  protocol = '';
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly frames: (string | Uint8Array<ArrayBuffer>)[] = [];
  closed = false;

  constructor(
    readonly url: string,
    readonly protocols: readonly string[],
  ) {}

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.frames.push(data);
  }

  close(): void {
    this.closed = true;
  }
}

export class BridgeEnd {
  readonly clock = new HandClock();
  readonly sockets: HandSocket[] = [];
  readonly bridge: KernelBridge;
  /** The nonce of the present link. */
  nonce = '';
  text = false;
  private _links = 0;
  private _number = 0;

  constructor(options: Partial<KernelBridgeOptions> = {}) {
    const { sockets } = this;
    class Socket extends HandSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        sockets.push(this);
      }
    }
    this.bridge = new KernelBridge({
      locate: async () => ({ wsUrl: 'ws://server/api/kernels/1/channels' }),
      WebSocket: Socket as unknown as WebSocketConstructor,
      clock: this.clock,
      sessionId: 'worker-1',
      ...options,
    });
  }

  /** The number of the message said last. */
  get lastNumber(): number {
    return this._number - 1;
  }

  get socket(): HandSocket {
    return this.sockets.at(-1)!;
  }

  /** Let the websocket open. */
  async open(protocol = SUBPROTOCOL): Promise<void> {
    this.text = protocol === '';
    this.socket.protocol = protocol;
    this.socket.onopen?.({} as never);
    await settled();
  }

  async drop(code = 1006, reason = ''): Promise<void> {
    this.socket.onclose?.({ code, reason } as never);
    await settled();
  }

  /** Any frame. */
  async frame(data: unknown): Promise<void> {
    this.socket.onmessage?.({ data } as never);
    await settled();
  }

  /** The messages sent on the present websocket since the last call. */
  take(): SentMessage[] {
    return this.socket.frames.splice(0).map(read);
  }

  /** Their records on shell, without SEQ. */
  takeRecords(): Sent[] {
    return this.take()
      .filter(message => message.channel === 'shell')
      .flatMap(message => message.records.slice(1));
  }

  /** Answer the last HELLO, and the pings that follow. */
  async welcome(changes: Record<string, unknown> = {}): Promise<void> {
    const hello = this.take()
      .flatMap(message => message.records)
      .filter(one => one.kind === 'HELLO')
      .at(-1)!;
    this._links += 1;
    this._number = 0;
    this.nonce = `nonce-${this._links}`;
    await this.say(
      jsonRecord(Kind.WELCOME, 0, {
        protocol: 1,
        link: hello.fields.link,
        bridge: '0.1.0',
        nonce: this.nonce,
        host: 'labpc7',
        pid: 4711,
        text: this.text,
        lease_s: 30,
        heartbeat_s: 5,
        micro_ack_ms: 2,
        coalesce_ms: 5,
        limits: { record_bytes: 1048576, window_bytes: 8388608 },
        kinds: ['tcp'],
        policy: { default: 'loopback', allow: [], always: true, locked: false, read_only: [] },
        ...changes,
      }),
    );
  }

  /** Answer every PING that was sent. */
  async pong(): Promise<void> {
    for (let more = true; more; ) {
      more = false;
      for (const one of this.takeRecords()) {
        if (one.kind === 'PING') {
          more = true;
          await this.say(record(Kind.PONG, 0, one.payload));
        }
      }
    }
  }

  /** A numbered message with the nonce of the link. */
  async say(...records: Uint8Array[]): Promise<void> {
    const seq = record(Kind.SEQ, this._number);
    this._number += 1;
    await this.sayRaw(this.nonce, [Buffer.concat([seq, ...records])]);
  }

  /** The next message gets lost. */
  lose(): void {
    this._number += 1;
  }

  /** The next message has the number of the one before. */
  repeat(): void {
    this._number -= 1;
  }

  async sayRaw(nonce: string | null, buffers: Uint8Array[], channel = 'shell'): Promise<void> {
    const data: Record<string, unknown> = nonce === null ? {} : { nonce };
    if (this.text) {
      data.buffers = buffers.map(buffer => Buffer.from(buffer).toString('base64'));
    }
    const content = { comm_id: 'labwire', data };
    const header = { msg_id: 'k_1', msg_type: 'comm_msg' };
    await this.frame(
      this.text
        ? JSON.stringify({ channel, header, parent_header: {}, metadata: {}, content, buffers: [] })
        : frameOf(channel, header, content, buffers),
    );
  }

  /** What the server says about the kernel. */
  async status(state: string): Promise<void> {
    const header = { msg_type: 'status' };
    await this.frame(frameOf('iopub', header, { execution_state: state }, []));
  }

  /** From nothing to a link. */
  async linked(): Promise<void> {
    await settled();
    await this.open();
    await this.welcome();
    await this.pong();
  }

  /** A stream that is open. */
  async stream(port = 5025, credit = 1_000_000) {
    const pending = this.bridge.connectTcp('scope', port);
    if (this.bridge.status.state !== 'ready') {
      await settled();
      await this.open();
      await this.welcome();
    }
    await settled();
    const open = this.takeRecords()
      .filter(one => one.kind === 'OPEN')
      .at(-1)!;
    await this.say(opened(open.stream, credit));
    const stream = await pending;
    await this.pong();
    return stream;
  }
}

export function opened(stream: number, credit: number, token = `token-${stream}`) {
  return jsonRecord(Kind.OPENED, stream, {
    address: '10.0.0.7',
    port: 5025,
    local: '10.0.0.1:40112',
    token,
    credit,
    window: 1048576,
    budget: null,
    rule: 'allow',
  });
}

export function attached(
  stream: number,
  fields: { offset: number; received: number; credit: number; received_end?: boolean },
) {
  return jsonRecord(Kind.ATTACHED, stream, {
    address: '10.0.0.7',
    port: 5025,
    token: `token-${stream}-next`,
    window: 1048576,
    budget: null,
    sent_end: false,
    received_end: false,
    ...fields,
  });
}

/** A v1 frame, made without the codec under test. */
export function frameOf(
  channel: string,
  header: unknown,
  content: unknown,
  buffers: readonly Uint8Array[],
): ArrayBuffer {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  const parts = [Buffer.from(channel), json(header), json({}), json({}), json(content), ...buffers];
  const offsets = [8 * (parts.length + 2)];
  for (const part of parts) {
    offsets.push(offsets.at(-1)! + part.length);
  }
  const head = Buffer.alloc(8 * (offsets.length + 1));
  [offsets.length, ...offsets].forEach((value, i) => {
    head.writeBigUInt64LE(BigInt(value), 8 * i);
  });
  const whole = Buffer.concat([head, ...parts]);
  return whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.length) as ArrayBuffer;
}

const NAMES = new Map(Object.entries(Kind).map(([name, value]) => [value, name]));
const JSON_KINDS = new Set(['HELLO', 'BYE', 'STOP', 'AUDIT', 'OPEN', 'CLOSE', 'ANSWER', 'ATTACH']);

function read(frame: string | Uint8Array): SentMessage {
  let channel: string;
  let content: { data: { nonce?: string; buffers?: string[] } };
  let buffers: Uint8Array[];
  if (typeof frame === 'string') {
    ({ channel, content } = JSON.parse(frame));
    buffers = content.data.buffers!.map(text => Buffer.from(text, 'base64'));
  } else {
    const parts = splitParts(frame);
    channel = String(Buffer.from(parts[0]!));
    content = JSON.parse(String(Buffer.from(parts[4]!)));
    buffers = parts.slice(5);
  }
  return {
    channel,
    nonce: content.data.nonce,
    records: buffers.flatMap(readBuffer),
    frameBytes: frame.length,
  };
}

function readBuffer(buffer: Uint8Array): Sent[] {
  const bytes = Buffer.from(buffer);
  const records: Sent[] = [];
  for (let at = 0; at < bytes.length; ) {
    const kind = NAMES.get(bytes.readUInt8(at) as Kind) as keyof typeof Kind;
    const length = bytes.readUInt32LE(at + 8);
    const payload = bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
    const fields = JSON_KINDS.has(kind) ? JSON.parse(String(payload)) : {};
    if (kind === 'CREDIT') {
      fields.received = readCount(payload, 0);
      fields.allowed = readCount(payload, 8);
    }
    records.push({ kind, stream: bytes.readUInt32LE(at + 4), payload, fields });
    at += HEADER_BYTES + length;
  }
  return records;
}
