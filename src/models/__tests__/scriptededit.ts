// Editing datasets, played by hand: what was asked is noted, what is answered a test says.

import type {
  DatabaseDescription,
  DatasetState,
  Edit,
  EditCheck,
  EditOutcome,
  EditorState,
  IEditHub,
} from '../../hub/api.js';
import { ScriptedRemoteHub } from './scriptedremote.js';

export const DATASET: DatasetState = {
  key: 'a.f',
  isPresent: true,
  pyType: 'float',
  text: '0.08',
  shown: '80.0 ms',
  literal: '0.08',
  refusal: null,
  persist: true,
  metadata: { unit: 'ms', scale: '0.001', precision: '1' },
};

export const CHECK: EditCheck = { problems: [], pyType: 'float', becomes: null, questions: [] };

const ARMED: EditorState = {
  revision: 1,
  isArmed: true,
  ended: null,
  leftMs: 600_000,
  undo: null,
  sending: null,
  dataset: null,
};

export class ScriptedEditHub extends ScriptedRemoteHub implements IEditHub {
  readonly editCalls: string[] = [];
  /** Thrown by whatever is asked next and later. */
  editRefusal: unknown = null;
  metadata: DatabaseDescription['metadata'] = 'yes';
  check = CHECK;
  /** What `applyEdit` answers, in turn; then `done`. */
  outcomes: EditOutcome[] = [];
  state = ARMED;
  dataset = DATASET;
  private _waiting: (() => void) | null = null;

  /** The state changes, and whoever waits is told. */
  tell(change: Partial<EditorState>): void {
    this.state = { ...this.state, ...change, revision: this.state.revision + 1 };
    this._waiting?.();
  }

  async describeDatabase(address: string): Promise<DatabaseDescription> {
    this._edit(`describe ${address}`);
    return { address, endpoint: 'lab:3251', canDelete: true, metadata: this.metadata };
  }

  async armEditor(datasets: string, database: string): Promise<number> {
    this._edit(`arm ${datasets} ${database}`);
    return 7;
  }

  async disarmEditor(editorId: number): Promise<void> {
    this._edit(`disarm ${editorId}`);
  }

  async watchEditor(_editorId: number, revision: number): Promise<EditorState> {
    this._waiting?.();
    if (revision === this.state.revision) {
      await new Promise<void>(resolve => {
        this._waiting = resolve;
      });
    }
    return this.state;
  }

  async openDataset(_editorId: number, address: string | null): Promise<DatasetState | null> {
    this._edit(`open ${address}`);
    return address === null ? null : this.dataset;
  }

  async checkEdit(_editorId: number, edit: Edit): Promise<EditCheck> {
    this._edit(`check ${edit.type}${'value' in edit ? ` ${edit.value}` : ''}`);
    return this.check;
  }

  async applyEdit(_editorId: number, edit: Edit, agreed: readonly string[]): Promise<EditOutcome> {
    this._edit(['apply', edit.type, ...agreed].join(' '));
    return this.outcomes.shift() ?? { type: 'done' };
  }

  private _edit(line: string): void {
    this.editCalls.push(line);
    if (this.editRefusal !== null) {
      throw this.editRefusal;
    }
  }
}
