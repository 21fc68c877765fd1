// What a page can measure of itself: pictures drawn, script time, gaps between animation frames.
//
// A picture counts as drawn when, in one animation frame, the pump delivered a new one and the view
// painted its canvas. requestAnimationFrame alone stays at 60 whatever is drawn.

/** The longest time between two animation frames. */
export class GapMeter {
  constructor() {
    this._longest = 0;
    this._last = performance.now();
    this._stopped = false;
    const tick = () => {
      if (!this._stopped) {
        this._take();
        requestAnimationFrame(tick);
      }
    };
    requestAnimationFrame(tick);
  }

  stop() {
    this._take();
    this._stopped = true;
    return this._longest;
  }

  _take() {
    const now = performance.now();
    this._longest = Math.max(this._longest, now - this._last);
    this._last = now;
  }
}

/** Script time of the page, and the pictures of the views that it watches. */
export class FrameMeter {
  constructor() {
    this._scriptMs = 0;
    this._since = null;
    this._watched = [];
    this._painted = new Set();
    const { clearRect } = CanvasRenderingContext2D.prototype;
    const painted = this._painted;
    CanvasRenderingContext2D.prototype.clearRect = function (...args) {
      painted.add(this.canvas);
      clearRect.apply(this, args);
    };
  }

  /** @returns {Pictures} what is drawn of the view from now on. */
  watch(model, node, kind) {
    const pictures = new Pictures(model, node, kind);
    this._watched.push(pictures);
    return pictures;
  }

  restart() {
    this._scriptMs = 0;
    for (const pictures of this._watched) {
      pictures.restart();
    }
  }

  /**
   * The pump's screen. Callbacks run in order, each with its microtasks: so the second animation
   * callback comes when the frame is delivered and painted.
   */
  get screen() {
    return {
      requestFrame: callback => {
        requestAnimationFrame(() => {
          this.begin();
          callback();
        });
        requestAnimationFrame(() => {
          this.end();
          for (const pictures of this._watched) {
            pictures.count(this._painted, this._scriptMs);
          }
          this._painted.clear();
        });
      },
      delay: (callback, ms) => {
        setTimeout(() => {
          this.begin();
          callback();
        }, ms);
        setTimeout(() => this.end(), ms);
      },
      nowMs: () => performance.now(),
    };
  }

  /** Script time since the meter began anew. */
  get scriptMs() {
    return this._scriptMs;
  }

  begin() {
    this._since ??= performance.now();
  }

  end() {
    if (this._since !== null) {
      this._scriptMs += performance.now() - this._since;
      this._since = null;
    }
  }
}

const PAINTED = ['trace', 'image', 'number', 'chart']; // the others are made of elements

/** The pictures of one view. One made of elements has drawn when it has taken a frame. */
export class Pictures {
  /** `{atMs, scriptMs, value}`: wall clock after the drawing, script time since the last one, last y. */
  draws = [];

  constructor(model, node, kind) {
    this._node = node;
    this._isPainted = PAINTED.includes(kind);
    this._fresh = null;
    this._scriptMs = 0;
    model.frameChanged.connect((_, frame) => {
      this._fresh = frame.kind === kind ? frame : null;
    });
  }

  restart() {
    this.draws.length = 0;
    this._scriptMs = 0;
  }

  /** The canvas with the picture: the largest one. */
  get canvas() {
    let largest = null;
    for (const canvas of this._node.querySelectorAll('canvas')) {
      if (largest === null || canvas.width * canvas.height > largest.width * largest.height) {
        largest = canvas;
      }
    }
    return largest;
  }

  canvasSize() {
    return [this.canvas.width, this.canvas.height];
  }

  /** Share of its pixels that are neither transparent nor grey: there is a picture at all. */
  colouredShare() {
    const { canvas } = this;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let coloured = 0;
    for (let i = 0; i < data.length; i += 4) {
      const most = Math.max(data[i], data[i + 1], data[i + 2]);
      const least = Math.min(data[i], data[i + 1], data[i + 2]);
      coloured += data[i + 3] > 0 && most - least > 30 ? 1 : 0;
    }
    return coloured / (data.length / 4);
  }

  /** Called when the views have had their frames: `painted` are the canvases that were cleared since. */
  count(painted, scriptMs) {
    const frame = this._fresh;
    this._fresh = null;
    if (frame !== null && (!this._isPainted || painted.has(this.canvas))) {
      const value = frame.kind === 'trace' ? (frame.last?.y ?? null) : null;
      this.draws.push({ atMs: Date.now(), scriptMs: scriptMs - this._scriptMs, value });
      this._scriptMs = scriptMs;
    }
  }
}

/**
 * A worker whose messages are on the meter: the clock runs from a listener's begin until the
 * microtasks after it are done, which is when the next listener is called.
 */
export function meteredWorker(url, meter) {
  const worker = new Worker(url, { name: 'labwire-worker' });
  const endpoint = {
    postMessage: (message, transfer) => worker.postMessage(message, transfer),
    addEventListener: (type, listener) => {
      const call = listener.handleEvent?.bind(listener) ?? listener;
      worker.addEventListener(type, event => {
        meter.begin();
        call(event);
      });
      worker.addEventListener(type, () => meter.end());
    },
    removeEventListener: () => {}, // ends with the worker
  };
  const failed = new Promise((_, reject) => {
    worker.addEventListener('error', event => reject(new Error(event.message)));
  });
  failed.catch(() => {}); // looked at during the start only
  return { endpoint, failed, terminate: () => worker.terminate() };
}
