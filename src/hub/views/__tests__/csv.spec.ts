import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Column, CsvExport, csvOf } from '../csv.js';

const textOf = (columns: readonly Column[]) => new TextDecoder().decode(csvOf(columns));

describe('csvOf', () => {
  it('writes a header and CRLF lines, numbers exactly', () => {
    const text = textOf([
      { name: 'x / s', values: Float64Array.of(0.1, 1e-7, 1e21) },
      { name: 'n', values: [9007199254740993n, -1n, 0n] },
    ]);
    assert.equal(text, 'x / s,n\r\n0.1,9007199254740993\r\n1e-7,-1\r\n1e+21,0\r\n');
  });

  it('keeps NaN, infinities and the sign of zero', () => {
    const text = textOf([{ name: 'y', values: [Number.NaN, Infinity, -Infinity, -0] }]);
    assert.equal(text, 'y\r\nNaN\r\ninf\r\n-inf\r\n-0.0\r\n');
  });

  it('quotes what RFC 4180 wants quoted', () => {
    const text = textOf([{ name: 'a,b', values: ['say "hi"', 'two\nlines', 'plain'] }]);
    assert.equal(text, '"a,b"\r\n"say ""hi"""\r\n"two\nlines"\r\nplain\r\n');
  });

  it('puts an apostrophe before text that a spreadsheet would run', () => {
    const text = textOf([{ name: '=cmd', values: ['=1+1', '+1', '-1', '@x', '\tx', -1] }]);
    assert.equal(text, "'=cmd\r\n'=1+1\r\n'+1\r\n'-1\r\n'@x\r\n'\tx\r\n-1\r\n");
    assert.equal(
      textOf([{ name: '\n=1', values: ['＝1', '"=1'] }]),
      `"'\n=1"\r\n'＝1\r\n"""=1"\r\n`,
    );
  });

  it('leaves the cells of a shorter column empty', () => {
    const text = textOf([
      { name: 'a', values: [1, 2] },
      { name: 'b', values: [true, null, 3] },
    ]);
    assert.equal(text, 'a,b\r\n1,True\r\n2,\r\n,3\r\n');
  });

  it('writes what is longer than one block whole', () => {
    const values = Float64Array.from({ length: 50_000 }, (_, i) => i / 7);
    const lines = textOf([{ name: 'v', values }])
      .trimEnd()
      .split('\r\n');
    assert.equal(lines.length, 50_001);
    assert.deepEqual(Float64Array.from(lines.slice(1), Number), values);
  });
});

describe('CsvExport', () => {
  function partsOf(columns: readonly Column[]): readonly string[] {
    const table = new CsvExport({ columns, fileName: 'a.csv' });
    const parts: string[] = [];
    for (let from: number | null = 0; from !== null; ) {
      const { bytes, next } = table.part(from);
      parts.push(new TextDecoder().decode(bytes));
      from = next;
    }
    return parts;
  }

  it('gives in parts what csvOf gives at once', () => {
    const columns = [
      { name: 'i', values: Float64Array.from({ length: 200_000 }, (_, i) => i) },
      { name: 'short', values: ['a,b'] },
    ];
    const parts = partsOf(columns);
    assert.ok(parts.length > 2, `${parts.length} parts`);
    assert.equal(parts.join(''), textOf(columns));
  });

  it('ends a part early where the cells are long', () => {
    const values = Array.from({ length: 20 }, () => 'x'.repeat(1_000_000));
    const parts = partsOf([{ name: 'text', values }]);
    assert.ok(
      parts.every(part => part.length < 6_000_000),
      parts.map(part => part.length).join(' '),
    );
    assert.equal(parts.join('').length, 6 + 20 * 1_000_002);
  });

  it('is its header where there are no rows, and over when it is asked past the end', () => {
    assert.deepEqual(partsOf([{ name: 'a', values: [] }]), ['a\r\n']);
    const table = new CsvExport({ columns: [{ name: 'a', values: [1] }], fileName: 'a.csv' });
    assert.deepEqual(table.part(1), { bytes: new Uint8Array(), next: null });
  });
});
