// vega and vega-lite, loaded with the first chart: more code than all the rest of the page.

type Module = typeof import('./vegachart.js');

let loading: Promise<Module> | null = null;

/** What draws charts; a load that failed is tried again by the next call. */
export function loadVega(): Promise<Module> {
  loading ??= import('./vegachart.js').catch(reason => {
    loading = null;
    throw reason;
  });
  return loading;
}

/** Begin to load it. Whoever draws asks again, and says what went wrong. */
export function prepareVega(): void {
  loadVega().catch(() => undefined);
}
