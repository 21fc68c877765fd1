// Who is let in, and who is still there.
//
// What every server does alike: accept connections from any number of listeners up to a limit, serve
// each, and end them all.

import type { IListener, ITransport } from '../wire/index.js';

/** Hears what is not the doing of a peer. */
export type ReportError = (error: unknown, where: string) => void;

/** Where nobody else wants to hear it. */
export const reportToConsole: ReportError = (error, where) =>
  console.error(`labwire: ${where}:`, error);

/** One connection of a server, served until it ends. */
export interface IServed {
  /** Its place goes to the next who comes when there is no other: its peer has perhaps left, or wants nothing yet. */
  readonly givesWay: boolean;
  /** Serve to the end. Never rejects. */
  serve(): Promise<void>;
  close(reason: string): Promise<void>;
}

/** The connections of one server. */
export class Reception<C extends IServed> {
  private readonly _owner: string;
  private readonly _maximum: number;
  private readonly _admit: (transport: ITransport) => C;
  private readonly _reportError: ReportError;
  private readonly _listeners = new Set<IListener>();
  private readonly _served = new Map<C, Promise<void>>();

  /**
   * @param owner - whose, for messages: `the broadcaster`.
   * @param maximum - connections at once. One more takes the place of one that gives way, or is closed.
   */
  constructor(
    owner: string,
    maximum: number,
    admit: (transport: ITransport) => C,
    reportError: ReportError,
  ) {
    this._owner = owner;
    this._maximum = maximum;
    this._admit = admit;
    this._reportError = reportError;
  }

  get connections(): Iterable<C> {
    return this._served.keys();
  }

  get connectionCount(): number {
    return this._served.size;
  }

  start(listener: IListener): void {
    this._listeners.add(listener);
    this._accept(listener).catch(error => {
      this._listeners.delete(listener);
      this._reportError(error, `${listener.endpoint} accepts no more connections`);
    });
  }

  /** Stop accepting and end every connection; all are told before this returns its promise. It may be started again. */
  async stop(): Promise<void> {
    const listeners = [...this._listeners];
    this._listeners.clear();
    const ended = Array.from(this._served, async ([connection, served]) => {
      await connection.close(`${this._owner} stopped`);
      await served;
    });
    await Promise.all([...listeners.map(listener => listener.close()), ...ended]);
  }

  private async _accept(listener: IListener): Promise<void> {
    for await (const transport of listener.connections) {
      if (!this._listeners.has(listener) || !this._hasRoom()) {
        await transport.close(`${this._owner} takes no more connections`);
        continue;
      }
      const connection = this._admit(transport);
      this._served.set(connection, this._serve(connection));
    }
  }

  private async _serve(connection: C): Promise<void> {
    await connection.serve();
    this._served.delete(connection);
  }

  /** Is there room for one more, if need be that of one that gives way? */
  private _hasRoom(): boolean {
    if (this._served.size < this._maximum) {
      return true;
    }
    for (const connection of this._served.keys()) {
      if (connection.givesWay) {
        this._served.delete(connection);
        void connection.close('others want its place');
        return true;
      }
    }
    return false;
  }
}
