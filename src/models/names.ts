// The names by which cell outputs and views are known.

import type { AddedViewName } from '../hub/api.js';

/** The type of a cell output that names a live view. */
export const VIEW_MIME = 'application/vnd.labwire.view.v1+json';

/** The type of a cell output that names what can be called. */
export const RPC_MIME = 'application/vnd.labwire.rpc.v1+json';

/** Names of views that other extensions draw: the extension, a colon, the view. */
const ADDED = /^[\w.@/-]{1,60}:[\w.-]{1,60}$/;

/** Is it the name of a view that another extension draws, such as `example:gauge`? */
export function isAddedName(name: unknown): name is AddedViewName {
  return typeof name === 'string' && ADDED.test(name);
}
