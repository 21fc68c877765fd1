// What a person has typed of an edit, and the edit that it stands for.

import type { DatasetState, Edit, MetadataTexts } from '../hub/api.js';

export type DraftKind = 'set' | 'new' | 'delete' | 'delete group' | 'rename' | 'undo';

/** One edit that is being typed. */
export type Draft = {
  readonly kind: DraftKind;
  /** The dataset's name, or the group's; that of a new one as it is typed. */
  readonly key: string;
  /** `rename`: the new name. */
  readonly to: string;
  /** A Python literal. */
  readonly value: string;
  readonly persist: boolean;
  readonly metadata: MetadataTexts;
  /** As it was when it was opened; null for what is new, for a group, and for `undo`. */
  readonly shown: DatasetState | null;
};

export const NO_METADATA: MetadataTexts = { unit: '', scale: '', precision: '' };

const EMPTY: Draft = {
  kind: 'new',
  key: '',
  to: '',
  value: '',
  persist: false,
  metadata: NO_METADATA,
  shown: null,
};

/** Nothing of it is typed, so what is asked stands there from the start. */
export function isDecision(kind: DraftKind): boolean {
  return kind === 'delete' || kind === 'delete group' || kind === 'undo';
}

/** @param shown - the dataset that is edited, deleted, renamed. @param group - that is deleted. */
export function draftOf(kind: DraftKind, shown: DatasetState | null, group = ''): Draft {
  return shown === null
    ? { ...EMPTY, kind, key: group }
    : {
        kind,
        key: shown.key,
        to: kind === 'rename' ? shown.key : '',
        value: shown.literal ?? '',
        persist: shown.persist,
        metadata: shown.metadata,
        shown,
      };
}

/** @param hasMetadata - the server takes them. */
export function editOf(draft: Draft, hasMetadata: boolean): Edit {
  const { kind, key, to, value, persist, metadata, shown } = draft;
  switch (kind) {
    case 'set':
    case 'new':
      return {
        type: kind,
        key,
        // A value that cannot be typed stays as it is; any other is sent as it stands in the field.
        value: shown !== null && shown.literal === null ? null : value,
        persist,
        metadata: hasMetadata ? metadata : null,
      };
    case 'delete':
      return { type: 'delete', key };
    case 'delete group':
      return { type: 'delete group', group: key };
    case 'rename':
      return { type: 'rename', key, to };
    case 'undo':
      return { type: 'undo' };
  }
}
