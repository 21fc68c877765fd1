// Data as CSV, for every view's export.
//
// RFC 4180: a header line, CRLF, quotes where a comma, quote or line break needs them. Numbers are
// written so that they read back to the same number. A spreadsheet runs text that begins with
// = + - @ as a formula, and names come from the instrument: such text gets an apostrophe in front.

/** A cell: a number is written exactly, text is made harmless, null is an empty cell. */
export type Cell = number | bigint | string | boolean | null;

/** One column. Columns may differ in length: the missing cells are empty. */
export type Column = {
  readonly name: string;
  readonly values: ArrayLike<Cell>;
};

const BLOCK_CHARACTERS = 1 << 16; // encoded at once, so that a large export is never one long string

/** @returns UTF-8 without byte order mark, owned by the caller. */
export function csvOf(columns: readonly Column[]): Uint8Array<ArrayBuffer> {
  const sink = new Sink();
  sink.write(columns.map(column => quoted(column.name)).join(','));
  sink.write('\r\n');
  const rowCount = columns.reduce((most, { values }) => Math.max(most, values.length), 0);
  for (let row = 0; row < rowCount; row++) {
    let line = '';
    for (let i = 0; i < columns.length; i++) {
      const { values } = columns[i]!;
      line += (i === 0 ? '' : ',') + (row < values.length ? cellText(values[row]!) : '');
    }
    sink.write(`${line}\r\n`);
  }
  return sink.bytes();
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
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Text in, bytes out, block by block. */
class Sink {
  private readonly _encoder = new TextEncoder();
  private readonly _blocks: Uint8Array[] = [];
  private _text = '';
  private _byteCount = 0;

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
