// Which kind of view can show what a source is: told before anything is opened.

import { type Address, formatAddress, ParseError, UnsupportedError } from '../values/index.js';
import type { SourceRole, ViewKind } from './api.js';
import type { ISource } from './sources/source.js';

/**
 * @param view - `auto` takes everything that has something to show.
 * @throws {ParseError} the address lacks the name of a value.
 * @throws {UnsupportedError} a view of another kind would show it, or none.
 */
export function checkShape(
  { shape, address }: Pick<ISource, 'shape' | 'address'>,
  view: 'auto' | ViewKind,
  role: SourceRole,
): void {
  const isMain = role !== 'title';
  if (shape === 'tree' && !(isMain && (view === 'auto' || view === 'table'))) {
    throw needsName(address);
  }
  const text = formatAddress(address);
  if (shape === 'messages' && !(isMain && (view === 'auto' || view === 'log'))) {
    throw new UnsupportedError(
      `${text} sends messages and holds no value`,
      { feature: `${view} of messages` },
      { hint: 'Show them with view="log".' },
    );
  }
  if (shape !== 'messages' && view === 'log') {
    throw new UnsupportedError(
      `a log shows messages, and ${text} sends none`,
      { feature: `log of a ${shape}` },
      { hint: 'Show it with view="auto", or name a channel: sipyco+broadcast://host:1067/log.' },
    );
  }
  if (shape === 'target') {
    throw new UnsupportedError(
      `${text} has methods and holds no value`,
      { feature: `${view} of a target` },
      { hint: 'Call its methods instead.' },
    );
  }
}

function needsName(address: Address): ParseError {
  const text = formatAddress(address);
  return new ParseError(
    `this view shows one value, and ${text} names all of ${address.path}`,
    { position: text.length, expected: '# and a name', found: 'nothing' },
    { hint: `Add the name, as in ${text}#name, or show all of it as a table.` },
  );
}
