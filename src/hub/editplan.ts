// An edit as it would be sent: what is wrong with it, what must be asked before, what it sets.
//
// Pure: from what is there now, what a person was shown, and what they typed.

import { decode } from '../protocols/pyon/index.js';
import {
  type Display,
  fromClone,
  isLabwireError,
  ParseError,
  type PyDict,
  type PyValue,
  pyExact,
  toClone,
  toFault,
} from '../values/index.js';
import type {
  DatasetState,
  Edit,
  EditCheck,
  EditField,
  EditProblem,
  EditQuestion,
  UndoDescription,
} from './editapi.js';
import { keepType } from './editkeep.js';
import { literalOf, metadataTexts, metadataWith, plainValue } from './edittext.js';
import { sizeOf } from './results.js';
import { typeText } from './typetext.js';
import { reprText, valueText } from './views/format.js';

/** Characters of a value in a question, in the audit. */
const SHOWN = 200;
const READ_OUT = 60;
/** Datasets that a question names with their values. */
const OTHERS = 3;
/** Bytes of a value that a server takes in one call: SiPyCo's 4 MiB line, less base64. */
const SENT_BYTES = 3_000_000;
const NAME_CHARACTERS = 1000;
/** Bytes of a deleted group that are kept for its undo. */
const KEPT_BYTES = 30_000_000;

/** One dataset: `(persist, value, metadata)`. */
export type Dataset = {
  readonly value: PyValue;
  readonly persist: boolean;
  /** Null up to ARTIQ 7. */
  readonly metadata: PyDict | null;
  readonly display: Display;
};

/** What an edit sends, in this order. */
export type Step =
  | { readonly type: 'set'; readonly key: string; readonly dataset: Dataset }
  | { readonly type: 'delete'; readonly key: string };

/** How to take an edit back. */
export type Undo = {
  readonly type: UndoDescription['type'];
  readonly key: string;
  readonly to: string;
  readonly before: Dataset | null;
  readonly after: Dataset | null;
  /** `delete group`: those that can be brought back. */
  readonly group: readonly Named[];
};

/** A dataset under its name. */
export type Named = { readonly key: string; readonly dataset: Dataset };

export type Plan = EditCheck & {
  readonly steps: readonly Step[];
  /** Null: it cannot be taken back. */
  readonly undo: Undo | null;
};

/** What an edit is planned against. */
export type Ground = {
  readonly now: (key: string) => Dataset | null;
  /** Names of the datasets below a dotted name, sorted. */
  readonly namesIn: (group: string) => readonly string[];
  /** What the person was shown of the dataset that is open; null where none is. */
  readonly shown: { readonly key: string; readonly dataset: Dataset } | null;
  readonly undo: Undo | null;
  readonly canDelete: boolean;
};

const NOTHING = { problems: [], pyType: '', becomes: null, questions: [], steps: [], undo: null };

/** A copy that stays as it is. */
export function copyOf(dataset: Dataset): Dataset {
  const copy = <T extends PyValue>(value: T) => fromClone(toClone(value).value) as T;
  return { ...dataset, value: copy(dataset.value), metadata: copy(dataset.metadata) };
}

export function sameDataset(a: Dataset | null, b: Dataset | null): boolean {
  if (a === null || b === null) {
    return a === b;
  }
  return a.persist === b.persist && pyExact(a.value, b.value) && pyExact(a.metadata, b.metadata);
}

/** May its value be copied with every change, compared, and set again? */
export function isSendable({ value }: Dataset): boolean {
  return sizeOf(value) <= SENT_BYTES;
}

export function stateOf(key: string, dataset: Dataset, isPresent: boolean): DatasetState {
  const { value, display, persist, metadata } = dataset;
  const shown = valueText(value, display, { limit: READ_OUT, readOut: true });
  return {
    key,
    isPresent,
    pyType: typeText(value),
    text: shortText(dataset),
    shown: display.unit === undefined ? shown : `${shown} ${display.unit}`,
    ...literalOf(value),
    persist,
    metadata: metadataTexts(metadata),
  };
}

export function shortText(dataset: Dataset | null): string {
  return dataset === null ? '' : reprText(dataset.value, SHOWN);
}

export function planOf(edit: Edit, ground: Ground): Plan {
  switch (edit.type) {
    case 'set':
    case 'new':
      return setPlan(edit, ground);
    case 'delete':
      return deletePlan(edit.key, ground);
    case 'delete group':
      return deleteGroupPlan(edit.group, ground);
    case 'rename':
      return renamePlan(edit.key, edit.to, ground);
    case 'undo':
      return undoPlan(ground);
  }
}

type SetEdit = Extract<Edit, { readonly type: 'set' | 'new' }>;

function setPlan({ type, key, value: text, persist, metadata: typed }: SetEdit, ground: Ground) {
  const problems: EditProblem[] = type === 'new' ? nameProblems(key, ground) : [];
  const now = type === 'new' ? null : ground.now(key);
  const shown = ground.shown?.key === key && type === 'set' ? ground.shown : null;
  const old = now ?? shown?.dataset ?? null;
  if (type === 'set' && old === null) {
    problems.push(missing(key));
  }
  const questions: EditQuestion[] = [];
  // Of a value that stays, another one is no news.
  const seen = (dataset: Dataset) => (text === null ? { ...dataset, value: null } : dataset);
  if (shown !== null && now === null) {
    questions.push({ kind: 'gone', id: 'gone' });
  } else if (shown !== null && now !== null && !sameDataset(seen(shown.dataset), seen(now))) {
    questions.push(changedTo(now));
  }
  const read = text === null ? null : readValue(text, old, problems);
  const value = read === null ? (old?.value ?? null) : read.value;
  for (const { where, from, to } of read?.changes.slice(0, 1) ?? []) {
    questions.push({ kind: 'type', id: `type ${where} ${from} ${to}`, where, from, to });
  }
  const before = old?.metadata ?? null;
  const metadata = typed === null ? before : metadataWith(before, typed, problems);
  if (problems.length > 0) {
    return { ...NOTHING, problems };
  }
  const dataset: Dataset = { value, persist, metadata, display: {} };
  return {
    problems,
    pyType: typeText(value),
    becomes: read === null || pyExact(plainValue(value), read.typed) ? null : plainText(value),
    questions,
    steps: [{ type: 'set', key, dataset }],
    undo:
      now === null && !ground.canDelete
        ? null
        : {
            type: now === null ? 'new' : 'set',
            key,
            to: '',
            before: now === null ? null : copyOf(now),
            after: copyOf(dataset),
            group: [],
          },
  } satisfies Plan;
}

function deletePlan(key: string, ground: Ground): Plan {
  const now = ground.now(key);
  if (now === null) {
    return { ...NOTHING, problems: [missing(key)] };
  }
  const isFinal = !isSendable(now);
  return {
    ...NOTHING,
    questions: isFinal ? [{ kind: 'final', id: 'final' }] : [],
    steps: [{ type: 'delete', key }],
    undo: isFinal
      ? null
      : { type: 'delete', key, to: '', before: copyOf(now), after: null, group: [] },
  };
}

function deleteGroupPlan(group: string, { now, namesIn, canDelete }: Ground): Plan {
  const names = namesIn(group);
  if (names.length === 0) {
    const message = `there is no dataset below ${quoted(group)}`;
    return { ...NOTHING, problems: [problem('key', message, group)] };
  }
  if (!canDelete) {
    const message = 'the server has no delete, so nothing can be deleted';
    return { ...NOTHING, problems: [problem('key', message, group)] };
  }
  const kept: Named[] = [];
  const final: string[] = [];
  let left = KEPT_BYTES;
  for (const key of names) {
    const dataset = now(key);
    const bytes = dataset === null ? Number.POSITIVE_INFINITY : sizeOf(dataset.value);
    if (dataset === null || bytes > Math.min(SENT_BYTES, left)) {
      final.push(key);
    } else {
      left -= bytes;
      kept.push({ key, dataset: copyOf(dataset) });
    }
  }
  return {
    ...NOTHING,
    // Whatever comes into the group or goes is asked anew: a person agrees to names, not to a rule.
    questions: [{ kind: 'group', id: JSON.stringify([names, final]), names, final }],
    steps: names.map(key => ({ type: 'delete', key })),
    undo:
      kept.length === 0
        ? null
        : { type: 'delete group', key: group, to: '', before: null, after: null, group: kept },
  };
}

function renamePlan(key: string, to: string, ground: Ground): Plan {
  const now = ground.now(key);
  const problems = nameProblems(to, ground);
  if (now === null) {
    problems.push(missing(key));
  }
  if (!ground.canDelete) {
    problems.push(problem('key', 'the server has no delete, so nothing can be renamed', to));
  }
  if (now === null || problems.length > 0) {
    return { ...NOTHING, problems };
  }
  const dataset = copyOf(now);
  return {
    ...NOTHING,
    steps: [
      { type: 'set', key: to, dataset },
      { type: 'delete', key },
    ],
    undo: { type: 'rename', key, to, before: dataset, after: dataset, group: [] },
  };
}

function undoPlan({ now, undo, canDelete }: Ground): Plan {
  if (undo === null) {
    return { ...NOTHING, problems: [problem('key', 'there is nothing to undo', '')] };
  }
  const { type, key, to, before, after } = undo;
  if (type === 'delete group') {
    return undoGroupPlan(undo.group, now);
  }
  const there = type === 'rename' ? to : key;
  const current = now(there);
  const questions: EditQuestion[] = [];
  // The notifier may not have told of the edit yet: what was there before is no news either.
  const known = type === 'rename' ? [after, null] : [after, before];
  if (!known.some(dataset => sameDataset(dataset, current))) {
    questions.push(current === null ? { kind: 'gone', id: 'gone' } : changedTo(current));
  }
  const old = type === 'rename' ? now(key) : null;
  if (old !== null && !sameDataset(old, before)) {
    questions.push(changedTo(old));
  }
  const steps: Step[] = before === null ? [] : [{ type: 'set', key, dataset: before }];
  if (canDelete && current !== null && (type === 'new' || type === 'rename')) {
    steps.push({ type: 'delete', key: there });
  }
  return { ...NOTHING, questions, steps };
}

// What was left there, or not told as deleted yet, is set to what it is: that changes nothing.
function undoGroupPlan(group: readonly Named[], now: Ground['now']): Plan {
  const others = group.flatMap(({ key, dataset }) => {
    const current = now(key);
    return current === null || sameDataset(current, dataset) ? [] : [{ key, current }];
  });
  const shown = others.slice(0, OTHERS).map(({ key, current }) => `${key} = ${shortText(current)}`);
  const more = others.length > OTHERS ? [`… ${others.length - OTHERS} more`] : [];
  const id = JSON.stringify(others.map(({ key, current }) => [key, typeText(current.value)]));
  return {
    ...NOTHING,
    questions:
      others.length === 0 ? [] : [{ kind: 'changed', id, now: [...shown, ...more].join(', ') }],
    steps: group.map(({ key, dataset }) => ({ type: 'set', key, dataset })),
  };
}

// ---- Parts ----------------------------------------------------------------------------------------

function readValue(text: string, old: Dataset | null, problems: EditProblem[]) {
  try {
    const typed = decode(text, { version: 1 });
    const kept = old === null ? { value: typed, changes: [] } : keepType(typed, old.value);
    return { ...kept, typed };
  } catch (error) {
    if (!isLabwireError(error)) {
      throw error;
    }
    problems.push({ field: 'value', fault: toFault(error) });
    return null;
  }
}

function plainText(value: PyValue): string {
  return reprText(plainValue(value), SHOWN);
}

// Asked once, and once more for another type: what changes ten times a second can be set all the same.
function changedTo(now: Dataset): EditQuestion {
  return { kind: 'changed', id: `changed ${typeText(now.value)}`, now: shortText(now) };
}

function missing(key: string): EditProblem {
  return problem('key', `there is no dataset ${quoted(key)}`, key);
}

function nameProblems(name: string, ground: Ground): EditProblem[] {
  if (name.trim() === '') {
    return [problem('key', 'a name is missing', name)];
  }
  if (/[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/u.test(name) || name.length > NAME_CHARACTERS) {
    const expected = `a name is printable text of at most ${NAME_CHARACTERS} characters`;
    return [problem('key', expected, name)];
  }
  return ground.now(name) === null
    ? []
    : [problem('key', `there is a dataset ${quoted(name)} already`, name)];
}

function problem(field: EditField, message: string, found: string): EditProblem {
  const facts = { position: 0, expected: 'another name', found: found.slice(0, SHOWN) };
  return { field, fault: toFault(new ParseError(message, facts)) };
}

function quoted(name: string): string {
  return JSON.stringify(name.length > SHOWN ? `${name.slice(0, SHOWN)}…` : name);
}
