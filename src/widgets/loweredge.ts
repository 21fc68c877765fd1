// The lower edge of a view: drag it, or use the arrow keys, to change the view's height.

import { element } from './element.js';

export namespace LowerEdge {
  export interface IOptions {
    readonly label: string;
    readonly height: () => number;
    /** While it moves. */
    readonly onDrag: (height: number) => void;
    /** When it was let go. */
    readonly onDone: (height: number) => void;
  }
}

const LOWEST = 32; // CSS px
const HIGHEST = 4000;
const KEY_STEP = 10;

export class LowerEdge {
  constructor(options: LowerEdge.IOptions) {
    this._options = options;
    this.node = element('div', {
      className: 'jp-LiveView-edge',
      title: options.label,
      attributes: {
        role: 'separator',
        'aria-orientation': 'horizontal',
        'aria-label': options.label,
        'aria-valuemin': String(LOWEST),
        'aria-valuemax': String(HIGHEST),
        tabindex: '0',
      },
    });
    this.node.addEventListener('pointerdown', this._onDown);
    this.node.addEventListener('pointermove', this._onMove);
    this.node.addEventListener('pointerup', this._onUp);
    this.node.addEventListener('pointercancel', this._onUp);
    this.node.addEventListener('keydown', this._onKey);
  }

  readonly node: HTMLElement;

  update(): void {
    this.node.setAttribute('aria-valuenow', String(Math.round(this._options.height())));
  }

  private readonly _onDown = (event: PointerEvent): void => {
    if (event.button === 0) {
      event.preventDefault();
      this.node.setPointerCapture(event.pointerId);
      this._start = { y: event.clientY, height: this._options.height() };
    }
  };

  private readonly _onMove = (event: PointerEvent): void => {
    if (this._start !== null) {
      this._options.onDrag(this._at(event, this._start));
    }
  };

  private readonly _onUp = (event: PointerEvent): void => {
    const start = this._start;
    this._start = null;
    if (start !== null && event.clientY !== start.y) {
      this._options.onDone(this._at(event, start));
      this.update();
    }
  };

  private readonly _onKey = (event: KeyboardEvent): void => {
    const way = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (way !== 0) {
      event.preventDefault();
      event.stopPropagation();
      const height = limited(this._options.height() + way * KEY_STEP);
      this._options.onDrag(height);
      this._options.onDone(height);
      this.update();
    }
  };

  private _at(event: PointerEvent, start: { y: number; height: number }): number {
    return limited(start.height + event.clientY - start.y);
  }

  private readonly _options: LowerEdge.IOptions;
  private _start: { readonly y: number; readonly height: number } | null = null;
}

function limited(height: number): number {
  return Math.round(Math.min(HIGHEST, Math.max(LOWEST, height)));
}
