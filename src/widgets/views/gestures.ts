// Zoom and pan with wheel and pointer, the same for curves and images.
//
// A wheel that was turning before the pointer came over the picture is scrolling the notebook and
// goes on scrolling it. The wheel zooms once the pointer has moved on the picture, and where a turn
// changes nothing (zoomed out already) the notebook scrolls.

import type { IDisposable } from '@lumino/disposable';

export interface IGestureTarget {
  /** `factor` < 1 is closer; x, y in CSS px of the surface. False: nothing changed. */
  zoom(axis: 'x' | 'y', factor: number, x: number, y: number): boolean;
  /** The picture follows the pointer by dx, dy CSS px. */
  pan(dx: number, dy: number): void;
  /** Corners of a box in CSS px, left top right bottom. */
  zoomBox(box: readonly [number, number, number, number]): void;
  /** Back to the whole. */
  reset(): void;
  /** The pointer is here, or gone. */
  hover(x: number | null, y: number | null): void;
  /** Here was pressed and let go, without a drag. */
  readonly click?: (x: number, y: number) => void;
}

const CLOSER = 4; // CSS px; a pointer that moved less between down and up has clicked
const WHEEL_SPEED = 0.0015; // e-folds per pixel of wheel travel: a notch of 100 px is 14 %
const LINE_PX = 16; // a wheel that counts lines
const PAGE_PX = 400;
const SCROLL_PAUSE_MS = 300; // the gap that ends one scroll gesture

export class Gestures implements IDisposable {
  constructor(surface: HTMLElement, target: IGestureTarget) {
    this._surface = surface;
    this._target = target;
    surface.addEventListener('wheel', this, { passive: false });
    for (const type of POINTER_EVENTS) {
      surface.addEventListener(type, this);
    }
    document.addEventListener('wheel', this._onAnyWheel, { passive: true, capture: true });
  }

  /** The next drag draws a box. */
  startBox(): void {
    this._wantsBox = true;
    this._surface.classList.add('jp-mod-box');
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._surface.removeEventListener('wheel', this);
    for (const type of POINTER_EVENTS) {
      this._surface.removeEventListener(type, this);
    }
    document.removeEventListener('wheel', this._onAnyWheel, { capture: true });
    this._endBox();
  }

  handleEvent(event: Event): void {
    switch (event.type) {
      case 'wheel':
        this._onWheel(event as WheelEvent);
        break;
      case 'pointerdown':
        this._onDown(event as PointerEvent);
        break;
      case 'pointermove':
        this._onMove(event as PointerEvent);
        break;
      case 'pointerup':
      case 'pointercancel':
        this._onUp(event as PointerEvent);
        break;
      case 'pointerleave':
        this._isArmed = false;
        this._target.hover(null, null);
        break;
      case 'dblclick':
        event.preventDefault();
        this._target.reset();
        break;
    }
  }

  private readonly _onAnyWheel = (event: WheelEvent): void => {
    if (!(event.target instanceof Node && this._surface.contains(event.target))) {
      this._scrolledAtMs = event.timeStamp;
    }
  };

  private _onWheel(event: WheelEvent): void {
    if (event.ctrlKey || event.metaKey) {
      return; // the browser's own zoom
    }
    const isScrolling = event.timeStamp - this._scrolledAtMs < SCROLL_PAUSE_MS;
    if (!this._isArmed || isScrolling) {
      this._scrolledAtMs = event.timeStamp;
      return;
    }
    const unit = event.deltaMode === 1 ? LINE_PX : event.deltaMode === 2 ? PAGE_PX : 1;
    // With Shift held, browsers report the turn as a horizontal one.
    const turn = (event.deltaY === 0 ? event.deltaX : event.deltaY) * unit;
    const [x, y] = this._place(event);
    if (this._target.zoom(event.shiftKey ? 'y' : 'x', Math.exp(turn * WHEEL_SPEED), x, y)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  private _onDown(event: PointerEvent): void {
    if (event.button !== 0 || this._pointer !== null) {
      return;
    }
    const [x, y] = this._place(event);
    this._pointer = event.pointerId;
    this._down = [x, y];
    this._last = [x, y];
    this._isDragging = false;
    if (event.pointerType !== 'touch') {
      this._surface.setPointerCapture(event.pointerId);
    }
  }

  private _onMove(event: PointerEvent): void {
    const [x, y] = this._place(event);
    if (event.movementX !== 0 || event.movementY !== 0) {
      this._isArmed = true; // scrolling under a still pointer moves it by 0
    }
    this._target.hover(x, y);
    if (this._pointer !== event.pointerId) {
      return;
    }
    this._isDragging ||= Math.hypot(x - this._down[0], y - this._down[1]) >= CLOSER;
    if (!this._isDragging) {
      return;
    }
    if (this._wantsBox || event.altKey) {
      this._wantsBox = true;
      this._drawBox(x, y);
    } else {
      this._surface.classList.add('jp-mod-panning');
      this._target.pan(x - this._last[0], y - this._last[1]);
    }
    this._last = [x, y];
  }

  private _onUp(event: PointerEvent): void {
    if (this._pointer !== event.pointerId) {
      return;
    }
    this._pointer = null;
    this._surface.classList.remove('jp-mod-panning');
    if (this._isDragging && this._wantsBox) {
      const [x, y] = this._place(event);
      const [x0, y0] = this._down;
      this._endBox();
      if (event.type === 'pointerup' && Math.abs(x - x0) >= CLOSER && Math.abs(y - y0) >= CLOSER) {
        this._target.zoomBox([Math.min(x, x0), Math.min(y, y0), Math.max(x, x0), Math.max(y, y0)]);
      }
    } else if (!this._isDragging && event.type === 'pointerup') {
      this._target.click?.(...this._place(event));
    }
  }

  private _drawBox(x: number, y: number): void {
    if (this._box === null) {
      this._box = document.createElement('div');
      this._box.className = 'jp-Labwire-box';
      this._surface.append(this._box);
    }
    const [x0, y0] = this._down;
    Object.assign(this._box.style, {
      left: `${Math.min(x, x0)}px`,
      top: `${Math.min(y, y0)}px`,
      width: `${Math.abs(x - x0)}px`,
      height: `${Math.abs(y - y0)}px`,
    });
  }

  private _endBox(): void {
    this._wantsBox = false;
    this._surface.classList.remove('jp-mod-box');
    this._box?.remove();
    this._box = null;
  }

  private _place(event: MouseEvent): readonly [number, number] {
    const rect = this._surface.getBoundingClientRect();
    return [event.clientX - rect.left, event.clientY - rect.top];
  }

  private readonly _surface: HTMLElement;
  private readonly _target: IGestureTarget;
  private _isArmed = false;
  private _scrolledAtMs = Number.NEGATIVE_INFINITY;
  private _pointer: number | null = null;
  private _down: readonly [number, number] = [0, 0];
  private _last: readonly [number, number] = [0, 0];
  private _isDragging = false;
  private _wantsBox = false;
  private _box: HTMLElement | null = null;
  private _isDisposed = false;
}

const POINTER_EVENTS = [
  'pointerdown',
  'pointermove',
  'pointerup',
  'pointercancel',
  'pointerleave',
  'dblclick',
] as const;
