// A title with the values of datasets in it.
//
// The template is a Python format string; each of its fields is the name of a source with the role
// `title`. What cannot be written says so in the title's place, and nothing is thrown: a picture is
// worth more than its title.

import { PythonError, type PyValue } from '../../values/index.js';
import type { SourceEvent } from '../sources/source.js';
import { formatValue, type Piece, parseTemplate } from './titleformat.js';

const LONGEST = 300; // characters: more than any line shows
const NOT_YET = '…'; // in the place of a value that has not come, or is gone

export class Title {
  /** The title now, as a person reads it. */
  text = '';
  private readonly _template: string;
  private readonly _names: ReadonlySet<string>;
  private readonly _values = new Map<string, PyValue>();
  private _pieces: readonly Piece[] = [];
  private _mistake: string | null = null;

  /** @param names - of the sources that there are. */
  constructor(template: string, names: readonly string[]) {
    this._template = template;
    this._names = new Set(names);
    try {
      this._pieces = parseTemplate(template);
    } catch (error) {
      this._mistake = messageOf(error);
    }
    this._write();
  }

  /** @returns whether the text is another one now. */
  take(name: string, event: SourceEvent): boolean {
    if (event.type === 'reading') {
      this._values.set(name, event.reading.value);
    } else if (
      event.type === 'gone' ||
      (event.type === 'status' && event.status.state === 'missing')
    ) {
      this._values.delete(name);
    } else {
      return false;
    }
    const before = this.text;
    this._write();
    return this.text !== before;
  }

  private _write(): void {
    let mistake = this._mistake;
    const parts = this._pieces.map(piece => {
      try {
        return typeof piece === 'string' ? piece : this._valueText(piece);
      } catch (error) {
        mistake ??= messageOf(error);
        return '';
      }
    });
    const text = mistake === null ? parts.join('') : `${this._template} (${mistake})`;
    this.text = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  }

  private _valueText(piece: Exclude<Piece, string>): string {
    const { name } = piece;
    if (!this._names.has(name)) {
      throw new PythonError('KeyError', `no source is called "${name}"`);
    }
    const value = this._values.get(name);
    return value === undefined ? NOT_YET : formatValue(value, piece);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
