// The types that go with the tokens, of rooms that src/tokens.ts does not enter itself.

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
} from '../values/index.js';
export type {
  IAddedBody,
  IAddedHost,
  LiveView,
  ThemeColours,
  ViewExtension,
} from '../widgets/index.js';
