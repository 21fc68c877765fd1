// The views by name: one line each.

import type { PyValue } from '../../values/index.js';
import type { IClock } from '../../wire/index.js';
import type { SourceRole, ViewKind, ViewOptions } from '../api.js';
import { AutoView } from './auto.js';
import { ChartView } from './chart.js';
import type { ChartSource } from './charttable.js';
import { HistogramView } from './histogram.js';
import { ImageView, type MakeBitmap } from './image.js';
import { LogView } from './log.js';
import { NumberView } from './number.js';
import { Pace } from './pace.js';
import { Patience } from './patience.js';
import { ProgressView } from './progress.js';
import { TableView } from './table.js';
import { TraceView } from './trace.js';
import { ValueView } from './value.js';
import type { IView } from './view.js';
import { XYView } from './xy.js';
import { XYHistView } from './xyhist.js';

export type ViewContext = {
  readonly options: ViewOptions;
  /** What to call each source: the last part of its address. */
  readonly labels: { readonly [R in SourceRole]?: readonly string[] };
  /** The sources of a chart. */
  readonly data: readonly ChartSource[];
  /** The address of what lies at a path inside the leading source. */
  readonly addressOf: (path: readonly PyValue[]) => string;
  readonly clock: IClock;
  /** Draw again, though nothing came. */
  readonly wake: () => void;
  readonly makeBitmap: MakeBitmap | null;
};

const CHART_MS = 50; // vega-lite takes a thousand rows twenty times a second

export function makeView(kind: 'auto' | ViewKind, context: ViewContext): IView {
  const { options, labels, data, addressOf, clock, wake, makeBitmap } = context;
  const shown = labels.value ?? labels.y ?? labels.table ?? [''];
  const label = shown[0] ?? '';
  switch (kind) {
    case 'auto':
      return new AutoView(chosen => makeView(chosen, context));
    case 'number':
      return new NumberView(options, label, clock);
    case 'trace':
      return new TraceView(options, { ...labels, y: shown });
    case 'histogram':
      return new HistogramView(options, { ...labels, y: shown }, new Patience(clock, wake));
    case 'xy':
      return new XYView(options, { ...labels, y: shown }, new Patience(clock, wake));
    case 'xy_hist':
      return new XYHistView(labels, new Patience(clock, wake));
    case 'image':
      return new ImageView(options, label, makeBitmap);
    case 'table':
      return new TableView(options, label, addressOf);
    case 'log':
      return new LogView(options, label);
    case 'progress':
      return new ProgressView(options, label);
    case 'chart':
      return new ChartView(data, new Patience(clock, wake), new Pace(clock, wake, CHART_MS));
    case 'value':
      return new ValueView(options, label);
  }
}
