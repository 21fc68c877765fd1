// The bridge kernel, found or started: one session for all tabs of a server.
//
// Asking the server for a session whose path exists gives the existing one, so every tab meets at
// the same kernel. Only the REST API is used: a kernel connection on the page's thread would have
// to parse every message that the worker's own websocket carries.

import type { ChannelSettings } from '../hub/api.js';
import { BridgeError } from '../values/index.js';

/** The session that all tabs share. */
export const BRIDGE_SESSION = {
  path: 'labwire',
  name: 'labwire',
  type: 'labwire',
  kernelName: 'labwire',
} as const;

/** A session as the server reports it. */
export type SessionState = {
  readonly sessionId: string;
  readonly kernelId: string;
  readonly kernelName: string;
  /** The server's word: `starting`, `idle`, `busy`, `dead`, …; empty if it says none. */
  readonly executionState: string;
};

/** The server's REST API, as far as the bridge needs it. Rejects with the server's own words. */
export interface IBridgeServer {
  /** Names of the installed kernels. */
  kernelNames(): Promise<readonly string[]>;
  /** The session at `path`, if it runs. */
  find(path: string): Promise<SessionState | null>;
  /** The session at `path`; starts it with `kernelName` if there is none. */
  start(session: typeof BRIDGE_SESSION): Promise<SessionState>;
  /** End it; no error if it is gone already. */
  shutdown(sessionId: string): Promise<void>;
  /** `wss://…/api/kernels/<id>/channels`. */
  channelUrl(kernelId: string): string;
  /** Empty where cookies do. */
  readonly token: string;
}

/** Answers `IPage.openChannel`. Several calls at once share one answer. */
export class BridgeOpener {
  /** @param nowMs - a clock that only goes forward. */
  constructor(server: IBridgeServer, nowMs: () => number = () => performance.now()) {
    this._server = server;
    this._nowMs = nowMs;
  }

  /**
   * Where the worker finds the bridge kernel.
   * @throws {BridgeError} stage `kernelspec`: it is not installed; `start`: the server could not
   *   start it; `server`: the server did not answer.
   */
  open(reason: 'first' | 'lost'): Promise<ChannelSettings> {
    this._opening ??= this._find(reason).finally(() => {
      this._opening = null;
    });
    return this._opening;
  }

  private async _find(reason: 'first' | 'lost'): Promise<ChannelSettings> {
    const found = await this._ask('find the bridge kernel', () =>
      this._server.find(BRIDGE_SESSION.path),
    );
    // A kernel that dies again and again is tried for some seconds, then the server forgets it.
    const isDown = found === null || DOWN.has(found.executionState);
    if (found !== null && isDown) {
      await this._ask('remove the dead kernel', () => this._server.shutdown(found.sessionId));
    }
    if (reason === 'lost' && isDown && this._startedLately()) {
      // Starting it again at once would fail the same way, for ever.
      throw new BridgeError(
        'the bridge kernel died right after its start',
        { stage: 'start' },
        { hint: DIES_HINT },
      );
    }
    const running = isDown ? null : found;
    const session = running ?? (await this._start());
    return {
      wsUrl: this._server.channelUrl(session.kernelId),
      kernelId: session.kernelId,
      token: this._server.token,
    };
  }

  private async _start(): Promise<SessionState> {
    const names = await this._ask('list the kernels', () => this._server.kernelNames());
    if (!names.includes(BRIDGE_SESSION.kernelName)) {
      throw new BridgeError(
        'the bridge kernel is not installed on this Jupyter server',
        { stage: 'kernelspec' },
        {
          hint: 'Install labwire in the environment that JupyterLab runs in (pip install labwire), then reload the page. Addresses that start with demo+ work without it.',
        },
      );
    }
    let session: SessionState;
    try {
      session = await this._server.start(BRIDGE_SESSION);
    } catch (reason) {
      throw new BridgeError(
        `the Jupyter server could not start the bridge kernel: ${wordsOf(reason)}`,
        { stage: 'start' },
        { hint: DIES_HINT, cause: reason },
      );
    }
    this._startedAtMs = this._nowMs();
    return session;
  }

  // True once: the next attempt may start it anew.
  private _startedLately(): boolean {
    const atMs = this._startedAtMs;
    this._startedAtMs = null;
    return atMs !== null && this._nowMs() - atMs < YOUNG_MS;
  }

  private async _ask<T>(purpose: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (reason) {
      throw new BridgeError(
        `the Jupyter server did not answer, asked to ${purpose}: ${wordsOf(reason)}`,
        { stage: 'server' },
        {
          hint: 'Check that the Jupyter server still runs. Addresses that start with demo+ work without it.',
          cause: reason,
        },
      );
    }
  }

  private readonly _server: IBridgeServer;
  private _opening: Promise<ChannelSettings> | null = null;
  private readonly _nowMs: () => number;
  private _startedAtMs: number | null = null;
}

const YOUNG_MS = 60_000; // the server tries five times, 3 s apart, before it calls a kernel dead

// `starting` is not among them: it stays so where websockets do not get through.
const DOWN: ReadonlySet<string> = new Set(['dead', 'restarting', 'autorestarting']);

const DIES_HINT =
  'Run "python -m labwire.bridge --help" where JupyterLab runs: if it cannot start, it says why. The log of the Jupyter server has the rest.';

function wordsOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
