// What the machines of this room hear and say. Types only.

import type { PyValue } from '../../values/index.js';
import type { FailedEvent } from '../../wire/index.js';
import type { PyonVersion } from '../pyon/index.js';
import type { Mod } from './mods.js';

/** What a subscriber of a notifier hears. */
export type SubscriberEvent =
  /** The whole struct: at the start, and at any time again. */
  | { readonly type: 'init'; readonly struct: PyValue; readonly pyon: PyonVersion }
  /** A change to make with `processMod`. Its fields are as they came: `processMod` refuses what is wrong. */
  | { readonly type: 'mod'; readonly mod: Mod }
  /** The publisher closed its side, between two lines. */
  | { readonly type: 'eof' }
  | FailedEvent;

/** What the publisher's end of one connection is told to say. */
export type PublisherCommand =
  /** The whole struct, as a line: the answer to `subscribed`, and again whenever a fresh start is due. */
  | { readonly type: 'init'; readonly line: Uint8Array<ArrayBuffer> }
  /** A mod, as a line. */
  | { readonly type: 'mod'; readonly line: Uint8Array<ArrayBuffer> };

/** What the publisher's end of one connection hears. */
export type PublisherEvent =
  /** Somebody wants this notifier. Where there is none of that name, close without a word: that is the answer. */
  | { readonly type: 'subscribed'; readonly notifierName: string }
  /** The peer closed its side. If it has subscribed it may still listen: lines can be sent all the same. */
  | { readonly type: 'eof' }
  | FailedEvent;
