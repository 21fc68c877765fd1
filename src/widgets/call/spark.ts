// The numbers of a row as a small curve, beside their shape: a glance, no reading.

import { element } from '../element.js';

const WIDTH = 96;
const HEIGHT = 18;
const SVG = 'http://www.w3.org/2000/svg';

/** @param points - evenly spaced; NaN leaves a gap. */
export function sparkNode(points: Float32Array): HTMLElement {
  const finite = points.filter(Number.isFinite);
  const low = finite.reduce((least, y) => Math.min(least, y), Infinity);
  const span = finite.reduce((most, y) => Math.max(most, y), -Infinity) - low || 1;
  let path = '';
  let isDrawing = false;
  points.forEach((y, index) => {
    if (Number.isFinite(y)) {
      const at = [
        ((index / (points.length - 1)) * (WIDTH - 2) + 1).toFixed(1),
        (HEIGHT - 2 - ((y - low) / span) * (HEIGHT - 4)).toFixed(1),
      ];
      path += `${isDrawing ? 'L' : 'M'}${at.join(' ')}`;
    }
    isDrawing = Number.isFinite(y);
  });
  const curve = document.createElementNS(SVG, 'path');
  curve.setAttribute('d', path);
  const picture = document.createElementNS(SVG, 'svg');
  picture.setAttribute('width', String(WIDTH));
  picture.setAttribute('height', String(HEIGHT));
  picture.append(curve);
  return element('span', {
    className: 'jp-CallResult-spark',
    attributes: { 'aria-hidden': 'true' },
    children: [picture],
  });
}
