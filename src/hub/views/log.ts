// What is said on a channel or to a log server, line by line: level, source, text.
//
// All of the work for a record is done here, once, when it comes; a frame holds the rows in sight.
// Paused, the records that are there are held and can be looked through while others gather.

import { LOG_LEVELS, levelName } from '../../protocols/sipyco/index.js';
import { UnsupportedError } from '../../values/index.js';
import type {
  LogLevel,
  LogRow,
  LogViewport,
  SourceRole,
  ViewAnswer,
  ViewOptions,
  Viewport,
} from '../api.js';
import type { SourceEvent } from '../sources/source.js';
import type { CsvTable } from './csv.js';
import { COPY_LIMIT } from './format.js';
import { type LogItem, LogRing } from './logring.js';
import { LINE_CHARACTERS, type LogPlace, LogRows } from './logrows.js';
import type { Body, IView, Question } from './view.js';

const FRAME_ROWS = 500; // of one frame, whatever the page asks for
const SOURCE_LIMIT = 200; // sources that a frame names
const SOURCE_CHARACTERS = 200; // of a source that a frame names
const NAMED: readonly number[] = [50, 40, 30, 20, 10]; // below them all is TRACE

export class LogView implements IView {
  readonly kind = 'log';
  readonly display = {};
  private readonly _label: string;
  private _ring: LogRing;
  private readonly _rows = new LogRows();
  /** What goes on while the view is paused. */
  private _live: LogRing | null = null;
  private _log: LogViewport;
  private _filterKey = '';
  private _filterText = '';
  private _first = 0;
  private _count = 1;
  private _sources: readonly string[] = [];
  private _sourceChanges = -1;
  private _isOpen = false;
  private _dirty = true;

  /** @param label - what to call it: the last part of its address. */
  constructor(options: ViewOptions, label: string, ring = new LogRing()) {
    this._label = label;
    this._ring = ring;
    const { level = null, source = null, filter = '' } = options;
    this._log = { level, source, filter, follow: true, around: null, unfolded: [], columns: 0 };
  }

  get dirty(): boolean {
    return this._dirty;
  }

  get type(): string {
    return 'messages';
  }

  input(_role: SourceRole, event: SourceEvent): void {
    this._dirty = true;
    if (event.type === 'status') {
      this._isOpen ||= event.status.state === 'live';
    } else if (event.type === 'messages') {
      const ring = this._live ?? this._ring;
      for (const message of event.messages) {
        const item = ring.push(message);
        if (this._live === null) {
          this._rows.dropBefore(ring.firstId);
          this._rows.add(item);
        }
      }
    }
  }

  /** Hold the records as they are, or show the newest again. */
  setPaused(isPaused: boolean): void {
    if (isPaused !== (this._live !== null)) {
      this._dirty = true;
      if (this._live === null) {
        this._live = this._ring.copy();
      } else {
        this._resume(this._live);
      }
    }
  }

  private _resume(live: LogRing): void {
    const seen = this._ring.nextId;
    this._ring = live;
    this._live = null;
    this._rows.dropBefore(live.firstId);
    for (let id = Math.max(seen, live.firstId); id < live.nextId; id++) {
      this._rows.add(live.at(id));
    }
  }

  setViewport(viewport: Viewport): void {
    this._dirty = true;
    this._log = viewport.log ?? this._log;
    this._first = viewport.firstRow;
    this._count = Math.min(viewport.rowCount, FRAME_ROWS);
    const { level, source, filter, unfolded, columns } = this._log;
    const key = JSON.stringify([level, source, filter, viewport.filter]);
    if (key !== this._filterKey) {
      this._filterKey = key;
      this._filterText = viewport.filter;
      this._filter();
    }
    const ascending = [...unfolded].sort((a, b) => a - b);
    this._rows.setUnfolded(ascending, columns, this._ring);
  }

  private _filter(): void {
    const { level, source, filter } = this._log;
    this._rows.setFilter(
      {
        level: level === null ? null : (LOG_LEVELS.get(level) ?? null),
        source,
        texts: [filter, this._filterText],
      },
      this._ring,
    );
  }

  frame(): Body {
    this._dirty = false;
    const ring = this._ring;
    if (ring.count === 0 && !this._isOpen) {
      return { content: { kind: 'empty', fault: null }, transfer: [] };
    }
    const { follow, around } = this._log;
    const { startRow } = this._rows;
    const rowCount = this._rows.height;
    const aroundRow = around === null ? null : this._rows.rowOf(around);
    const wanted = follow
      ? startRow + rowCount
      : aroundRow === null
        ? this._first
        : aroundRow - (this._count >> 1);
    const firstRow = Math.max(startRow, Math.min(wanted, startRow + rowCount - this._count));
    return {
      content: {
        kind: 'log',
        startRow,
        rowCount,
        firstRow,
        rows: this._format(this._rows.places(firstRow, this._count)),
        aroundRow,
        shownCount: this._rows.count,
        recordCount: ring.count,
        lostCount: ring.lostCount,
        newCount: this._live === null ? 0 : this._live.nextId - ring.nextId,
        sources: this._sourcesOf(ring),
      },
      transfer: [],
    };
  }

  private _sourcesOf(ring: LogRing): readonly string[] {
    if (ring.sourceChanges !== this._sourceChanges) {
      this._sourceChanges = ring.sourceChanges;
      this._sources = [...ring.sources.keys()]
        .filter(source => source !== '' && source.length <= SOURCE_CHARACTERS)
        .sort()
        .slice(0, SOURCE_LIMIT);
    }
    return this._sources;
  }

  private _format(places: readonly LogPlace[]): readonly LogRow[] {
    return places.map(({ id, line }) => this._row(this._ring.at(id), line));
  }

  private _row(item: LogItem, line: number): LogRow {
    const { id, timeNs, level, levelno, source, name, message } = item;
    const isUnfolded = this._rows.isUnfolded(id);
    const text = isUnfolded
      ? (this._rows.lines(item, line, 1)[0] ?? '')
      : message.slice(0, LINE_CHARACTERS).replace(/\n.*/su, '');
    const lineCount = this._rows.lineCount(item);
    const severity = levelno === null ? null : severityOf(levelno);
    return { id, line, lineCount, isUnfolded, timeNs, level, severity, source, name, text };
  }

  ask(query: Question): ViewAnswer {
    if (query.type !== 'records') {
      throw new UnsupportedError(`a log cannot answer "${query.type}"`, { feature: query.type });
    }
    const ids = this._rows.between(query.first, query.last);
    let text = '';
    for (const [count, id] of ids.entries()) {
      const { timeNs, level, source, name, message } = this._ring.at(id);
      const line = [isoOf(timeNs), level, source, name, message].join('\t');
      if (text.length + line.length > COPY_LIMIT) {
        text += `… ${ids.length - count} more records: export them as CSV\n`;
        break;
      }
      text += `${line}\n`;
    }
    return { type: 'text', text };
  }

  /** All records that are kept, whatever the filters say. */
  table(): CsvTable {
    const ring = this._ring;
    const items = Array.from({ length: ring.count }, (_, at) => ring.at(ring.firstId + at));
    return {
      columns: [
        { name: 'time', values: items.map(({ timeNs }) => isoOf(timeNs)) },
        { name: 'level', values: items.map(({ level }) => level) },
        { name: 'source', values: items.map(({ source }) => source) },
        { name: 'name', values: items.map(({ name }) => name) },
        { name: 'message', values: items.map(({ message }) => message) },
      ],
      fileName: `${this._label}.csv`,
    };
  }

  close(): void {
    this._ring = new LogRing();
    this._live = null;
    this._filter();
  }
}

function severityOf(levelno: number): LogLevel {
  return levelName(NAMED.find(named => named <= levelno) ?? 5) as LogLevel;
}

function isoOf(timeNs: bigint): string {
  return new Date(Number(timeNs / 1_000_000n)).toISOString();
}
