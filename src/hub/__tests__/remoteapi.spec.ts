// The part of the contract about what can be called, held by the compiler.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type * as api from '../api.js';
import type { Hub } from '../hub.js';

function holds<_T extends true>(): void {}
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Has it a function anywhere? Whatever has none can be cloned. */
type HasFunction<T> = T extends (...args: never[]) => unknown
  ? true
  : T extends object
    ? true extends { [K in keyof T]-?: HasFunction<T[K]> }[keyof T & (number | string)]
      ? T extends readonly unknown[]
        ? HasFunction<T[number]>
        : true
      : false
    : false;

describe('remoteapi.ts', () => {
  it('is part of what the page may ask', () => {
    holds<api.IHub extends api.IRemoteHub ? true : false>();
    holds<Hub extends api.IRemoteHub ? true : false>();
  });

  it('tells outcomes and checks apart by type', () => {
    holds<Same<api.CallOutcome['type'], 'returned' | 'raised' | 'failed' | 'cancelled'>>();
    holds<Same<api.LiteralCheck['type'], 'value' | 'empty' | 'wrong'>>();
    const outcome: api.CallOutcome = { type: 'cancelled', elapsedMs: 1 };
    assert.equal(outcome.elapsedMs, 1);
  });

  it('lets only plain data cross', () => {
    holds<Same<HasFunction<api.CallRequest>, false>>();
    // A typed array is plain, though it has methods.
    holds<Same<HasFunction<Omit<api.ResultSummary, 'spark'>>, false>>();
    holds<Same<HasFunction<api.ResultItems>, false>>();
    holds<Same<HasFunction<api.CellWindow>, false>>();
    holds<Same<HasFunction<api.ProbeAnswer>, false>>();
    holds<Same<HasFunction<api.ServerDescription>, false>>();
    holds<Same<HasFunction<api.Guard>, false>>();
    holds<Same<HasFunction<{ f(): void }>, true>>();
  });
});
