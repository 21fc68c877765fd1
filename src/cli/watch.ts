// `labwire watch`: what a live view would show, as text. Values go to stdout, states to stderr.

import { Command } from 'commander';
import {
  Demo,
  type Description,
  type ISource,
  type ITree,
  type Message,
  type SourceEvent,
  Sources,
} from '../hub/index.js';
import { encodeTree } from '../protocols/pyon/index.js';
import { formatArgspec, logRecordOf } from '../protocols/sipyco/index.js';
import { PlatformClock } from '../transports/index.js';
import { connectTcp, listenTcp } from '../transports/node/index.js';
import {
  type Address,
  type Display,
  type Fact,
  floatRepr,
  type LinkState,
  type LinkStatus,
  NumpyScalar,
  type PyValue,
  parseAddress,
  pyRepr,
  type Reading,
} from '../values/index.js';
import type { Connect } from '../wire/index.js';
import { Failure } from './failure.js';
import { recordText } from './logd.js';
import { remark, stopSignal, write } from './output.js';

type Options = { readonly once?: true; readonly tree?: true };

export function watchCommand(): Command {
  return new Command('watch')
    .summary('print a value whenever it changes')
    .description(
      'Print what an address names, and every change of it, until Ctrl-C.\n\n' +
        'Values go to standard output, one a line; states such as "stale" to standard error.',
    )
    .argument('<address>', 'e.g. "sipyco+sync://127.0.0.1:3250/datasets#rabi.p"')
    .option('--once', 'print the value as it is now, and end')
    .option('--tree', 'print the exact JSON form instead of text')
    .addHelpText(
      'after',
      '\nsipyco+sync: without a part after "#" the whole notifier is printed, name by name; with\n' +
        '--tree as one value. sipyco+broadcast: every message of a channel. sipyco+log: listens at\n' +
        'the address, and prints what programs log there. sipyco+rpc: says what can be called.\n' +
        '"demo+" before an address asks the demo lab inside this command.',
    )
    .action(watch);
}

async function watch(text: string, options: Options): Promise<void> {
  const stopped = stopSignal();
  const address = parseAddress(text);
  const clock = new PlatformClock();
  const demo = new Demo(clock);
  let fail: (error: unknown) => void = () => {};
  const mistake = new Promise<never>((_resolve, reject) => {
    fail = reject; // thrown in a watcher it would only end the connection, which is opened again
  });
  const sources = new Sources({
    clock,
    connect: overTcp,
    listen: ({ host, port }) => listenTcp({ host, port }),
    demo,
    report: fail,
  });
  try {
    // The exact form of a notifier is that of its struct, not of its names one by one.
    const isWhole = address.scheme === 'sipyco+sync' && address.fragment === null;
    const source = sources.open(
      isWhole && options.tree === true ? { ...address, fragment: '[]' } : address,
    );
    await Promise.race([stopped, mistake, new Watch(source, options).run()]);
  } finally {
    sources.close();
    demo.close();
  }
}

function overTcp({ host, port }: Address): Connect {
  return options => connectTcp({ host, port, ...options });
}

/** One source on its way to the terminal. */
class Watch {
  private readonly _source: ISource;
  private readonly _options: Options;
  private readonly _ended: Promise<void>;
  private _end: () => void = () => {};
  private _fail: (error: Failure) => void = () => {};
  private _isOver = false;
  private _tree: ITree | null = null;
  private _hasValue = false;
  private _state: LinkState | null = null;

  constructor(source: ISource, options: Options) {
    this._source = source;
    this._options = options;
    this._ended = new Promise((resolve, reject) => {
      this._end = resolve;
      this._fail = reject;
    });
  }

  /** Resolves when `--once` is satisfied. @throws {Failure} waiting does not help. */
  async run(): Promise<void> {
    if (this._source.shape === 'target') {
      await this._describe();
      return;
    }
    const watching = this._source.watch(event => this._take(event));
    try {
      await this._ended;
    } finally {
      this._isOver = true;
      watching.close();
    }
  }

  private _take(event: SourceEvent): void {
    if (this._isOver) {
      return;
    }
    switch (event.type) {
      case 'status':
        this._status(event.status);
        return;
      case 'reading':
        // The value is alive and changes with the next mod: it becomes text now. A pipe takes it
        // before `write` returns, so a slow reader slows the instrument and not our memory.
        write(this._text(event.reading));
        this._seen();
        return;
      case 'gone':
        return; // the status says so too, and why
      case 'tree':
        this._tree = event.tree;
        this._printNames(event.tree.keys());
        this._seen();
        return;
      case 'deltas':
        this._printNames(event.deltas.map(delta => delta.key));
        return;
      case 'messages':
        for (const message of event.messages) {
          write(this._messageText(message));
        }
        this._seen();
        return;
    }
  }

  // A target says nothing by itself: what it is, is all there is to see.
  private async _describe(): Promise<void> {
    const description = await this._source.remote?.describe();
    for (const line of description === undefined ? [] : describedLines(description)) {
      write(line);
    }
  }

  private _messageText({ value }: Message): string {
    if (this._options.tree === true) {
      return encodeTree(value);
    }
    const record = this._source.address.scheme === 'sipyco+log' ? logRecordOf(value) : null;
    return record === null ? pyRepr(value) : recordText(record);
  }

  private _seen(): void {
    this._hasValue = true;
    if (this._options.once === true) {
      this._isOver = true;
      this._end();
    }
  }

  private _status({ state, fault }: LinkStatus): void {
    if (state === this._state) {
      return;
    }
    this._state = state;
    const why = fault === null ? '' : `: ${fault.message}`;
    // Nobody here can allow a host or mend an address while the command waits.
    const isHopeless =
      state === 'failed' || state === 'refused' || (state === 'missing' && this._options.once);
    if (isHopeless === true) {
      this._isOver = true;
      const hint = state === 'missing' ? onceHint(fault?.facts.names) : fault?.hint;
      this._fail(new Failure(fault?.message ?? state, hint));
    } else if (state === 'missing') {
      remark(fault === null ? 'it is not there' : fault.message);
    } else if (state === 'live') {
      if (this._hasValue) {
        remark('live again');
      }
    } else if (state !== 'connecting') {
      remark(`${state === 'out-of-step' ? 'out of step, reloading' : state}${why}`);
    }
  }

  private _printNames(keys: Iterable<PyValue>): void {
    for (const key of keys) {
      const name = typeof key === 'string' ? key : pyRepr(key);
      const reading = this._tree?.read(key) ?? null;
      if (reading === null) {
        remark(`${name} is gone`);
      } else {
        write(`${name}: ${this._text(reading)}`);
      }
    }
  }

  private _text({ value, display }: Reading<PyValue>): string {
    return this._options.tree === true ? encodeTree(value) : shown(value, display);
  }
}

/** A server, its targets, and the methods of the one that was asked. */
function describedLines(description: Description): readonly string[] {
  const { targets, target, docstring, methods, fault } = description;
  const lines = [`targets: ${targets.join(', ')}`];
  if (description.description !== null) {
    lines.push(`description: ${description.description}`);
  }
  if (target !== null) {
    lines.push('', `${target}${docstring === null ? '' : `: ${docstring}`}`);
  }
  if (fault !== null) {
    lines.push(`names only, since the server cannot tell more: ${fault.message}`);
  }
  for (const { name, argspec, docstring: about } of methods) {
    const signature = argspec === null ? '(…)' : formatArgspec(argspec);
    lines.push(`  ${name}${signature}`);
    lines.push(...(about === null ? [] : about.split('\n').map(line => `      ${line}`.trimEnd())));
  }
  return lines;
}

function onceHint(names: Fact | undefined): string {
  const alike = typeof names === 'string' && names !== '' ? `Names like it: ${names}. ` : '';
  return `${alike}Without --once the command waits for it.`;
}

/** A number as its instrument wants it shown, with its unit; anything else as Python's repr. */
function shown(value: PyValue, { unit, scale = 1, precision }: Display): string {
  const number = value instanceof NumpyScalar ? value.item() : value;
  const isPlain = unit === undefined && scale === 1 && precision === undefined;
  if (isPlain || (typeof number !== 'number' && typeof number !== 'bigint')) {
    return pyRepr(value);
  }
  const suffix = unit === undefined ? '' : ` ${unit}`;
  if (typeof number === 'bigint' && scale === 1) {
    return `${number}${suffix}`;
  }
  const scaled = Number(number) / scale;
  const hasDecimals = precision !== undefined && Math.abs(scaled) < 1e15; // beyond, toFixed is no use
  const digits = hasDecimals
    ? scaled.toFixed(Math.min(20, Math.max(0, Math.round(precision))))
    : floatRepr(scaled);
  return `${Number.isFinite(scaled) ? digits : floatRepr(scaled)}${suffix}`;
}
