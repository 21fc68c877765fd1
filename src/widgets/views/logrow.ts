// One row of a log, used again for whichever record comes into sight.

import type { TranslationBundle } from '@jupyterlab/translation';
import { formatIso, type LogLevel, type LogRow } from '../../models/index.js';
import { element, setText } from '../element.js';

export const ROW_HEIGHT = 20; // CSS px, as style/log.css has it
const COLUMNS = ['time', 'level', 'source', 'name', 'message'] as const;

/** A shape for each level, so that none is told by its colour alone. */
export const LEVEL_SHAPES: { readonly [level in LogLevel]: string } = {
  CRITICAL: '■',
  ERROR: '✕',
  WARNING: '▲',
  INFO: '●',
  DEBUG: '◇',
  TRACE: '·',
};

/** What stands above the rows. */
export function logHeader(trans: TranslationBundle): HTMLElement {
  const headings = [
    trans.__('Time'),
    trans.__('Level'),
    trans.__('Source'),
    trans.__('Name'),
    trans.__('Message'),
  ];
  return element('div', {
    className: 'jp-LogView-row jp-LogView-header',
    attributes: { role: 'row', 'aria-rowindex': '1' },
    children: headings.map((text, index) =>
      element('span', {
        className: `jp-LogView-${COLUMNS[index]}`,
        text,
        attributes: { role: 'columnheader' },
      }),
    ),
  });
}

let rowIds = 0;

export class LogRowNode {
  constructor(trans: TranslationBundle) {
    this._trans = trans;
    rowIds += 1;
    const cell = (name: string) =>
      element('span', { className: `jp-LogView-${name}`, attributes: { role: 'gridcell' } });
    this._time = cell('time');
    this._shape = element('span', {
      className: 'jp-LogView-shape',
      attributes: { 'aria-hidden': 'true' },
    });
    this._word = element('span', { className: 'jp-LogView-word' });
    this._level = cell('level');
    this._level.append(this._shape, this._word);
    this._source = cell('source');
    this._name = cell('name');
    this._text = element('span', { className: 'jp-LogView-text' });
    this._more = element('span', { className: 'jp-LogView-more' });
    this._message = cell('message');
    this._message.append(this._text, this._more);
    this.node = element('div', {
      className: 'jp-LogView-row',
      attributes: { role: 'row', id: `labwire-log-row-${rowIds}` },
      children: [this._time, this._level, this._source, this._name, this._message],
    });
  }

  readonly node: HTMLElement;

  get row(): LogRow | null {
    return this._row;
  }

  /** As the frames number it. */
  get number(): number {
    return this._number;
  }

  /**
   * @param index - among the rows that are left: where it stands.
   * @param columns - characters that the message has room for.
   */
  draw(row: LogRow, number: number, index: number, isSelected: boolean, columns: number): void {
    const { node } = this;
    this._number = number;
    node.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
    node.setAttribute('aria-rowindex', String(index + 2));
    node.setAttribute('aria-selected', String(isSelected));
    node.classList.toggle('jp-mod-selected', isSelected);
    if (this._row !== null && isSameRow(this._row, row)) {
      return;
    }
    this._row = row;
    const isFirst = row.line === 0;
    node.dataset.level = (row.severity ?? '').toLowerCase();
    node.classList.toggle('jp-mod-more', !isFirst);
    const iso = isFirst ? formatIso(row.timeNs) : '';
    setText(this._time, isFirst ? timeText(iso) : '');
    this._time.title = isFirst ? `${iso} ${zoneName()}` : '';
    setText(this._shape, isFirst && row.severity !== null ? LEVEL_SHAPES[row.severity] : '');
    setText(this._word, isFirst ? row.level : '');
    setText(this._source, isFirst ? row.source : '');
    this._source.title = row.source;
    setText(this._name, isFirst ? row.name : '');
    this._name.title = row.name;
    setText(this._text, row.text);
    this._message.title = row.text;
    const canFold = isFirst && row.lineCount > 1;
    node.classList.toggle('jp-mod-foldable', canFold);
    node.classList.toggle('jp-mod-folded', canFold && !row.isUnfolded);
    if (canFold) {
      node.setAttribute('aria-expanded', String(row.isUnfolded));
    } else {
      node.removeAttribute('aria-expanded');
    }
    // Of a line that is too long itself the dots tell, and the room is wanted.
    const fits = row.text.length <= columns;
    const hidden = canFold && !row.isUnfolded && fits ? row.lineCount - 1 : 0;
    setText(this._more, hidden > 0 ? this._trans._n('+%1 line', '+%1 lines', hidden) : '');
  }

  private readonly _trans: TranslationBundle;
  private readonly _time: HTMLElement;
  private readonly _level: HTMLElement;
  private readonly _shape: HTMLElement;
  private readonly _word: HTMLElement;
  private readonly _source: HTMLElement;
  private readonly _name: HTMLElement;
  private readonly _message: HTMLElement;
  private readonly _text: HTMLElement;
  private readonly _more: HTMLElement;
  private _row: LogRow | null = null;
  private _number = -1;
}

function isSameRow(a: LogRow, b: LogRow): boolean {
  return (
    a.id === b.id &&
    a.timeNs === b.timeNs &&
    a.line === b.line &&
    a.lineCount === b.lineCount &&
    a.isUnfolded === b.isUnfolded &&
    a.text === b.text
  );
}

/** `14:02:11.123` of `2026-11-21T14:02:11.123+01:00`: the day is in the tooltip. */
export function timeText(iso: string): string {
  return iso.slice(11, 23);
}

let zone: string | null = null;

function zoneName(): string {
  zone ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone;
}
