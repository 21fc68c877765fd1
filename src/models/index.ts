// The page's mirrors of the hub: no pixels here, and no protocol.

export type * from '../hub/api.js';
export {
  type AxisUnit,
  axisUnit,
  type Range,
  steppedDecades,
  steppedRange,
  tickTexts,
  within,
  zoomed,
} from './axis.js';
export {
  BRIDGE_SESSION,
  BridgeOpener,
  type IBridgeServer,
  type SessionState,
} from './bridge.js';
export {
  CallFormModel,
  type CallGuard,
  type CallPhase,
  type ICallGuards,
} from './callform.js';
export { cellOf } from './callformcell.js';
export {
  type CallArguments,
  type CallField,
  callText,
  defaultOf,
  type FieldProblem,
  type FieldRole,
} from './callformfields.js';
export { resultSource, resultSpec } from './callformresult.js';
export { parseRpcSpec, type RpcSpec } from './callformspec.js';
export { type CallEntry, CallHistory } from './callhistory.js';
export { type CallTab, callTabOf, parseCallTab } from './calltab.js';
export { CallTableModel, type CellPlace, type LoadCells } from './calltable.js';
export {
  type ChartMistake,
  faultOfChart,
  findBadExpression,
  findMistake,
  lineOf,
  linesAround,
  placeOf,
} from './chartmistake.js';
export { type ChartSpec, pathText } from './chartspec.js';
export { type Draft, type DraftKind, isDecision } from './datasetdraft.js';
export {
  DatasetEditorModel,
  type DraftQuestion,
  type EditFailure,
  type PlaceState,
} from './dataseteditor.js';
export { DatasetPlaces, editableAddress, uneditableNotifier } from './datasetplaces.js';
export {
  formatAge,
  formatBytes,
  formatClock,
  formatCount,
  formatIso,
  formatNumber,
  formatRate,
} from './format.js';
export { FramePump, type FrameSink, type IScreen } from './framepump.js';
export { HubSession, type HubState, type IHubSession } from './hub.js';
export {
  type BrokenEntry,
  entryOf,
  guardsOf,
  type Instrument,
  type InstrumentList,
  nameFor,
  parseInstrument,
  parseInstruments,
  wholeAddress,
} from './instrument.js';
export {
  type FormPhase,
  InstrumentForm,
  type Understanding,
  understand,
} from './instrumentform.js';
export { type IInstrumentStore, type InstrumentStatus, InstrumentsModel } from './instruments.js';
export { FIRST_VIEWPORT, type IFrameSource, LiveViewModel, type ViewPhase } from './liveview.js';
export { type IOpenView, kindOf, LiveViewsModel } from './liveviews.js';
export {
  type Callable,
  foundMethods,
  type ICallables,
  MethodsModel,
  type ReadState,
  type ServerEntry,
  type TargetEntry,
} from './methods.js';
export { isAddedName, RPC_MIME, VIEW_MIME } from './names.js';
export { PolicyModel } from './policy.js';
export { errorOf, faultOf } from './remote.js';
export {
  addressesOf,
  COLORMAPS,
  endpointsOf,
  isQuiet,
  LOG_LEVELS,
  nameOf,
  PROGRESS_ENDS,
  parseSpec,
  specOf,
  titleOf,
  VIEW_KINDS,
} from './spec.js';
export { type CallArgument, type CallOptions, ValueCaller } from './valuecaller.js';
export { type AddedKind, type AddedView, type IAddedViews, ViewRegistry } from './viewregistry.js';
export { type IWatch, Watch, type WatchedReading } from './watch.js';
export {
  type IWorkerHandle,
  startWorker,
  type WorkerMaker,
  workerFromBlob,
  workerFromFile,
} from './worker.js';
