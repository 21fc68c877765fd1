// What the two broadcast machines are told and hear. Types only.

import type { PyValue } from '../../values/index.js';
import type { FailedEvent } from '../../wire/index.js';
import type { PyonVersion } from '../pyon/index.js';

/** What a receiver hears. */
export type ReceiverEvent =
  | { readonly type: 'message'; readonly value: PyValue; readonly pyon: PyonVersion }
  /** The broadcaster closed its side, between two lines. */
  | { readonly type: 'eof' }
  | FailedEvent;

/** What the broadcaster's end of one connection is told to say, once somebody has subscribed. */
export type BroadcasterCommand = {
  readonly type: 'message';
  /** With its newline, as `encodeLine` makes it. */
  readonly line: Uint8Array<ArrayBuffer>;
};

/** What the broadcaster's end of one connection hears. */
export type BroadcasterEvent =
  /** Somebody listens to this channel. Any name is one: nothing comes until somebody broadcasts on it. */
  | { readonly type: 'subscribed'; readonly channel: string }
  /** The peer closed its side. If it has subscribed it may still listen: lines can be sent all the same. */
  | { readonly type: 'eof' }
  | FailedEvent;
