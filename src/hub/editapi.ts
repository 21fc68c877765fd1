// The contract between the page and the worker, as far as it is about editing datasets.
//
// Types only, part of api.ts. What a person types crosses as text and is read in the worker; values
// never leave it. Nothing is sent but by `applyEdit`, through an editor that is armed. What is thrown
// across is always a `Fault`.

import type { Fault } from '../values/index.js';
import type { CallOutcome } from './remoteapi.js';

/** A target through which datasets are edited: ARTIQ's `dataset_db`, or one like it. */
export type DatabaseDescription = {
  readonly address: string;
  /** `host:port`, or `demo lab`. */
  readonly endpoint: string;
  /** It has `delete`; without it nothing can be deleted or renamed. */
  readonly canDelete: boolean;
  /** Its `set` takes metadata: ARTIQ 8 and later. `unknown`: the server tells names only. */
  readonly metadata: 'yes' | 'no' | 'unknown';
};

/** As typed; an empty text: there is none. */
export type MetadataTexts = {
  readonly unit: string;
  /** Python literals. */
  readonly scale: string;
  readonly precision: string;
};

/** The dataset that is open for editing, as the instrument has it now. */
export type DatasetState = {
  readonly key: string;
  /** False: it was deleted, or is not there yet. The rest is what it was. */
  readonly isPresent: boolean;
  readonly pyType: string;
  /** Python's repr of the raw value, cut. */
  readonly text: string;
  /** value / scale with its unit. */
  readonly shown: string;
  /** What can be typed over: a Python literal. Null: see `refusal`. */
  readonly literal: string | null;
  /** Why the value cannot be typed: too many elements, or no literal means it exactly. */
  readonly refusal: 'large' | 'type' | null;
  readonly persist: boolean;
  readonly metadata: MetadataTexts;
};

/** What `undo` would take back. */
export type UndoDescription = {
  readonly type: 'set' | 'new' | 'delete' | 'rename' | 'delete group';
  /** Of the dataset, or of the group. */
  readonly key: string;
  /** `rename`: the new name. */
  readonly to: string;
  /** `delete group`: how many datasets it would bring back; else 1. */
  readonly count: number;
  /** The value before and after, cut; empty where there was none. */
  readonly before: string;
  readonly after: string;
};

export type EditorState = {
  /** Counts up with every change of the rest. */
  readonly revision: number;
  readonly isArmed: boolean;
  /** Why it is not armed any more: a person, ten minutes without use, or one of its two links. */
  readonly ended: 'left' | 'unused' | 'disconnected' | null;
  /** Until it ends for want of use. */
  readonly leftMs: number;
  readonly undo: UndoDescription | null;
  /** Of the edit that is under way, how many of its calls are answered; null: none is. */
  readonly sending: { readonly done: number; readonly total: number } | null;
  /** Null: none is open. */
  readonly dataset: DatasetState | null;
};

/** What a person wants changed. */
export type Edit =
  | {
      readonly type: 'set' | 'new';
      readonly key: string;
      /** A Python literal; null: the value stays. */
      readonly value: string | null;
      readonly persist: boolean;
      /** Null: they stay. */
      readonly metadata: MetadataTexts | null;
    }
  | { readonly type: 'delete'; readonly key: string }
  /** Every dataset whose name begins with `group` and a dot. */
  | { readonly type: 'delete group'; readonly group: string }
  /** The new one is made before the old one goes. */
  | { readonly type: 'rename'; readonly key: string; readonly to: string }
  /** The last edit made here. */
  | { readonly type: 'undo' };

export type EditField = 'key' | 'value' | 'scale' | 'precision';

export type EditProblem = { readonly field: EditField; readonly fault: Fault };

/** Asked before an edit is sent. Its `id` changes when what it is about does: then it is asked again. */
export type EditQuestion =
  /** Another type. `where`: inside the value, `[2]`; empty: all of it. */
  | {
      readonly kind: 'type';
      readonly id: string;
      readonly where: string;
      readonly from: string;
      readonly to: string;
    }
  /** The instrument has another value by now than when it was opened, or than the edit left. */
  | { readonly kind: 'changed'; readonly id: string; readonly now: string }
  /**
   * `gone`: it was deleted meanwhile, and is made anew. `final`: it is too large to be set again, so
   * this cannot be undone.
   */
  | { readonly kind: 'gone' | 'final'; readonly id: string }
  /** These would be deleted. `final`: those of them that are too large to be set again. */
  | {
      readonly kind: 'group';
      readonly id: string;
      readonly names: readonly string[];
      readonly final: readonly string[];
    };

/** What an edit would do, told while it is typed. */
export type EditCheck = {
  readonly problems: readonly EditProblem[];
  /** Of the value that would be sent; empty where there is none. */
  readonly pyType: string;
  /** Its repr where it is not what was typed: `5.0` for `5` in a float. */
  readonly becomes: string | null;
  readonly questions: readonly EditQuestion[];
};

export type EditOutcome =
  | { readonly type: 'done' }
  /** Nothing was sent. */
  | { readonly type: 'wrong'; readonly problems: readonly EditProblem[] }
  /** Nothing was sent: apply it again with the ids of these. */
  | { readonly type: 'asks'; readonly questions: readonly EditQuestion[] }
  | {
      readonly type: 'failed';
      readonly outcome: Extract<CallOutcome, { readonly type: 'raised' | 'failed' }>;
      /**
       * Calls that were answered before. Of a rename one: the new dataset was made, and the old one is
       * there still. Of a group as many are deleted, or brought back.
       */
      readonly doneCount: number;
    };

/** What the page may ask about editing datasets. Every method may reject with a Fault. */
export interface IEditHub {
  /** Rejects where nobody answers, or what does has no `set`. Calls nothing. */
  describeDatabase(address: string): Promise<DatabaseDescription>;
  /**
   * A person armed a view: datasets of the notifier `datasets` may be edited through `database` until
   * 10 minutes pass without use, or a link drops. Rejects where either is read-only or not connected.
   */
  armEditor(datasets: string, database: string): Promise<number>;
  /** Twice is harmless. */
  disarmEditor(editorId: number): Promise<void>;
  /** Waits until its revision is another than `revision`. One call at a time; a later one settles the first. */
  watchEditor(editorId: number, revision: number): Promise<EditorState>;
  /** Open the dataset that `address` names, or the one that holds what it names; null: close it. */
  openDataset(editorId: number, address: string | null): Promise<DatasetState | null>;
  /** Counts as use. */
  checkEdit(editorId: number, edit: Edit): Promise<EditCheck>;
  /** Never rejects for what the instrument does. Sends nothing while a question is not among `agreed`. */
  applyEdit(editorId: number, edit: Edit, agreed: readonly string[]): Promise<EditOutcome>;
}
