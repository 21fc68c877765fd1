// Colours for canvases, read from the theme's variables where the canvas is.

/**
 * Eight line colours. Every one has a contrast of at least 3 : 1 on white and on JupyterLab's dark
 * background, and any two differ by 22 or more (CIE76) for normal, deuteranope, protanope and
 * tritanope eyes (Machado 2009).
 */
export const SERIES_COLOURS = [
  '#0072d6',
  '#a59450',
  '#c61089',
  '#915a46',
  '#928ac7',
  '#e21212',
  '#9214ff',
  '#dc7490',
] as const;

export function seriesColour(index: number): string {
  return SERIES_COLOURS[index % SERIES_COLOURS.length] ?? SERIES_COLOURS[0];
}

export type ThemeColours = {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly font: string;
  readonly fontSize: number;
};

/** The theme's colours at `node`; forces a style computation: ask once per theme, not per frame. */
export function themeColours(node: Element): ThemeColours {
  const style = getComputedStyle(node);
  const read = (name: string, fallback: string) => style.getPropertyValue(name).trim() || fallback;
  const background = read('--jp-layout-color0', '#ffffff');
  const text = read('--jp-content-font-color1', '#000000');
  return {
    background,
    text,
    muted: read('--jp-content-font-color2', '#555555'),
    // The theme's borders are white where contrast is high: a grid of them would hide the curve.
    grid: `color-mix(in srgb, ${text} 12%, ${background})`,
    font: style.fontFamily || 'sans-serif',
    fontSize: 11,
  };
}
