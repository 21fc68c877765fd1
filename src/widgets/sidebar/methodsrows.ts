// The rows of the method browser: what is unfolded, and what the filter leaves.

import type { TranslationBundle } from '@jupyterlab/translation';
import {
  foundMethods,
  type MethodDescription,
  type ServerEntry,
  type TargetEntry,
} from '../../models/index.js';
import type { Fault } from '../../values/index.js';

export type MethodRow = {
  /** Stays the same while the row is about the same thing. */
  readonly key: string;
  readonly level: number;
  /** What a click does. `note`: nothing; `again`: asks once more. */
  readonly kind: 'target' | 'group' | 'method' | 'note' | 'again';
  /** Null where nothing can be unfolded. */
  readonly expanded: boolean | null;
  readonly name: string;
  /** Muted, beside the name. */
  readonly aside: string;
  /** Muted, below; empty: nothing. */
  readonly below: string;
  readonly title: string;
  /** Of a server (`again`) or a target. */
  readonly address: string;
  readonly method: MethodDescription | null;
};

/** The how-manieth of the rows below the same one, from 1, and how many these are. */
export type Sibling = { readonly position: number; readonly count: number };

export type MethodRowsOptions = {
  readonly servers: readonly ServerEntry[];
  readonly filter: string;
  /** Keys of targets and groups that a person has unfolded. */
  readonly expanded: ReadonlySet<string>;
  /** Key of the method whose form is open. */
  readonly chosen: string | null;
  readonly trans: TranslationBundle;
};

export function methodKey(address: string, name: string): string {
  return `method ${address} ${name}`;
}

export function methodRows(options: MethodRowsOptions): readonly MethodRow[] {
  return listedOnce(options.servers).flatMap(server => serverRows(server, options));
}

/** A target that stands in the list by itself is not shown below its server a second time. */
function listedOnce(servers: readonly ServerEntry[]): readonly ServerEntry[] {
  const isItself = (server: ServerEntry, { address }: TargetEntry) => address === server.address;
  const alone = new Set(
    servers.filter(server => server.targets.some(target => isItself(server, target))),
  );
  const addresses = new Set(Array.from(alone, ({ address }) => address));
  return servers.flatMap(server => {
    const targets = server.targets.filter(
      target => alone.has(server) || !addresses.has(target.address),
    );
    return targets.length === 0 && server.targets.length > 0 ? [] : [{ ...server, targets }];
  });
}

/** Of each row: a screen reader tells them, and only few rows are in the page. */
export function siblingsOf(rows: readonly { readonly level: number }[]): readonly Sibling[] {
  const positions: number[] = [];
  const counts: number[] = []; // of rows below the same one, counted from the end
  const after: number[] = []; // per level, since the last row of a level above
  const before: number[] = [];
  for (const [index, { level }] of rows.entries()) {
    before.length = level + 1;
    before[level] = (before[level] ?? 0) + 1;
    positions[index] = before[level];
  }
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const { level } = rows[index]!;
    after.length = level + 1;
    after[level] ??= positions[index]!; // the last one's position is their number
    counts[index] = after[level];
  }
  return rows.map((_, index) => ({ position: positions[index]!, count: counts[index]! }));
}

function serverRows(server: ServerEntry, options: MethodRowsOptions): readonly MethodRow[] {
  const { trans, filter } = options;
  const { name, address, state, fault, targets } = server;
  if (state === 'failed') {
    return [faultRow(`server ${address}`, 1, name, address, fault, trans)];
  }
  if (state === 'waiting') {
    return []; // soon: those that are asked are shown
  }
  if (targets.length === 0 && filter === '') {
    const text =
      state === 'known' ? trans.__('no targets') : trans.__('asking what can be called…');
    return [row({ key: `server ${address}`, kind: 'note', name, aside: text, address })];
  }
  return targets.flatMap(target => targetRows(target, options));
}

function targetRows(target: TargetEntry, options: MethodRowsOptions): readonly MethodRow[] {
  const { filter, expanded, trans } = options;
  const { address, state, description, fault } = target;
  const methods = foundMethods(target, filter);
  const isSearched = filter.trim() !== '';
  const isWaiting = state === 'waiting' || state === 'reading';
  if (isSearched && methods.length === 0) {
    return isWaiting ? [waitingRow(target, 1, trans)] : [];
  }
  const key = `target ${address}`;
  const isOpen = isSearched || expanded.has(key);
  const head = row({
    key,
    kind: 'target',
    expanded: isOpen,
    name: `${target.server} › ${target.name}`,
    aside: description?.fault == null ? '' : trans.__('names only'),
    title: [address, description?.docstring?.trim() ?? ''].filter(text => text !== '').join('\n\n'),
    address,
  });
  if (!isOpen) {
    return [head];
  }
  if (isWaiting) {
    return [head, waitingRow(target, 2, trans)];
  }
  if (state === 'failed') {
    return [head, faultRow(`fault ${address}`, 2, trans.__('no answer'), address, fault, trans)];
  }
  const ordinary = methods.filter(({ isLifeCycle }) => !isLifeCycle);
  const lifeCycle = methods.filter(({ isLifeCycle }) => isLifeCycle);
  return [
    head,
    ...namesOnlyRows(target, trans),
    ...ordinary.map(method => methodRow(method, target, 2, options)),
    ...lifeCycleRows(lifeCycle, target, isSearched, options),
    ...(methods.length === 0 ? [noteRow(target, trans.__('no methods'))] : []),
  ];
}

function lifeCycleRows(
  methods: readonly MethodDescription[],
  target: TargetEntry,
  isSearched: boolean,
  options: MethodRowsOptions,
): readonly MethodRow[] {
  if (methods.length === 0) {
    return [];
  }
  const { trans, expanded } = options;
  const key = `life ${target.address}`;
  const isOpen = isSearched || expanded.has(key);
  const head = row({
    key,
    kind: 'group',
    level: 2,
    expanded: isOpen,
    name: trans.__('life cycle (%1)', String(methods.length)),
    title: trans.__('May start or end what others use: each call is confirmed'),
    address: target.address,
  });
  return [head, ...(isOpen ? methods.map(each => methodRow(each, target, 3, options)) : [])];
}

// Made once for all lists that it stands in: whoever draws it sees that it is the same.
function methodRow(
  method: MethodDescription,
  target: TargetEntry,
  level: number,
  { chosen }: MethodRowsOptions,
): MethodRow {
  let made = METHOD_ROWS.get(target);
  if (made === undefined) {
    made = new Map();
    METHOD_ROWS.set(target, made);
  }
  let row = made.get(method);
  if (row === undefined) {
    row = plainRow(method, target, level);
    made.set(method, row);
  }
  return row.key === chosen ? { ...row, below: firstParagraph(method) } : row;
}

const METHOD_ROWS = new WeakMap<TargetEntry, Map<MethodDescription, MethodRow>>();

function plainRow(method: MethodDescription, target: TargetEntry, level: number): MethodRow {
  const title = [`${method.name}${method.signature ?? ''}`, method.docstring?.trim() ?? ''];
  return row({
    key: methodKey(target.address, method.name),
    kind: 'method',
    level,
    name: method.name,
    aside: method.signature ?? '',
    title: title.filter(text => text !== '').join('\n\n'),
    address: target.address,
    method,
  });
}

function firstParagraph({ docstring }: MethodDescription): string {
  return (docstring?.trim().split(/\n\s*\n/)[0] ?? '').replace(/\s+/g, ' ');
}

function namesOnlyRows(target: TargetEntry, trans: TranslationBundle): readonly MethodRow[] {
  const fault = target.description?.fault ?? null;
  return fault === null
    ? []
    : [noteRow(target, trans.__('The server’s list of methods fails: %1', fault.message))];
}

function noteRow({ address }: TargetEntry, below: string): MethodRow {
  return row({ key: `note ${address}`, kind: 'note', level: 2, below, address });
}

function waitingRow(target: TargetEntry, level: number, trans: TranslationBundle): MethodRow {
  const name = level === 1 ? `${target.server} › ${target.name}` : '';
  const aside = trans.__('asking for its methods…');
  return row({
    key: `waiting ${target.address}`,
    kind: 'note',
    level,
    name,
    aside,
    address: target.address,
  });
}

function faultRow(
  key: string,
  level: number,
  name: string,
  address: string,
  fault: Fault | null,
  trans: TranslationBundle,
): MethodRow {
  const hint = fault?.hint === undefined ? '' : ` ${trans.__('Try:')} ${fault.hint}`;
  return row({
    key,
    kind: 'again',
    level,
    name: `✕ ${name}`,
    aside: trans.__('ask again'),
    below: `${fault?.message ?? ''}.${hint}`,
    title: address,
    address,
  });
}

function row(given: Pick<MethodRow, 'key' | 'kind' | 'address'> & Partial<MethodRow>): MethodRow {
  return {
    level: 1,
    expanded: null,
    name: '',
    aside: '',
    below: '',
    title: '',
    method: null,
    ...given,
  };
}
