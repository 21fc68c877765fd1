// One line per kind of view: what draws it, and how high it is in a cell.

import type { ViewKind } from '../../models/index.js';
import type { IBodyHost, IViewBody } from './body.js';
import { ChartBody } from './chart.js';
import { ImageBody } from './image.js';
import { LogBody } from './log.js';
import { NumberBody } from './number.js';
import { ProgressBody } from './progress.js';
import { TableBody } from './table.js';
import { PlotBody } from './trace.js';
import { prepareVega } from './vega.js';
import { XYHistBody } from './xyhist.js';

/** A value by itself has no picture of ours: it is for other extensions. */
export type DrawnKind = Exclude<ViewKind, 'value'>;

type Kind = {
  readonly make: (host: IBodyHost) => IViewBody;
  readonly height: number;
  /** Fetch what it takes to draw while the hub opens the view; absent where that is here. */
  readonly prepare?: () => void;
};

/** `height`: CSS px of the picture. A number: 4.5 em with its frame. A table, a log: 12 rows and header. */
export const KINDS: { readonly [kind in DrawnKind]: Kind } = {
  number: { make: host => new NumberBody(host), height: 56 },
  trace: { make: host => new PlotBody(host, 'trace'), height: 280 },
  histogram: { make: host => new PlotBody(host, 'histogram'), height: 280 },
  xy: { make: host => new PlotBody(host, 'xy'), height: 280 },
  xy_hist: { make: host => new XYHistBody(host), height: 280 },
  image: { make: host => new ImageBody(host), height: 360 },
  table: { make: host => new TableBody(host), height: 312 },
  log: { make: host => new LogBody(host), height: 288 },
  progress: { make: host => new ProgressBody(host), height: 36 },
  chart: { make: host => new ChartBody(host), height: 320, prepare: prepareVega },
};
