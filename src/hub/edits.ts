// What the page asks about editing datasets: who takes edits, and the views that are armed.

import type { AuditEntry } from '../transports/index.js';
import {
  type Address,
  ClosedError,
  formatAddress,
  formatEndpoint,
  LimitError,
  parseAddress,
  UnsupportedError,
} from '../values/index.js';
import type { IClock } from '../wire/index.js';
import type {
  DatabaseDescription,
  DatasetState,
  Edit,
  EditCheck,
  EditOutcome,
  EditorState,
} from './editapi.js';
import { Editor } from './editor.js';
import type { Undo } from './editplan.js';
import type { TargetDescription } from './remoteapi.js';
import type { Sources } from './sources.js';

export type EditsOptions = {
  readonly clock: IClock;
  readonly sources: Sources;
  readonly describe: (address: string) => Promise<TargetDescription>;
  readonly audit: (entry: AuditEntry, address: Address) => void;
  /** @throws {PolicyError} a person has marked the endpoint read-only. */
  readonly guard: (address: Address) => void;
};

/** Armed views of one tab; a person has an eye on few. */
const EDITORS = 50;

export class Edits {
  private readonly _options: EditsOptions;
  private readonly _editors = new Map<number, Editor>();
  /** The last edit, by what was edited through what. */
  private readonly _undos = new Map<string, { last: Undo | null }>();
  private _lastId = 0;

  constructor(options: EditsOptions) {
    this._options = options;
  }

  /** @throws {UnsupportedError} it has no `set` that takes a key and a value; or why it cannot be asked. */
  async describe(address: string): Promise<DatabaseDescription> {
    const target = await this._options.describe(address);
    const method = (wanted: string) => target.methods.find(({ name }) => name === wanted);
    const set = method('set');
    if (set === undefined) {
      const names = target.methods.map(({ name }) => name).join(', ');
      throw new UnsupportedError(
        `${target.address} has no method set, so no dataset can be edited through it`,
        { feature: 'edit' },
        { hint: `Name the target that has one, such as /dataset_db. This one has ${names}.` },
      );
    }
    const parameters = set.parameters;
    return {
      address: target.address,
      endpoint: formatEndpoint(parseAddress(target.address)),
      canDelete: method('delete') !== undefined,
      metadata:
        parameters === null
          ? 'unknown'
          : parameters.some(({ name, kind }) => name === 'metadata' || kind === 'varkw')
            ? 'yes'
            : 'no',
    };
  }

  async arm(datasets: string, address: string): Promise<number> {
    const { clock, sources, audit, guard } = this._options;
    const notifier: Address = { ...parseAddress(datasets), fragment: null };
    if (notifier.scheme !== 'sipyco+sync') {
      throw new UnsupportedError(`${formatAddress(notifier)} has no datasets`, {
        feature: 'edit',
      });
    }
    const check = () => {
      guard(notifier);
      guard(parseAddress(address));
    };
    check();
    const database = await this.describe(address);
    for (const [id, editor] of this._editors) {
      if (!editor.isArmed) {
        this._editors.delete(id);
      }
    }
    if (this._editors.size >= EDITORS) {
      throw new LimitError(
        `${EDITORS} views are armed, which is as many as one tab may have`,
        { limit: 'editors', value: EDITORS + 1, maximum: EDITORS, unit: 'views' },
        { hint: 'Disarm those that are not used.' },
      );
    }
    const place = `${formatAddress(notifier)} ${database.address}`;
    const undo = this._undos.get(place) ?? { last: null };
    this._undos.set(place, undo);
    const editor = new Editor({
      clock,
      sources,
      datasets: notifier,
      database,
      audit,
      undo,
      guard: check,
    });
    this._lastId += 1;
    this._editors.set(this._lastId, editor);
    return this._lastId;
  }

  disarm(editorId: number): void {
    this._editors.get(editorId)?.end('left');
    this._editors.delete(editorId);
  }

  state(editorId: number, revision: number): Promise<EditorState> {
    return this._editor(editorId).state(revision);
  }

  open(editorId: number, address: string | null): DatasetState | null {
    return this._editor(editorId).open(address === null ? null : parseAddress(address));
  }

  check(editorId: number, edit: Edit): EditCheck {
    return this._editor(editorId).check(edit);
  }

  apply(editorId: number, edit: Edit, agreed: readonly string[]): Promise<EditOutcome> {
    return this._editor(editorId).apply(edit, agreed);
  }

  /** The page goes: nothing is armed, and nothing is remembered. */
  close(): void {
    for (const editorId of [...this._editors.keys()]) {
      this.disarm(editorId);
    }
    this._undos.clear();
  }

  private _editor(editorId: number): Editor {
    const editor = this._editors.get(editorId);
    if (editor === undefined) {
      throw new ClosedError(`editor ${editorId} is not armed`);
    }
    return editor;
  }
}
