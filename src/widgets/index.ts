// What people see. Widgets read models; no widget knows a protocol.
export { AddressForm } from './addressform.js';
export { CallForm, type ICallFormActions } from './call/form.js';
export { CallOffer } from './call/offer.js';
export { errorCard, reportOf } from './errorcard.js';
export type { Frozen } from './keeping.js';
export { sidebarIcon, viewIcon } from './labwireicons.js';
export { type ILiveViewActions, LiveView } from './liveview.js';
export { askPerson } from './policydialog.js';
export { type IInstrumentActions, InstrumentsSection } from './sidebar/instruments.js';
export { LiveViewsSection } from './sidebar/liveviews.js';
export { type ChosenMethod, MethodsSection } from './sidebar/methods.js';
export { Sidebar } from './sidebar/panel.js';
export type { SidebarSection } from './sidebar/section.js';
export { PICTURE_LIMIT_BYTES, type Picture } from './snapshot.js';
export type { ThemeColours } from './theme.js';
export type { IAddedBody, IAddedHost, IViewRegistry, ViewExtension } from './views/added.js';
