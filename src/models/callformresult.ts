// The result of a call as something that a live view can show: it stays in the worker.

import type { OpenedSpec, ViewKind, Viewport, ViewSpec } from '../hub/api.js';
import { callText } from './callformfields.js';
import type { CallEntry } from './callhistory.js';
import type { IFrameSource } from './liveview.js';

/** What a view of the result says of itself: its address is where it came from. */
export function resultSpec(entry: CallEntry, view: ViewKind): ViewSpec {
  const title = callText(entry.method, entry);
  const role = view === 'trace' ? 'y' : view === 'table' ? 'table' : 'value';
  return {
    version: 1,
    view,
    sources: [{ role, address: entry.address }],
    options: { title: title.length > TITLE_LIMIT ? `${title.slice(0, TITLE_LIMIT)}…` : title },
  };
}

const TITLE_LIMIT = 80; // characters

/** Opens a result where the source would open an address. */
export function resultSource(source: IFrameSource, callId: number): IFrameSource {
  return {
    pump: source.pump,
    open: async () => {
      const hub = await source.open();
      return Object.assign(Object.create(hub), {
        openView: (spec: OpenedSpec, viewport: Viewport) =>
          hub.openResult(callId, spec.view, viewport),
      });
    },
  };
}
