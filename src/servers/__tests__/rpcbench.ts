// An RpcServer, and callers that write and read by hand.

import { decode, encode } from '../../protocols/pyon/index.js';
import { LoopbackNetwork, type LoopbackTransport } from '../../transports/index.js';
import { PyDict, type PyValue, toPlain, tuple } from '../../values/index.js';
import { RpcServer, type RpcServerOptions } from '../index.js';

export class RpcBench {
  readonly network = new LoopbackNetwork();
  readonly reported: string[] = [];
  readonly server: RpcServer;

  constructor(options: Omit<RpcServerOptions, 'reportError'>) {
    this.server = new RpcServer({
      ...options,
      reportError: (error, where) => this.reported.push(`${where}: ${error}`),
    });
    this.server.start(this.network.listen('lab'));
  }

  async dial(text = ''): Promise<Caller> {
    const link = await this.network.connect('lab');
    const caller = new Caller(link);
    caller.say(text);
    return caller;
  }

  /** Past the handshake. */
  async open(target: string, pyon: 1 | 2 = 2): Promise<Caller> {
    const caller = await this.dial(`ARTIQ pc_rpc\n${target}${pyon === 2 ? ' pyon_v2' : ''}\n`);
    caller.pyon = pyon;
    await caller.line();
    await caller.line();
    return caller;
  }
}

/** What came back of a call: what it returned as Python prints it in JSON, or the exception. */
export type Reply =
  | { readonly ret: PyValue }
  | { readonly class: string; readonly message: string };

export class Caller {
  readonly link: LoopbackTransport;
  pyon: 1 | 2 = 2;
  private readonly _chunks: AsyncIterator<Uint8Array>;
  private _text = '';

  constructor(link: LoopbackTransport) {
    this.link = link;
    this._chunks = link.chunks[Symbol.asyncIterator]();
  }

  say(text: string): void {
    if (text !== '') {
      this.link.send(new TextEncoder().encode(text));
    }
  }

  /** The next line without its newline; null at the end. */
  async line(): Promise<string | null> {
    for (;;) {
      const end = this._text.indexOf('\n');
      if (end >= 0) {
        const line = this._text.slice(0, end);
        this._text = this._text.slice(end + 1);
        return line;
      }
      const { value, done } = await this._chunks.next();
      if (done === true) {
        return null;
      }
      this._text += new TextDecoder('latin1').decode(value);
    }
  }

  request(name: string, args: PyValue[] = [], kwargs: PyDict = new PyDict()): void {
    const request = new PyDict([
      ['action', 'call'],
      ['name', name],
      ['args', tuple(...args)],
      ['kwargs', kwargs],
    ]);
    this.say(`${encode(request, { version: this.pyon })}\n`);
  }

  /** The next reply; null at the end. */
  async reply(): Promise<Reply | null> {
    const line = await this.line();
    if (line === null) {
      return null;
    }
    const reply = decode(line, { version: this.pyon }) as PyDict;
    if (reply.get('status') === 'ok') {
      return { ret: reply.get('ret') ?? null };
    }
    const { class: name, message } = toPlain(reply.get('exception') ?? null) as {
      class: string;
      message: string;
    };
    return { class: name, message };
  }

  call(name: string, args: PyValue[] = [], kwargs?: PyDict): Promise<Reply | null> {
    this.request(name, args, kwargs);
    return this.reply();
  }
}
