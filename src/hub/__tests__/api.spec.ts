// The contract with the page, held by the compiler: a change that breaks a page breaks this file.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Fault, LinkStatus } from '../../values/index.js';
import type * as api from '../api.js';
import type { Hub } from '../hub.js';
import { VERSION } from '../version.js';

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_T extends true>(): void {}

/** What structured clone keeps whole: no functions, no classes of ours. */
type Plain<T> = T extends
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | ArrayBufferView
  | ImageBitmap
  | Fault
  ? true
  : T extends readonly (infer E)[]
    ? Plain<E>
    : T extends (...args: never[]) => unknown
      ? false
      : T extends object
        ? { [K in keyof T]-?: Plain<T[K]> }[keyof T] extends true
          ? true
          : false
        : false;

describe('api.ts', () => {
  it('tells frames apart by kind', () => {
    holds<Same<api.Frame['kind'], api.ViewKind | 'empty' | 'status'>>();
    holds<Same<Extract<api.Frame, { kind: 'trace' }>, api.TraceFrame>>();
    holds<Same<api.EmptyFrame['fault'], Fault | null>>();
    holds<Same<api.Frame['status'], LinkStatus>>();
    holds<Same<api.Frame['timeNs'], bigint | null>>();
  });

  it('lets only plain data cross', () => {
    holds<Plain<api.NumberFrame>>();
    holds<Plain<api.TraceFrame>>();
    holds<Plain<api.XYFrame>>();
    holds<Plain<api.HistogramFrame>>();
    holds<Plain<api.XYHistFrame>>();
    holds<Plain<api.ImageFrame>>();
    holds<Plain<api.TableFrame>>();
    holds<Plain<api.StatusFrame>>();
    holds<Plain<api.ViewSpec>>();
    holds<Plain<api.Viewport>>();
    holds<Plain<api.ViewAnswer>>();
    holds<Plain<api.PolicyQuestion>>();
    holds<Plain<api.EndpointStatus>>();
    holds<Same<Plain<{ f(): void }>, false>>();
  });

  it('has only methods that answer with a promise', () => {
    type Answers = { [K in keyof api.IHub]: ReturnType<api.IHub[K]> }[keyof api.IHub];
    holds<Answers extends Promise<unknown> ? true : false>();
    holds<Hub extends api.IHub ? true : false>();
    holds<Same<Parameters<api.IPage['openChannel']>, [reason: 'first' | 'lost']>>();
  });

  it('has readonly options that may all be missing', () => {
    holds<Same<Partial<api.ViewOptions>, api.ViewOptions>>();
    holds<Same<Readonly<api.ViewOptions>, api.ViewOptions>>();
  });
});

describe('VERSION', () => {
  it("is the package's", () => {
    const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
    assert.equal(VERSION, (JSON.parse(text) as { version: string }).version);
  });
});
