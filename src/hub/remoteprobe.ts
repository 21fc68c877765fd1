// Who answers at an endpoint: found out by asking once, in each protocol that can tell.
//
// A pc_rpc server says who it is before anything is asked of it. A sync_struct publisher answers for
// notifiers that it has and closes without a word for others, so those that every ARTIQ master has
// are tried. Broadcast and logging servers take any connection in silence: nothing tells them from one
// another, so nobody guesses them. Nothing is selected, called or sent but the protocols' own greetings.

import { Receiver, RpcClient, Subscriber } from '../clients/index.js';
import {
  type Address,
  ConnectError,
  DeadlineError,
  formatAddress,
  formatEndpoint,
  isLabwireError,
  LocalProtocolError,
  ParseError,
  parseAddress,
  UnsupportedError,
} from '../values/index.js';
import type { Connect, IClock } from '../wire/index.js';
import type { ProbeAnswer } from './remoteapi.js';
import { Deadline } from './remotedeadline.js';

/** For each protocol that is tried, beside the time that a person is asked. */
export const PROBE_MS = 3000;
/** A server that closes what it does not understand has done so by then. */
const SILENCE_MS = 500;
/** Notifiers of every ARTIQ master, the small one first. */
const NOTIFIERS = ['schedule', 'datasets'] as const;
/** The first line of a publisher: one that is longer has answered, and is not read. */
const INIT_BYTES = 256 * 1024;

export type ProberOptions = {
  readonly clock: IClock;
  readonly connect: (address: Address) => Connect;
  readonly report: (error: unknown, where: string) => void;
};

/** One protocol at one address. */
type Attempt = {
  readonly address: Address;
  readonly connect: Connect;
  readonly signal: AbortSignal;
  /** Could a connection be had at all? */
  wasOpen: boolean;
};

export class Prober {
  private readonly _options: ProberOptions;
  private readonly _running = new Map<Address, Deadline>();

  constructor(options: ProberOptions) {
    this._options = options;
  }

  /**
   * @param text - an address, or `host:port`.
   * @throws {ParseError} it is neither. {UnsupportedError} it cannot be asked. Else why nobody
   *   answered, and what was tried.
   */
  async probe(text: string): Promise<readonly ProbeAnswer[]> {
    if (text.includes('://')) {
      const address = { ...parseAddress(text), fragment: null };
      return [await this._attempt(address, attempt => this._ask(attempt))];
    }
    return this._search(hostAndPort(text));
  }

  /** A person is asked whether `address` may be reached, or no longer is. */
  setAsking(address: Address, isAsking: boolean): void {
    this._running.get(address)?.setAsking(isAsking);
  }

  /** Nobody waits any more. */
  close(reason: unknown): void {
    for (const deadline of this._running.values()) {
      deadline.giveUp(reason);
    }
  }

  // ---- host:port ----------------------------------------------------------------------------------

  private async _search(rpc: Address): Promise<readonly ProbeAnswer[]> {
    if (rpc.path !== '' || rpc.fragment !== null) {
      throw new UnsupportedError(
        `${formatEndpoint(rpc)} is followed by a name, and nothing says of what`,
        { feature: 'probe' },
        { hint: `Type the address, such as ${formatAddress(rpc)}, or host and port alone.` },
      );
    }
    const answers: ProbeAnswer[] = [];
    const reasons: unknown[] = [];
    const tried: string[] = [];
    const found = async (address: Address, what: string): Promise<boolean> => {
      tried.push(what);
      try {
        answers.push(await this._attempt(address, attempt => this._ask(attempt)));
        return true;
      } catch (error) {
        // Who cannot be reached, or is silent, is asked nothing else.
        if (!isLabwireError(error) || ENDS.has(error.name)) {
          throw error;
        }
        reasons.push(error);
        return false;
      }
    };
    if (!(await found(rpc, 'pc_rpc'))) {
      for (const path of NOTIFIERS) {
        await found({ ...rpc, scheme: 'sipyco+sync', path }, `sync_struct (${path})`);
      }
    }
    if (answers.length === 0) {
      const endpoint = formatEndpoint(rpc);
      throw new ConnectError(
        `${endpoint} takes connections, and answered nothing that is known: tried ${tried.join(', ')}`,
        { endpoint },
        {
          protocol: 'sipyco',
          hint: 'Check the port. Broadcasts, logs and other notifiers cannot be found by asking: type their address, such as sipyco+broadcast://HOST:1067/log.',
          cause: reasons[0],
        },
      );
    }
    return answers;
  }

  // ---- One protocol -------------------------------------------------------------------------------

  private async _attempt<T>(address: Address, ask: (attempt: Attempt) => Promise<T>): Promise<T> {
    const { clock, connect } = this._options;
    const open = connect(address);
    const deadline = new Deadline(clock, PROBE_MS, () => silence(attempt));
    const attempt: Attempt = {
      address,
      signal: deadline.signal,
      wasOpen: false,
      connect: async options => {
        const transport = await open(options);
        attempt.wasOpen = true;
        return transport;
      },
    };
    this._running.set(address, deadline);
    try {
      return await ask(attempt);
    } finally {
      deadline.end();
      this._running.delete(address);
    }
  }

  private _ask(attempt: Attempt): Promise<ProbeAnswer> {
    const { scheme } = attempt.address;
    switch (scheme) {
      case 'sipyco+rpc':
        return this._askRpc(attempt);
      case 'sipyco+sync':
        return this._askPublisher(attempt);
      case 'sipyco+broadcast':
        return this._askBroadcaster(attempt);
      default:
        throw new UnsupportedError(
          `${formatAddress(attempt.address)} cannot be asked in this version`,
          { feature: scheme },
          { hint: 'These can: sipyco+rpc://, sipyco+sync://, sipyco+broadcast://.' },
        );
    }
  }

  private async _askRpc({ address, connect, signal }: Attempt): Promise<ProbeAnswer> {
    const { clock, report } = this._options;
    // No target: a target may be made for whoever selects it.
    const client = new RpcClient({ connect, clock, target: null, reportError: report });
    try {
      await client.connect({ signal });
      const { targets, description } = client.getRpcId();
      if (address.path !== '' && !targets.includes(address.path)) {
        throw new LocalProtocolError(
          `${formatEndpoint(address)} has no target ${JSON.stringify(address.path)}`,
          { command: 'probe', state: 'live' },
          { protocol: 'sipyco', hint: `It has: ${targets.join(', ') || 'none at all'}.` },
        );
      }
      return answerOf(address, description ?? '', targets);
    } finally {
      await client.closeRpc();
    }
  }

  private async _askPublisher({ address, connect, signal }: Attempt): Promise<ProbeAnswer> {
    const { clock, report } = this._options;
    const subscriber = new Subscriber({
      notifierName: address.path,
      connect,
      clock,
      lineBytes: INIT_BYTES,
      reportError: report,
    });
    try {
      await subscriber.connect({ signal });
    } catch (error) {
      if (!isLabwireError(error, 'LimitError')) {
        throw error;
      }
    } finally {
      await subscriber.close();
    }
    return answerOf(address);
  }

  /** A broadcaster says nothing of itself: that it keeps the connection is all there is. */
  private async _askBroadcaster({ address, connect, signal }: Attempt): Promise<ProbeAnswer> {
    const { clock, report } = this._options;
    let onEnd = (): void => {};
    const ended = new Promise<void>(resolve => {
      onEnd = resolve;
    });
    const receiver = new Receiver({
      name: address.path,
      connect,
      clock,
      notifyCb: () => {},
      statusCb: ({ state }) => {
        if (state === 'stale') {
          onEnd();
        }
      },
      reportError: report,
    });
    try {
      await receiver.connect({ signal });
      let wasQuiet = false;
      const timer = clock.after(SILENCE_MS, () => {
        wasQuiet = true;
        onEnd();
      });
      signal.addEventListener('abort', onEnd, { once: true });
      await ended;
      timer.cancel();
      signal.throwIfAborted();
      if (!wasQuiet) {
        const endpoint = formatEndpoint(address);
        throw new ConnectError(
          `${endpoint} closed the connection at once: it is not a broadcast server`,
          { endpoint },
          { protocol: 'sipyco', hint: 'Check the port; ARTIQ masters broadcast on 1067.' },
        );
      }
      return answerOf(address);
    } finally {
      await receiver.close();
    }
  }
}

const RPC = 'sipyco+rpc://';

/** @throws {ParseError} of the text as it was typed. */
function hostAndPort(text: string): Address {
  try {
    return parseAddress(RPC + text.trim());
  } catch (error) {
    if (!isLabwireError(error, 'ParseError')) {
      throw error;
    }
    const { expected, found } = error;
    const lead = text.length - text.trimStart().length;
    throw new ParseError(
      `${JSON.stringify(text.slice(0, SHOWN))}: expected ${expected}, found ${found}`,
      { position: Math.max(0, error.position - RPC.length) + lead, expected, found },
      {
        hint: 'Type host:port, such as 127.0.0.1:3251, or an address, such as sipyco+sync://127.0.0.1:3250/datasets.',
      },
    );
  }
}

const SHOWN = 60; // characters of a wrong text that a message repeats

function answerOf(address: Address, description = '', names: readonly string[] = []): ProbeAnswer {
  return { address: formatAddress(address), scheme: address.scheme, description, names };
}

/** Errors after which the same endpoint need not be asked in another protocol. */
const ENDS: ReadonlySet<string> = new Set([
  'BridgeError',
  'ClosedError',
  'ConnectError',
  'DeadlineError',
  'ParseError',
  'PolicyError',
]);

function silence({ address, wasOpen }: Attempt): DeadlineError {
  const endpoint = formatEndpoint(address);
  return new DeadlineError(
    wasOpen
      ? `${endpoint} took the connection and said nothing for ${PROBE_MS} ms, asked as ${address.scheme}`
      : `${endpoint} could not be connected to within ${PROBE_MS} ms`,
    { operation: `probe ${formatAddress(address)}`, timeoutMs: PROBE_MS },
    {
      protocol: 'sipyco',
      hint: wasOpen
        ? 'Check the port: every server of SiPyCo answers at once.'
        : 'Check that it is switched on, and that this network reaches it.',
    },
  );
}
