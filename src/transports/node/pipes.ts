// Two pipes between a program and the one that started it: SiPyCo's `pipe_ipc`.
//
// The parent gives the child the address `RFD,WFD`: the file descriptors, inherited, from which the
// child reads and to which it writes. What goes through is up to the two; SiPyCo's programs send PYON
// lines. ARTIQ tells its applets the address in ARTIQ_APPLET_EMBED.
//
// Unix only: on Windows SiPyCo uses a named pipe, which is not spoken here.
//
// Source: docs/protocols/sipyco.md, "pipe_ipc". Names are SiPyCo's (`sipyco.pipe_ipc`).

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { ConnectError, LocalProtocolError, UnsupportedError } from '../../values/index.js';
import { codeOf } from './errno.js';
import { StreamTransport } from './stream.js';

/** Where the child finds its ends: after stdin, stdout and stderr. */
const CHILD_READS = 3;
const CHILD_WRITES = 4;

export type SubprocessOptions = Omit<SpawnOptions, 'stdio' | 'detached'> & {
  /** The child's own stdin, stdout and stderr, as `spawn` takes them. Default: ours. */
  readonly stdio?: StdioOption | readonly [StdioOption, StdioOption, StdioOption];
};
type StdioOption = 'inherit' | 'ignore' | 'pipe';

/** One pipe each way. The child's end, when it ends, is a clean end of `chunks`. */
export class PipeTransport extends StreamTransport {}

/** The parent's side: make it, start the child with its address, then talk through `transport`. */
export class ParentComm {
  private _transport: PipeTransport | null = null;

  /** @throws {UnsupportedError} on Windows. */
  constructor() {
    refuseWindows();
  }

  /** What the child is to be told, in an argument or in its environment. */
  getAddress(): string {
    return `${CHILD_READS},${CHILD_WRITES}`;
  }

  /**
   * Start the child, once. It is the caller's: this ends it neither at `close` nor at our own end.
   * Its event `close` waits for the transport; `exit` does not.
   * @throws {ConnectError} it could not be started.
   */
  async createSubprocess(
    command: string,
    args: readonly string[] = [],
    options: SubprocessOptions = {},
  ): Promise<ChildProcess> {
    if (this._transport !== null) {
      throw new LocalProtocolError('a child has these pipes already', {
        command: 'createSubprocess',
        state: 'connected',
      });
    }
    const { stdio = 'inherit', ...rest } = options;
    const own = typeof stdio === 'string' ? [stdio, stdio, stdio] : stdio;
    const child = spawn(command, args, { ...rest, stdio: [...own, 'pipe', 'pipe'] });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', cause =>
        reject(
          new ConnectError(
            `${command} could not be started (${codeOf(cause)})`,
            { endpoint: command },
            { hint: 'check the path, and that it may be run', cause },
          ),
        ),
      );
    });
    // To the types these are streams; Node makes sockets of them.
    const ends = child.stdio as readonly unknown[];
    const [writer, reader] = [ends[CHILD_READS] as Socket, ends[CHILD_WRITES] as Socket];
    this._transport = new PipeTransport(reader, writer, `${command}, process ${child.pid}`);
    return child;
  }

  /** @throws {LocalProtocolError} there is no child yet. */
  get transport(): PipeTransport {
    if (this._transport === null) {
      throw new LocalProtocolError('there is no child to talk to: call createSubprocess first', {
        command: 'transport',
        state: 'unconnected',
      });
    }
    return this._transport;
  }
}

/** The child's side: a transport to the parent. */
export class ChildComm extends PipeTransport {
  /**
   * @param address - what the parent's `getAddress` said.
   * @throws {RangeError} it is no address. {ConnectError} it names no open pipes: perhaps they were
   *   not inherited, or are taken already. {UnsupportedError} on Windows.
   */
  constructor(address: string) {
    refuseWindows();
    const [, readFrom, writeTo] = /^(\d{1,9}),(\d{1,9})$/.exec(address) ?? [];
    if (readFrom === undefined || writeTo === undefined) {
      throw new RangeError(
        `${JSON.stringify(address)} is not the address of two pipes, such as 3,4`,
      );
    }
    const reader = end(address, Number(readFrom), 'readable');
    const writer =
      readFrom === writeTo ? reader : end(address, Number(writeTo), 'writable', reader);
    super(reader, writer, `parent through ${address}`);
  }
}

function end(
  address: string,
  fd: number,
  direction: 'readable' | 'writable',
  other?: Socket,
): Socket {
  try {
    return new Socket({ fd, readable: false, writable: false, [direction]: true });
  } catch (cause) {
    other?.destroy();
    throw new ConnectError(
      `file descriptor ${fd} of the address ${address} is no open pipe`,
      { endpoint: address },
      { hint: 'start this program from one that hands its pipes down, and connect once', cause },
    );
  }
}

function refuseWindows(): void {
  if (process.platform === 'win32') {
    throw new UnsupportedError(
      'pipes to a child are for Unix: SiPyCo uses a named pipe on Windows',
      { feature: 'pipe_ipc on Windows' },
    );
  }
}
