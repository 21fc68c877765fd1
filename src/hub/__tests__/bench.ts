// A pc_rpc server that a test drives, reached by loopback as if it were the network.

import { method, PyError, RpcServer, type RpcTarget, rpcTarget } from '../../servers/index.js';
import { LoopbackNetwork, type LoopbackTransport } from '../../transports/index.js';
import { type Address, dict, NDArray, type PyValue, Tuple } from '../../values/index.js';
import type { Connect } from '../../wire/index.js';
import type { CallRequest } from '../api.js';

export const BENCH = 'sipyco+rpc://lab:3251/bench';

export class Bench {
  readonly network = new LoopbackNetwork();
  /** Every call that reached it, as text. */
  readonly called: string[] = [];
  /** Settles the next `wait()`. */
  answer: (value: PyValue) => void = () => {};
  /** Resolves when `wait()` runs. */
  readonly waiting: Promise<void>;
  connectCount = 0;
  private _isWaiting: () => void = () => {};
  private _server: RpcServer | null = null;
  private _transports: LoopbackTransport[] = [];

  constructor() {
    this.waiting = new Promise(resolve => {
      this._isWaiting = resolve;
    });
  }

  readonly connect =
    (address: Address): Connect =>
    async options => {
      this.connectCount += 1;
      const transport = await this.network.connect(`${address.host}:${address.port}`, options);
      this._transports.push(transport);
      return transport;
    };

  start(targets: { readonly [name: string]: RpcTarget } = { bench: this.target }): this {
    this._server = new RpcServer({ targets, description: 'a bench' });
    this._server.start(this.network.listen('lab:3251'));
    return this;
  }

  async stop(): Promise<void> {
    await this._server?.stop();
    this._server = null;
  }

  /** Break every connection. */
  cut(): void {
    for (const transport of this._transports.splice(0)) {
      transport.lose('the cable was pulled');
    }
  }

  get target(): RpcTarget {
    const noted = (name: string) => this.called.push(name);
    return rpcTarget({
      docstring: 'A bench.',
      methods: [
        method('add(self, a: int, b: float = 2.0) -> float', 'Add.', args => {
          noted('add');
          return Number(args.get('a') as bigint) + Number(args.get('b') as number);
        }),
        method('echo(self, *args, **kwargs)', null, args => {
          noted('echo');
          return dict({ args: new Tuple(args.varargs), kwargs: args.varkw });
        }),
        method('give(self, what)', null, args => args.get('what') as PyValue),
        method('image(self)', null, () =>
          NDArray.of(
            Uint16Array.from({ length: 12 }, (_, i) => i),
            [3, 4],
          ),
        ),
        method('big(self)', null, () => NDArray.of(new Float64Array(1_250_000).fill(0.5))),
        method('fail(self)', null, () => {
          throw new PyError('ValueError', 'no such file');
        }),
        method('wait(self)', null, () => {
          noted('wait');
          this._isWaiting();
          return new Promise<PyValue>(resolve => {
            this.answer = resolve;
          });
        }),
        method('constructor(self)', null, () => 'built'),
        method('stop(self)', null, () => null),
      ],
    });
  }
}

let lastCall = 0;

export function request(
  name: string,
  args: readonly string[] = [],
  more: Partial<CallRequest> = {},
): CallRequest {
  lastCall += 1;
  return { callId: lastCall, address: BENCH, method: name, args, kwargs: [], ...more };
}
