// Data as CSV, for every view's export.
//
// RFC 4180: a header line, CRLF, quotes where a comma, quote or line break needs them. Numbers are
// written so that they read back to the same number. A spreadsheet runs text that begins with
// = + - @ as a formula, their wide forms and what trims to them included, and names come from the
// instrument: such text gets an apostrophe in front.

/** A cell: a number is written exactly, text is made harmless, null is an empty cell. */
export type Cell = number | bigint | string | boolean | null;

/** One column. Columns may differ in length: the missing cells are empty. */
export type Column = {
  readonly name: string;
  readonly values: ArrayLike<Cell>;
};

/** All that a view exports; the values belong to whoever asked for it. */
export type CsvTable = { readonly columns: readonly Column[]; readonly fileName: string };

const BLOCK_CHARACTERS = 1 << 16; // encoded at once, so that a large export is never one long string
const PART_CELLS = 1 << 17; // of one part: about 50 ms, in which the worker does nothing else
const PART_BYTES = 4 << 20; // the same for cells of long text

/** @returns UTF-8 without byte order mark, owned by the caller. */
export function csvOf(columns: readonly Column[]): Uint8Array<ArrayBuffer> {
  const sink = new Sink();
  writeHeader(sink, columns);
  const rowCount = rowCountOf(columns);
  for (let row = 0; row < rowCount; row++) {
    writeRow(sink, columns, row);
  }
  return sink.bytes();
}

/** An export that goes out part by part. */
export class CsvExport {
  readonly fileName: string;
  readonly rowCount: number;
  private readonly _columns: readonly Column[];

  constructor({ columns, fileName }: CsvTable) {
    this.fileName = fileName;
    this.rowCount = rowCountOf(columns);
    this._columns = columns;
  }

  /** Lines from row `from` on, the header before row 0; `next` is null after the last. */
  part(from: number): { readonly bytes: Uint8Array<ArrayBuffer>; readonly next: number | null } {
    const sink = new Sink();
    if (from === 0) {
      writeHeader(sink, this._columns);
    }
    const most = Math.max(1, Math.floor(PART_CELLS / Math.max(1, this._columns.length)));
    const end = Math.min(this.rowCount, from + most);
    let row = from;
    while (row < end && sink.byteCount < PART_BYTES) {
      writeRow(sink, this._columns, row);
      row += 1;
    }
    return { bytes: sink.bytes(), next: row < this.rowCount ? row : null };
  }
}

function writeHeader(sink: Sink, columns: readonly Column[]): void {
  sink.write(`${columns.map(column => quoted(column.name)).join(',')}\r\n`);
}

function writeRow(sink: Sink, columns: readonly Column[], row: number): void {
  let line = '';
  for (let i = 0; i < columns.length; i++) {
    const { values } = columns[i]!;
    line += (i === 0 ? '' : ',') + (row < values.length ? cellText(values[row]!) : '');
  }
  sink.write(`${line}\r\n`);
}

function rowCountOf(columns: readonly Column[]): number {
  return columns.reduce((most, { values }) => Math.max(most, values.length), 0);
}

/** One cell as it stands in the file. */
export function cellText(cell: Cell): string {
  switch (typeof cell) {
    case 'number':
      return numberText(cell);
    case 'bigint':
      return String(cell);
    case 'boolean':
      return cell ? 'True' : 'False';
    case 'string':
      return quoted(cell);
    default:
      return '';
  }
}

// The words that both pandas and Python's float() read back.
function numberText(value: number): string {
  if (Number.isFinite(value)) {
    return Object.is(value, -0) ? '-0.0' : String(value);
  }
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf';
}

function quoted(text: string): string {
  const harmless = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Text in, bytes out, block by block. */
class Sink {
  private readonly _encoder = new TextEncoder();
  private readonly _blocks: Uint8Array[] = [];
  private _text = '';
  private _byteCount = 0;

  /** Of the blocks that are done. */
  get byteCount(): number {
    return this._byteCount;
  }

  write(text: string): void {
    this._text += text;
    if (this._text.length >= BLOCK_CHARACTERS) {
      this._flush();
    }
  }

  bytes(): Uint8Array<ArrayBuffer> {
    this._flush();
    const bytes = new Uint8Array(this._byteCount);
    let at = 0;
    for (const block of this._blocks) {
      bytes.set(block, at);
      at += block.length;
    }
    return bytes;
  }

  private _flush(): void {
    const block = this._encoder.encode(this._text);
    this._blocks.push(block);
    this._byteCount += block.length;
    this._text = '';
  }
}
