// What other extensions may ask for: two tokens, and the types that go with them.

export type {
  CallArgument,
  CallOptions,
  EmptyFrame,
  FrameHead,
  HistogramFrame,
  ImageFrame,
  IWatch,
  LogFrame,
  LogRow,
  NumberFrame,
  PictureFrame,
  PlotContent,
  ProgressFrame,
  SourceRef,
  TableFrame,
  TableRow,
  TraceFrame,
  TraceSeries,
  ValueFrame,
  ViewKind,
  ViewOptions,
  Viewport,
  ViewSpec,
  WatchedReading,
  XYFrame,
  XYHistFrame,
} from './models/index.js';
export { ILabwire, IViewRegistry, type LiveViewOptions } from './plugins/index.js';
export type {
  Alarm,
  Display,
  DTypeClone,
  Fault,
  LabwireErrorName,
  LinkState,
  LinkStatus,
  PlainValue,
  PyClone,
} from './values/index.js';
export type {
  IAddedBody,
  IAddedHost,
  LiveView,
  ThemeColours,
  ViewExtension,
} from './widgets/index.js';
