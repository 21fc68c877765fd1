// How a person or the system asks a program to end.

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What asks a program to end: Ctrl-C, `kill`, and a terminal that is closed. */
export type EndSignal = (typeof SIGNALS)[number];

/**
 * Waits for SIGINT, SIGTERM or SIGHUP, as SiPyCo's: between `setup` and `teardown` they end the
 * waiting and not the process. The first is told on stdout; after it the system's own way is back, so
 * that a second Ctrl-C ends a program that hangs.
 */
export class SignalHandler {
  private readonly _say: (text: string) => void;
  private readonly _caught: Promise<EndSignal>;
  private _setCaught: (signal: EndSignal) => void = () => {};

  /** @param say - takes what is told, lines with their ends. Default: stdout. */
  constructor(say: (text: string) => void = text => void process.stdout.write(text)) {
    this._say = say;
    this._caught = new Promise(resolve => {
      this._setCaught = resolve;
    });
  }

  /** Listen, from now on. */
  setup(): void {
    for (const signal of SIGNALS) {
      process.on(signal, this._catch);
    }
  }

  /** Listen no more. Twice is harmless. */
  teardown(): void {
    for (const signal of SIGNALS) {
      process.removeListener(signal, this._catch);
    }
  }

  /** Resolves with the first signal since `setup`, also when it came before the call. */
  waitTerminate(): Promise<EndSignal> {
    return this._caught;
  }

  private readonly _catch = (signal: NodeJS.Signals): void => {
    this.teardown();
    const name = signal === 'SIGINT' ? 'Ctrl-C' : signal;
    this._say(`\nCaught ${name}, terminating...\n`);
    this._setCaught(signal as EndSignal);
  };
}
