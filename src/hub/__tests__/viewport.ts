import type { Viewport } from '../api.js';

/** A page that shows everything, 600 × 300 pixels or 20 rows of it. */
export const VIEWPORT: Viewport = {
  width: 600,
  height: 300,
  x: null,
  region: null,
  colormap: 'viridis',
  levels: { mode: 'percentile', low: 1, high: 99 },
  firstRow: 0,
  rowCount: 20,
  filter: '',
  folded: [],
};
