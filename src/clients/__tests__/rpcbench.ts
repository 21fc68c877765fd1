// A pc_rpc server with an oscillator, a network to reach it, and a clock turned by hand.

import assert from 'node:assert/strict';
import {
  method,
  PyError,
  RpcServer,
  type RpcServerOptions,
  rpcTarget,
} from '../../servers/index.js';
import { LoopbackNetwork, type LoopbackTransport } from '../../transports/index.js';
import { isLabwireError, type LinkStatus, type PyValue, RemoteError } from '../../values/index.js';
import type { ITransport } from '../../wire/index.js';
import { RpcClient, type RpcClientOptions } from '../index.js';
import { HandClock } from './handclock.js';

/** The answer of a method that returns nothing. */
export const OK = '{"status":"ok","ret":null}\n';
export const IDENTITY = '{"targets":["osc"],"description":null,"features":["pyon_v2"]}\n';
const METHODS = '{"__jsonclass__":["set",[["ping","slow","__init__","_secret"]]]}\n';
const METHODS_V1 = '{"ping", "slow", "__init__", "_secret"}\n';

/** Something that can be called; `slow` waits for the test. */
export class Oscillator {
  readonly asked: PyValue[] = [];
  finish: () => void = () => {};

  readonly target = rpcTarget({
    docstring: 'A bench oscillator.',
    methods: [
      method('ping(self)', 'Is it there?', () => true),
      method('add(self, a, b=2)', null, args => {
        const a = args.get('a') as bigint;
        this.asked.push(a);
        return a + (args.get('b') as bigint);
      }),
      method('echo(self, x)', null, args => args.get('x')),
      method('fail(self)', null, () => {
        throw new PyError('ValueError', 'frequency out of range');
      }),
      method(
        'slow(self)',
        null,
        () =>
          new Promise(resolve => {
            this.finish = () => resolve('done');
          }),
      ),
    ],
  });
}

/** A network, a clock, and clients of `lab` that write down what they hear. */
export class RpcBench {
  readonly network = new LoopbackNetwork();
  readonly clock = new HandClock();
  readonly oscillator = new Oscillator();
  readonly statuses: LinkStatus[] = [];
  /** The client's end of its newest connection. */
  link: LoopbackTransport | null = null;

  get options(): RpcClientOptions {
    return {
      connect: async options => {
        this.link = await this.network.connect('lab', options);
        return this.link;
      },
      clock: this.clock,
      statusCb: status => this.statuses.push(status),
    };
  }

  client(options: Partial<RpcClientOptions> = {}): RpcClient {
    return new RpcClient({ ...this.options, ...options });
  }

  serve(options: Partial<RpcServerOptions> = {}): RpcServer {
    const server = new RpcServer({ targets: { osc: this.oscillator.target }, ...options });
    server.start(this.network.listen('lab'));
    return server;
  }

  /** A server of which the test is the program: each connection as it comes. */
  accept(): () => Promise<HandServer> {
    const connections = this.network.listen('lab').connections[Symbol.asyncIterator]();
    return async () => new HandServer((await connections.next()).value as ITransport);
  }

  get states(): string[] {
    return this.statuses.map(status => status.state);
  }
}

/** A client that is connected to our own server. */
export async function served(
  serverOptions: Partial<RpcServerOptions> = {},
  clientOptions: Partial<RpcClientOptions> = {},
): Promise<{ bench: RpcBench; server: RpcServer; client: RpcClient }> {
  const bench = new RpcBench();
  const server = bench.serve(serverOptions);
  const client = bench.client(clientOptions);
  await client.connect();
  return { bench, server, client };
}

/** A client that is connected to a server of which the test is the program; `accept` takes its next connection. */
export async function spoken(
  clientOptions: Partial<RpcClientOptions> = {},
  identity = IDENTITY,
): Promise<{
  bench: RpcBench;
  accept: () => Promise<HandServer>;
  server: HandServer;
  client: RpcClient;
}> {
  const bench = new RpcBench();
  const accept = bench.accept();
  const client = bench.client(clientOptions);
  const opened = client.connect();
  const server = await (await accept()).greet(identity);
  await opened;
  return { bench, accept, server, client };
}

/** One connection, line by line. */
export class HandServer {
  readonly transport: ITransport;
  private readonly _chunks: AsyncIterator<Uint8Array>;
  private _text = '';

  constructor(transport: ITransport) {
    this.transport = transport;
    this._chunks = transport.chunks[Symbol.asyncIterator]();
  }

  say(text: string): void {
    this.transport.send(new TextEncoder().encode(text));
  }

  /** The next line that the client sent, without its newline. */
  async line(): Promise<string> {
    for (;;) {
      const end = this._text.indexOf('\n');
      if (end >= 0) {
        const line = this._text.slice(0, end);
        this._text = this._text.slice(end + 1);
        return line;
      }
      const { value, done } = await this._chunks.next();
      assert.ok(done !== true, `the client left, after ${JSON.stringify(this._text)}`);
      this._text += new TextDecoder().decode(value);
    }
  }

  /** The handshake of a client that takes `osc`. */
  async greet(identity = IDENTITY): Promise<this> {
    assert.equal(await this.line(), 'ARTIQ pc_rpc');
    this.say(identity);
    const isV2 = identity.includes('pyon_v2');
    assert.equal(await this.line(), isV2 ? 'osc pyon_v2' : 'osc');
    this.say(isV2 ? METHODS : METHODS_V1);
    return this;
  }
}

/** `promise` rejects with a Labwire error of that name and message, which is returned. */
export async function rejects(
  promise: Promise<unknown>,
  name: string,
  message: RegExp,
): Promise<Error> {
  const error = await promise.then(
    value => assert.fail(`it resolved with ${String(value)}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error && isLabwireError(error), String(error));
  assert.equal(error.name, name, error.message);
  assert.match(error.message, message);
  return error;
}

export function isRemote(error: unknown): error is RemoteError {
  return error instanceof RemoteError;
}

/** Everything that can happen without outside help has happened. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise(resolve => setImmediate(resolve));
  }
}
