// What is loaded when it is first wanted: everything that people see, and its style.

import '../../style/index.css';

export { parseSpec, specOf } from '../models/index.js';
export {
  AddressForm,
  askPerson,
  InstrumentsSection,
  LiveViewsSection,
} from '../widgets/index.js';
export { Calls } from './calls.js';
export { LiveViews } from './liveviews.js';
export { RenderedLiveView } from './rendered.js';
export { RenderedRpc } from './renderedrpc.js';
