// The theme's colours as a configuration of Vega-Lite. What the specification says itself wins.

import type { Config } from 'vega-lite';
import { SERIES_COLOURS, type ThemeColours } from '../theme.js';

export function chartConfig(theme: ThemeColours): Config {
  const { text, muted, grid, font, fontSize } = theme;
  const labels = { labelColor: muted, labelFontSize: fontSize };
  const titles = { titleColor: text, titleFontSize: fontSize, titleFontWeight: 'normal' } as const;
  return {
    background: 'transparent', // the view's own shows
    font,
    axis: { ...labels, ...titles, domainColor: muted, tickColor: muted, gridColor: grid },
    legend: { ...labels, ...titles },
    header: { ...labels, ...titles },
    title: { color: text, subtitleColor: muted, fontSize: fontSize + 2 },
    view: { stroke: grid },
    mark: { color: SERIES_COLOURS[0] },
    text: { color: text },
    rule: { color: muted },
    errorbar: { rule: { color: muted } },
    range: {
      category: [...SERIES_COLOURS],
      ramp: { scheme: 'viridis' },
      heatmap: { scheme: 'viridis' },
    },
  };
}
