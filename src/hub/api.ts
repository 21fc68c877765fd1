// The contract between the page and the worker. Types only: the page imports them with `import type`.
//
// Control goes through comlink: the page calls IHub, the worker calls IPage. Pictures go as frames
// that the page pulls: `pull()` answers as soon as a visible view has something new, with one batch
// for all of them, and the page asks again after it has drawn. So a blocked page piles nothing up,
// and a quiet lab costs nothing. What is thrown across is always a `Fault` (values/fault.ts).

import type { Alarm, Display, Fault, LinkStatus, PlainValue, PyClone } from '../values/index.js';
import type { IEditHub } from './editapi.js';
import type { IRemoteHub } from './remoteapi.js';

export type * from './editapi.js';
export type * from './remoteapi.js';

// ---- What to show -------------------------------------------------------------------------------

export type ViewKind =
  | 'number'
  | 'trace'
  | 'histogram'
  | 'xy'
  | 'xy_hist'
  | 'image'
  | 'table'
  | 'log'
  | 'progress'
  | 'chart'
  | 'value';

/**
 * A view that another extension draws: the extension's name, a colon, the view's, e.g. `example:gauge`.
 * The page knows which kind of frame it takes; the hub opens that kind and knows no such name.
 */
export type AddedViewName = `${string}:${string}`;

/**
 * What a source is to its view. `table` takes a whole tree; `x` and `error` go with `y`. A trace may have
 * several `y`: the n-th `error` is that of the n-th `y`, and so is the n-th `x`, unless one is for all.
 * In `xy` the n-th `fit` is a line over the same x. In `histogram` y are counts and x the edges of their
 * bins, one more. `xy_hist` has a row of `counts` for each x, and the edges of all of them in `bins`.
 * `data` are the rows of a chart, or one column of them.
 */
export type SourceRole =
  | 'value'
  | 'x'
  | 'y'
  | 'error'
  | 'fit'
  | 'bins'
  | 'counts'
  | 'table'
  | 'data'
  | 'title';

export type SourceRef = {
  readonly role: SourceRole;
  readonly address: string;
  /** `title`: what the field of the title is called that shows its value; `data`: what the chart calls the rows. */
  readonly name?: string;
  /** `data`: which column of the rows; absent: it is all of them. */
  readonly column?: string;
};

/** A level of Python's logging, and SiPyCo's TRACE. */
export type LogLevel = 'CRITICAL' | 'ERROR' | 'WARNING' | 'INFO' | 'DEBUG' | 'TRACE';

/** A colour map by its matplotlib name. */
export type Colormap = 'viridis' | 'gray' | 'inferno' | 'cividis' | 'twilight';

/** What a person may set on a view; every one optional, unknown ones refused by name. */
export type ViewOptions = {
  /** Where there are sources with the role `title`, a Python format string whose fields are their names. */
  readonly title?: string;
  /** number: overrides what the instrument says. */
  readonly unit?: string;
  readonly scale?: number;
  readonly precision?: number;
  /** trace. */
  readonly style?: 'line' | 'points' | 'steps';
  /** trace, xy, histogram. */
  readonly logX?: boolean;
  /** The same, and the counts of xy_hist. */
  readonly logY?: boolean;
  /** image. `levels`: percentiles, e.g. [1, 99]. */
  readonly colormap?: Colormap;
  readonly levels?: readonly [low: number, high: number];
  /** table: only names that contain this text. log: only records that do, in source, name or message. */
  readonly filter?: string;
  /** log: the least level that is shown; absent: all, and messages without a level. */
  readonly level?: LogLevel;
  /** log: only what comes from this source. */
  readonly source?: string;
  /** progress: the value at either end, whole numbers, 0 and 100 where absent. */
  readonly min?: number;
  readonly max?: number;
  /** value: ordinary numbers and objects (`toPlain`) instead of the exact forms (`toClone`). */
  readonly plain?: boolean;
  /** px; kept in the output when a person drags the lower edge. */
  readonly height?: number;
};

/** The content of `application/vnd.labwire.view.v1+json`: what an output names. It holds no data. */
export type ViewSpec = {
  readonly version: 1;
  /** `auto`: chosen from the shape of the value, anew when its type changes. */
  readonly view: 'auto' | ViewKind | AddedViewName;
  readonly sources: readonly SourceRef[];
  readonly options: ViewOptions;
  /** chart: what is drawn, a Vega-Lite specification, plain JSON. The page reads it, the hub does not. */
  readonly chart?: object;
};

/** What the hub opens: the page has looked up what the names of other extensions stand for. */
export type OpenedSpec = ViewSpec & { readonly view: 'auto' | ViewKind };

// ---- How much of it can be seen -----------------------------------------------------------------

/** Told by the page whenever it changes. Sizes in device pixels; a view never sends more than fits. */
export type Viewport = {
  readonly width: number;
  readonly height: number;
  /** trace, xy, histogram, the points of xy_hist: x range in shown units, or null for all of it. */
  readonly x: readonly [min: number, max: number] | null;
  /** xy_hist: the index of the point whose histogram is shown; null or absent for none. */
  readonly point?: number | null;
  /** image: part of the image in its own pixels [x, y, width, height], or null for all of it. */
  readonly region: readonly [x: number, y: number, width: number, height: number] | null;
  readonly colormap: Colormap;
  /** image: percentiles of the data, or fixed values in raw units. */
  readonly levels: {
    readonly mode: 'percentile' | 'fixed';
    readonly low: number;
    readonly high: number;
  };
  /** table. */
  readonly firstRow: number;
  readonly rowCount: number;
  readonly filter: string;
  /** Tree nodes that are folded, by `TableRow.id`. */
  readonly folded: readonly string[];
  /** progress: the value at either end; absent: as the options say. */
  readonly ends?: readonly [min: number, max: number];
  /** log; absent: the newest rows, level, source and filter as the options say. `firstRow` counts as `LogFrame.startRow` does. */
  readonly log?: LogViewport;
};

/** What a person looks at in a log. */
export type LogViewport = {
  readonly level: LogLevel | null;
  readonly source: string | null;
  /** As the option is now; records must contain this and `Viewport.filter`. */
  readonly filter: string;
  /** The last `rowCount` rows, whatever `firstRow` is. */
  readonly follow: boolean;
  /** The rows around this record, or the next that is shown, whatever `firstRow` is; null: none. */
  readonly around: number | null;
  /** Records of which all lines are shown, by `LogRow.id`. */
  readonly unfolded: readonly number[];
  /** Characters that fit into a line of an unfolded record. */
  readonly columns: number;
};

// ---- Frames -------------------------------------------------------------------------------------

/** What every frame carries. Arrays in a frame belong to the page. */
export type FrameHead = {
  readonly viewId: number;
  readonly status: LinkStatus;
  /** Changes per second over the last seconds. */
  readonly rateHz: number;
  /** Values that arrived and were never drawn, since the view was opened. */
  readonly droppedCount: number;
  /** Time of the value shown; null before the first. ns since 1970-01-01 UTC. */
  readonly timeNs: bigint | null;
  /** e.g. `float64[1000]`; empty before the first value. */
  readonly type: string;
  readonly display: Display;
  readonly alarm: Alarm;
  /** With the values of its fields; absent where the spec's title has none. */
  readonly title?: string;
};

/** A scalar, or anything short: text is always there, a number when it is one. */
export type NumberFrame = FrameHead & {
  readonly kind: 'number';
  /** value / scale, formatted with the precision; without the unit. `---` where the value is missing. */
  readonly text: string;
  /** value / scale; null when it is not a real number. */
  readonly value: number | null;
  /** Python's repr of the raw value, for Copy; cut to `TEXT_LIMIT` with an ellipsis; empty where it is missing. */
  readonly exact: string;
  /** The last minute, [seconds ago, value] interleaved, oldest first; at most 2 per pixel column. */
  readonly history: Float64Array;
};

/** One line of a plot. NaN in `y` is "not measured yet": a gap. */
export type TraceSeries = {
  readonly label: string;
  /** How it is drawn, whatever `style` says; absent: as that says. */
  readonly look?: 'points' | 'line' | 'bins';
  /** Shown units, ascending unless drawn as points. `bins`: their edges, one more than `y`. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** y − error, y + error where error bars were given and points are not reduced; else null. */
  readonly low: Float64Array | null;
  readonly high: Float64Array | null;
  /** True when x, y hold minimum and maximum of each pixel column in order of occurrence; of bins, the maximum. */
  readonly reduced: boolean;
};

/** What is drawn between two axes. */
export type PlotContent = {
  readonly series: readonly TraceSeries[];
  /** Of all points, measured or not; the x axis has its full length from the start. */
  readonly fullX: readonly [min: number, max: number];
  /** Of the finite points inside the viewport; null when there are none. */
  readonly fullY: readonly [min: number, max: number] | null;
  readonly pointCount: number;
  readonly measuredCount: number;
  readonly xLabel: string;
  readonly xUnit: string;
  readonly yUnit: string;
  /** What the picture leaves out, in a sentence to show beside it; absent where that is nothing. */
  readonly note?: string;
  /** The newest measured point; null where there is none, and for bins. */
  readonly last: { readonly y: number; readonly error: number | null } | null;
};

export type TraceFrame = FrameHead & PlotContent & { readonly kind: 'trace' };

/** Symbols, with error bars, and the lines of fits. */
export type XYFrame = FrameHead & PlotContent & { readonly kind: 'xy' };

/** One series of bins. */
export type HistogramFrame = FrameHead &
  PlotContent & {
    readonly kind: 'histogram';
    /** Of all counts that are numbers. */
    readonly total: number;
  };

/** A point for each histogram, at its mean; and the histogram of one of them. */
export type XYHistFrame = FrameHead & {
  readonly kind: 'xy_hist';
  /** One series. */
  readonly means: PlotContent;
  /** For each point of it, which histogram that is. */
  readonly points: Uint32Array;
  /** The one that is shown; null where `Viewport.point` names none that there is. */
  readonly chosen: number | null;
  readonly histogram: PlotContent | null;
};

export type ImageFrame = FrameHead & {
  readonly kind: 'image';
  /** Pixels of `region`, at most one per device pixel; RGBA, transferred. */
  readonly pixels: ImageBitmap | Uint8ClampedArray<ArrayBuffer>;
  /** Size of `pixels`. */
  readonly width: number;
  readonly height: number;
  /** Of the whole image. */
  readonly columns: number;
  readonly rows: number;
  readonly region: readonly [x: number, y: number, width: number, height: number];
  /** Values at the ends of the colour map, raw units. */
  readonly levels: readonly [low: number, high: number];
  /** Counts in equal bins between `dataRange`. */
  readonly histogram: Uint32Array;
  readonly dataRange: readonly [min: number, max: number];
};

/** One visible row. A group has no value. */
export type TableRow = {
  /** Stable: the dotted path, with the kind of node. */
  readonly id: string;
  readonly label: string;
  readonly depth: number;
  readonly isGroup: boolean;
  readonly folded: boolean;
  readonly type: string;
  readonly text: string;
  readonly unit: string;
  readonly persist: boolean | null;
  readonly timeNs: bigint | null;
  /** Counts up with each change: the page flashes a row whose count moved. */
  readonly changeCount: number;
  /** A small curve of a 1-D array; null otherwise. */
  readonly spark: Float32Array | null;
  /** What opens this row in a view of its own; empty for a group. */
  readonly address: string;
  /** The dotted name that all below it begin with; null for a value, a dict too. */
  readonly group: string | null;
};

export type TableFrame = FrameHead & {
  readonly kind: 'table';
  /** Rows that the filter and the folding leave. */
  readonly rowCount: number;
  /** Values in all, before the filter. */
  readonly valueCount: number;
  readonly firstRow: number;
  readonly rows: readonly TableRow[];
};

/** One visible row: a record, or one line of it where it is unfolded. */
export type LogRow = {
  /** Of the record: counts up, never used twice in a view. */
  readonly id: number;
  /** 0: the first of the record, the only one where it is folded. */
  readonly line: number;
  /** Lines that it has unfolded. */
  readonly lineCount: number;
  readonly isUnfolded: boolean;
  /** ns since 1970-01-01 UTC: as the record says, else when it came. */
  readonly timeNs: bigint;
  /** As Python names it, `Level 25` too; empty for a message that is no log record. */
  readonly level: string;
  /** The named level at or below it; null for a message that is no log record. */
  readonly severity: LogLevel | null;
  readonly source: string;
  readonly name: string;
  readonly text: string;
};

export type LogFrame = FrameHead & {
  readonly kind: 'log';
  /**
   * Rows are numbered from when the filters were set, those that are gone included: so a row keeps
   * its number. `startRow` is the oldest that is left.
   */
  readonly startRow: number;
  readonly rowCount: number;
  readonly firstRow: number;
  readonly rows: readonly LogRow[];
  /** The first row of the record that the viewport looks around; null where it looks around none. */
  readonly aroundRow: number | null;
  /** Records that the filters leave, of all that are kept, beside those that were too many. */
  readonly shownCount: number;
  readonly recordCount: number;
  readonly lostCount: number;
  /** Records that came since the view was paused. */
  readonly newCount: number;
  /** Of the records that are kept, sorted; not all where there are very many. */
  readonly sources: readonly string[];
};

/** How far something is. */
export type ProgressFrame = FrameHead & {
  readonly kind: 'progress';
  /** Rounded to a whole number, halves to the even one; null where it is not finite. */
  readonly value: number | null;
  readonly min: number;
  readonly max: number;
  /** From 0 to 1, where the value is outside of min and max too; null where it is not finite. */
  readonly share: number | null;
  /** The value as it is. */
  readonly text: string;
};

/** A column of rows for a chart. A number that was not measured is NaN, what is missing null. */
export type ChartColumn = {
  readonly name: string;
  /** Shown units; numbers only, or anything that is short. */
  readonly values: Float64Array | readonly (string | number | boolean | null)[];
};

/** The rows that go by one name in a chart. */
export type ChartRows = {
  readonly name: string;
  /** Equally long. */
  readonly columns: readonly ChartColumn[];
  /** Of all rows; the columns have fewer where they are too many to draw. */
  readonly rowCount: number;
  /** Which row of the table each is. A row keeps its number while older ones go. */
  readonly numbers: Uint32Array;
};

/** The data of a chart, never more than a thousand rows in all, never more than twenty times a second. */
export type ChartFrame = FrameHead & {
  readonly kind: 'chart';
  /** Of the names that have data. */
  readonly tables: readonly ChartRows[];
  /** Counts up when the rows change: of two frames with the same number only the heads differ. */
  readonly revision: number;
  /** What the rows leave out, in a sentence to show beside them; absent where that is nothing. */
  readonly note?: string;
};

/**
 * The value itself, for what another extension draws or computes. One that is larger than a limit is
 * not sent: the frame is `empty` then, and its fault says so.
 */
export type ValueFrame = FrameHead & {
  readonly kind: 'value';
  /** The exact form, or the ordinary one where the option `plain` is set. */
  readonly value: PyClone | PlainValue;
};

/** Nothing to draw yet, or the value does not fit the view: the status, or `fault`, says why. */
export type EmptyFrame = FrameHead & {
  readonly kind: 'empty';
  readonly fault: Fault | null;
};

/**
 * A view that holds its picture, being paused or out of sight, has another status. Of the other fields
 * none is news: the picture that is held keeps its own.
 */
export type StatusFrame = FrameHead & { readonly kind: 'status' };

/** What a view can look like. */
export type PictureFrame =
  | NumberFrame
  | TraceFrame
  | XYFrame
  | HistogramFrame
  | XYHistFrame
  | ImageFrame
  | TableFrame
  | LogFrame
  | ProgressFrame
  | ChartFrame
  | ValueFrame
  | EmptyFrame;

export type Frame = PictureFrame | StatusFrame;

// ---- Questions about what is shown --------------------------------------------------------------

export type ViewQuery =
  | { readonly type: 'pixel'; readonly x: number; readonly y: number }
  /**
   * All the data as it is now, not the reduced picture, part by part: `from` is 0 at first, which
   * copies the data, then `next` of the answer before. From `rowCount` on there is nothing, and the
   * copy is dropped: so is an export cancelled.
   */
  | { readonly type: 'csv'; readonly from?: number }
  /** Python's repr of the value, whole up to `COPY_LIMIT_BYTES`. */
  | { readonly type: 'text' }
  /** log: the records from one id to another that the filters leave, whole, a line or more each; answered by `text`. */
  | { readonly type: 'records'; readonly first: number; readonly last: number };

/** Some lines of an export; the first part begins with the header. */
export type CsvPart = {
  readonly type: 'csv';
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly fileName: string;
  /** Of the whole export. */
  readonly rowCount: number;
  /** The first row of the next part; null when this was the last. */
  readonly next: number | null;
};

export type ViewAnswer =
  | { readonly type: 'pixel'; readonly value: number | bigint | null; readonly text: string }
  | CsvPart
  | { readonly type: 'text'; readonly text: string };

// ---- The two ends -------------------------------------------------------------------------------

/** How the worker reaches the bridge kernel: made on the page, which alone may use the REST API. */
export type ChannelSettings = {
  /** `wss://…/api/kernels/<id>/channels` without query. */
  readonly wsUrl: string;
  readonly kernelId: string;
  /** Appended as `token=`; empty when cookies do. */
  readonly token: string;
};

/** The bridge asks whether it may connect. The person answers in a dialog, never a command argument. */
export type PolicyQuestion = {
  readonly id: number;
  /** As written in the address, and the address it resolved to. */
  readonly endpoint: string;
  readonly resolved: string;
  /** Which rule made it ask, in a sentence. */
  readonly reason: string;
  readonly alwaysAllowed: boolean;
};

export type PolicyAnswer = 'once' | 'always' | 'no';

/** One connection and who uses it. */
export type EndpointStatus = {
  readonly endpoint: string;
  readonly address: string;
  readonly status: LinkStatus;
  readonly viewCount: number;
  readonly receivedBytes: number;
  readonly roundTripMs: number | null;
};

/** What the worker needs of the page. Every method may reject with a Fault. */
export interface IPage {
  /** Find or start the bridge kernel. Called on first use, and again after it was lost. */
  openChannel(reason: 'first' | 'lost'): Promise<ChannelSettings>;
  /** A question is open (answer with `IHub.answerPolicy`), or no longer is. */
  policyAsked(question: PolicyQuestion): void;
  policySettled(questionId: number): void;
}

/** Where the worker finds what it loads when it is wanted. */
export type HubFiles = {
  /** The demo lab's script. */
  readonly demoUrl: string;
};

/** What the page may ask of the worker. Every method may reject with a Fault. */
export interface IHub extends IRemoteHub, IEditHub {
  /** First call. `page` is a comlink proxy; null where there is no bridge (only `demo+` works then). */
  start(page: IPage | null, files?: HubFiles): Promise<{ readonly version: string }>;
  /** @returns the view's id; problems with its sources are shown in frames, not thrown. @throws ParseError fault for a spec that is wrong, LimitError fault for too many views. */
  openView(spec: ViewSpec, viewport: Viewport): Promise<number>;
  closeView(viewId: number): Promise<void>;
  setViewport(viewId: number, viewport: Viewport): Promise<void>;
  /** An unseen view sends no pictures, only changes of its status, and the latest at once when seen again. */
  setVisible(viewId: number, visible: boolean): Promise<void>;
  /** A paused view holds its picture, not its status; the data behind it go on. */
  setPaused(viewId: number, paused: boolean): Promise<void>;
  /** Waits until a visible view has news. One call at a time; a second one settles the first with no frames. */
  pull(): Promise<readonly Frame[]>;
  ask(viewId: number, query: ViewQuery): Promise<ViewAnswer>;
  /** Try now rather than after the back-off. */
  retry(viewId: number): Promise<void>;
  answerPolicy(questionId: number, answer: PolicyAnswer): Promise<void>;
  endpoints(): Promise<readonly EndpointStatus[]>;
  /** The page goes: close everything at once. */
  bye(): Promise<void>;
}
