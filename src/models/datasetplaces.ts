// Where edits of a notifier's datasets go: what is usual, and what the person chose in this tab.
//
// ARTIQ's master publishes on port 3250 and is controlled on 3251, the target is `dataset_db`. A
// notebook never says where edits go; what is chosen is kept as long as the page lives.

import type { ViewSpec } from '../hub/api.js';
import { formatAddress, formatEndpoint, parseAddress } from '../values/index.js';

/** The usual target for the datasets that `address` names, or is inside of. @throws {ParseError} */
export function usualDatabase(address: string): string {
  const { demo, host, port } = parseAddress(address);
  return formatAddress({
    scheme: 'sipyco+rpc',
    demo,
    host,
    port: demo && port === 0 ? 0 : host === '' ? 0 : port + 1,
    path: 'dataset_db',
    fragment: null,
    tls: null,
  });
}

/** What ARTIQ up to 7 calls the same target. */
export function olderDatabase(database: string): string {
  const address = parseAddress(database);
  return formatAddress({ ...address, path: `master_${address.path}` });
}

/** What the person chose, by endpoint. */
export class DatasetPlaces {
  /** @throws {ParseError} */
  of(address: string): string {
    return this._chosen.get(formatEndpoint(parseAddress(address))) ?? usualDatabase(address);
  }

  choose(address: string, database: string): void {
    this._chosen.set(formatEndpoint(parseAddress(address)), database);
  }

  private readonly _chosen = new Map<string, string>();
}

/**
 * The notifier of ARTIQ's master whose entries are datasets. A publisher takes nothing back, and
 * `dataset_db` sets the entries of this one alone: all others show what came of calls.
 *
 * Source: ARTIQ, the notifiers and targets of its master.
 */
const NOTIFIER = 'datasets';

/** What of a view can be edited: all datasets, or the one that it shows; null: nothing. */
export function editableAddress(spec: ViewSpec): string | null {
  const address = notifierAddress(spec);
  return address !== null && parseAddress(address).path === NOTIFIER ? address : null;
}

/** The notifier that a person may want to edit like the datasets, though nothing can; null: none. */
export function uneditableNotifier(spec: ViewSpec): string | null {
  const address = notifierAddress(spec);
  const path = address === null ? NOTIFIER : parseAddress(address).path;
  return path === NOTIFIER ? null : path;
}

/** Of a view that shows values of one notifier as they are. */
function notifierAddress({ view, sources }: ViewSpec): string | null {
  const [source, ...others] = sources.filter(({ role }) => role !== 'title');
  const isKind = view === 'auto' || view === 'table' || view === 'number';
  if (source === undefined || others.length > 0 || !isKind) {
    return null;
  }
  return parseAddress(source.address).scheme === 'sipyco+sync' ? source.address : null;
}
