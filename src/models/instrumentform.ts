// Adding an instrument, or changing one: what was typed, who answers there, what to call it.
//
// A person types `host:port` or an address. It is asked who answers; what answered can be added, each
// with a name. A probe that was cancelled, or overtaken by typing, is forgotten when its answer comes.

import { type ISignal, Signal } from '@lumino/signaling';
import type { ProbeAnswer } from '../hub/api.js';
import {
  type Address,
  type Fault,
  formatEndpoint,
  isLabwireError,
  ParseError,
  parseAddress,
} from '../values/index.js';
import { type Instrument, nameFor, wholeAddress } from './instrument.js';
import { faultOf } from './remote.js';

/** What a text is to the form. */
export type Understanding =
  | { readonly type: 'empty' }
  /** `host:port`: which protocol is spoken there is found out by asking. */
  | { readonly type: 'endpoint'; readonly endpoint: string }
  | {
      readonly type: 'address';
      readonly address: string;
      readonly endpoint: string;
      readonly scheme: string;
      /** Notifier, target, channel or PV; empty for the whole server. */
      readonly what: string;
    }
  | { readonly type: 'wrong'; readonly fault: Fault };

export type FormPhase = 'typing' | 'asking' | 'answered' | 'failed';

/** Reads what a person types, at each key. */
export function understand(text: string): Understanding {
  const trimmed = text.trim();
  if (trimmed === '') {
    return { type: 'empty' };
  }
  try {
    return trimmed.includes('://') ? ofAddress(trimmed) : ofEndpoint(trimmed);
  } catch (error) {
    if (!isLabwireError(error)) {
      throw error;
    }
    return { type: 'wrong', fault: faultOf(error) };
  }
}

function ofAddress(text: string): Understanding {
  const address = wholeAddress(text);
  const parsed = parseAddress(address);
  return {
    type: 'address',
    address,
    endpoint: formatEndpoint(parsed),
    scheme: address.slice(0, address.indexOf('://')),
    what: parsed.path,
  };
}

// Any scheme whose addresses begin with host and port reads them.
function ofEndpoint(text: string): Understanding {
  let parsed: Address;
  try {
    parsed = parseAddress(`sipyco+rpc://${text}`);
  } catch (error) {
    if (!isLabwireError(error, 'ParseError')) {
      throw error;
    }
    const { position, expected, found } = error;
    // The scheme was not typed, so the sentence does not show it.
    throw new ParseError(
      `${JSON.stringify(text.slice(0, SHOWN_LIMIT))}: expected ${expected}, found ${found}`,
      { position, expected, found },
      { hint: 'Type host:port, such as 127.0.0.1:3251, or an address.' },
    );
  }
  const { path, fragment, tls } = parsed;
  if (path !== '' || fragment !== null || tls !== null) {
    return ofAddress(text); // more than host and port: refused, since the scheme is missing
  }
  return { type: 'endpoint', endpoint: formatEndpoint(parsed) };
}

const SHOWN_LIMIT = 60; // characters of a wrong text that a message repeats

export namespace InstrumentForm {
  export interface IOptions {
    readonly probe: (text: string) => Promise<readonly ProbeAnswer[]>;
    /** Nobody waits for it any more. */
    readonly cancelProbes: () => void;
    /** ms, monotonic. */
    readonly nowMs: () => number;
    /** The instrument to change; absent: a new one is added. */
    readonly instrument?: Instrument;
  }
}

export class InstrumentForm {
  constructor(options: InstrumentForm.IOptions) {
    this._options = options;
    this.before = options.instrument ?? null;
    this._text = this.before?.address ?? '';
    this._understanding = understand(this._text);
  }

  /** What is changed; null: a new one. */
  readonly before: Instrument | null;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get text(): string {
    return this._text;
  }

  set text(text: string) {
    if (text !== this._text) {
      this._text = text;
      this._understanding = understand(text);
      this._giveUp();
      this._settle('typing');
    }
  }

  get understanding(): Understanding {
    return this._understanding;
  }

  get phase(): FormPhase {
    return this._phase;
  }

  /** What answered. */
  get answers(): readonly ProbeAnswer[] {
    return this._answers;
  }

  /** Why nobody answered. */
  get fault(): Fault | null {
    return this._fault;
  }

  /** How long it has been asking. */
  get elapsedMs(): number {
    return this._phase === 'asking' ? this._options.nowMs() - this._askedMs : 0;
  }

  /** Can it be asked who answers? */
  get canAsk(): boolean {
    const { type } = this._understanding;
    return this._phase !== 'asking' && (type === 'endpoint' || type === 'address');
  }

  /** The address to keep: the one that answered, else the one that was typed whole; null: none yet. */
  get address(): string | null {
    const answer = this._answers[this._chosen];
    if (answer !== undefined) {
      return wholeAddress(answer.address);
    }
    return this._understanding.type === 'address' ? this._understanding.address : null;
  }

  /** Of `answers`: the one that is added. */
  get chosen(): number {
    return this._chosen;
  }

  set chosen(index: number) {
    this._chosen = index;
    this._changed.emit();
  }

  /** A name to offer. */
  get suggestedName(): string {
    const { address } = this;
    if (this.before !== null) {
      return this.before.name;
    }
    if (address === null) {
      return '';
    }
    const description = this._answers[this._chosen]?.description.trim() ?? '';
    return description === '' || description.length > DESCRIPTION_LIMIT
      ? nameFor(address)
      : description;
  }

  /** Ask who answers. Never rejects: what became of it is in `phase`. */
  async ask(): Promise<void> {
    if (!this.canAsk) {
      return;
    }
    this._settle('asking');
    this._askedMs = this._options.nowMs();
    const turn = this._turn;
    try {
      const answers = await this._options.probe(this._text.trim());
      if (turn === this._turn) {
        this._settle('answered');
        this._answers = answers;
        // What a person most often means stands last: the datasets of a master, not its schedule.
        this._chosen = answers.length - 1;
        this._changed.emit();
      }
    } catch (reason) {
      if (turn === this._turn) {
        this._settle('failed');
        this._fault = faultOf(reason);
        this._changed.emit();
      }
    }
  }

  /** Stop waiting. */
  cancel(): void {
    if (this._phase === 'asking') {
      this._giveUp();
      this._settle('typing');
    }
  }

  /** @returns null while there is no address. */
  instrument(name: string, readOnly: boolean, confirm: boolean): Instrument | null {
    const { address } = this;
    return address === null
      ? null
      : { name: name.trim() || nameFor(address), address, readOnly, confirm };
  }

  /** A server that says nothing keeps its connection for seconds: nobody waits for it. */
  private _giveUp(): void {
    if (this._phase === 'asking') {
      this._options.cancelProbes();
    }
  }

  private _settle(phase: FormPhase): void {
    this._turn += 1;
    this._phase = phase;
    this._answers = [];
    this._chosen = 0;
    this._fault = null;
    this._changed.emit();
  }

  private readonly _options: InstrumentForm.IOptions;
  private readonly _changed = new Signal<this, void>(this);
  private _text: string;
  private _understanding: Understanding;
  private _phase: FormPhase = 'typing';
  private _answers: readonly ProbeAnswer[] = [];
  private _chosen = 0;
  private _fault: Fault | null = null;
  private _askedMs = 0;
  private _turn = 0; // counts what was begun: an answer to an earlier question is stale
}

const DESCRIPTION_LIMIT = 40; // characters of what a server says of itself that make a name
