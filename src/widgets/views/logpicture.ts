// A log that is kept: its rows on a canvas, and as text.

import { formatIso, type LogRow } from '../../models/index.js';
import type { ThemeColours } from '../theme.js';
import { LEVEL_SHAPES, ROW_HEIGHT, timeText } from './logrow.js';

const WIDE = [4, 100, 200, 330] as const; // where time, level, source and message begin, CSS px
const NARROW = [4, 100, 200, 200] as const; // without the source

/** Paint `rows`, one below the other, on a canvas that is scaled to CSS px. */
export function paintLog(
  context: CanvasRenderingContext2D,
  rows: readonly LogRow[],
  width: number,
  isNarrow: boolean,
  theme: ThemeColours,
): void {
  const lefts = isNarrow ? NARROW : WIDE;
  context.font = `12px ${theme.font}`;
  context.textBaseline = 'middle';
  rows.forEach((row, index) => {
    const top = index * ROW_HEIGHT;
    cellsOf(row).forEach((text, column) => {
      const left = lefts[column]!;
      const right = lefts[column + 1] ?? width;
      context.save();
      context.beginPath();
      context.rect(left, top, Math.max(0, right - left - 6), ROW_HEIGHT);
      context.clip();
      context.fillStyle = column === 0 || column === 2 ? theme.muted : theme.text;
      context.fillText(text, left, top + ROW_HEIGHT / 2);
      context.restore();
    });
  });
}

function cellsOf(row: LogRow): readonly string[] {
  const { line, timeNs, severity, level, source, text } = row;
  const shape = severity === null ? '' : LEVEL_SHAPES[severity];
  return line > 0
    ? ['', '', '', text]
    : [timeText(formatIso(timeNs)), `${shape} ${level}`.trim(), source, text];
}

/** `rows` as lines of text, with the whole time. */
export function logText(rows: readonly LogRow[]): string {
  return rows
    .map(({ line, timeNs, level, source, name, text }) =>
      line > 0
        ? `    ${text}`
        : [formatIso(timeNs), level, source, name, text].filter(part => part !== '').join('  '),
    )
    .join('\n');
}
