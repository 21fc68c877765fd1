// A chart that a person described with Vega-Lite, over live rows.
//
// The code that draws it comes with the first chart. A specification that cannot be drawn says so in
// the chart's place, with its lines; what can be drawn in part is, with a note below.

import {
  type ChartFrame,
  type ChartMistake,
  type ChartSpec,
  faultOfChart,
  formatCount,
  lineOf,
  linesAround,
  type PictureFrame,
  pathText,
} from '../../models/index.js';
import { type Fault, toFault, UnsupportedError } from '../../values/index.js';
import { element, setText } from '../element.js';
import { errorCard } from '../errorcard.js';
import { type ThemeColours, themeColours } from '../theme.js';
import { Body, devicePixels, type IBodyHost, type IViewBody } from './body.js';
import { loadVega } from './vega.js';
import type { VegaChart } from './vegachart.js';

/** Marks of the first picture, for whoever measures how long it took; `detail` is the view's title. */
const MARK = 'labwire:chart:';

export class ChartBody extends Body<'chart'> implements IViewBody {
  constructor(host: IBodyHost) {
    super(host, 'chart', 'jp-ChartView');
    this._plot = element('div', { className: 'jp-ChartView-plot' });
    this._notes = element('div', { className: 'jp-ChartView-notes' });
    this.node.append(this._plot, this._notes);
    this._mark('frame');
    this._load();
  }

  protected override drawFrame(frame: ChartFrame, before: ChartFrame | null): void {
    // Else only its head is new. A view that was opened again counts anew.
    if (frame.revision !== before?.revision || frame.viewId !== before.viewId) {
      this._draw();
    }
  }

  fit(width: number, height: number): void {
    this.host.model.setViewport(devicePixels(width, height));
    this._resize();
  }

  restyle(): void {
    const theme = themeColours(this.node);
    const isOther = JSON.stringify(theme) !== JSON.stringify(this._theme);
    if (isOther && this._chart !== null && this._vega !== null) {
      this._make();
    }
  }

  summary(frame: PictureFrame): string {
    return frame.kind === 'chart' ? this._countsOf(frame) : '';
  }

  protected override textOf(frame: ChartFrame): string {
    const tables = frame.tables.map(
      ({ name, columns, rowCount }) =>
        `${name}: ${rowCount} rows of ${columns.map(column => column.name).join(', ')}`,
    );
    const words = this._description();
    return [...(words === '' ? [] : [words]), ...tables].join('; ');
  }

  paint(
    context: CanvasRenderingContext2D,
    width: number,
    height: number,
    theme: ThemeColours,
  ): void {
    const canvas = this._plot.querySelector('canvas');
    if (canvas !== null && canvas.width > 0) {
      const { clientWidth, clientHeight } = canvas;
      const scale = Math.min(1, width / clientWidth, height / clientHeight);
      context.drawImage(canvas, 0, 0, clientWidth * scale, clientHeight * scale);
    } else if (this._fault !== null) {
      context.fillStyle = theme.text;
      context.font = `12px ${theme.font}`;
      context.fillText(this._fault.message, 8, 20, width - 16);
    }
  }

  handleKey(): boolean {
    return false;
  }

  protected override release(): void {
    this._chart?.dispose();
    this._chart = null;
  }

  private _load(): void {
    this._fault = null;
    loadVega().then(
      vega => {
        if (!this.isDisposed) {
          this._mark('loaded');
          this._vega = vega;
          this._make();
        }
      },
      reason => {
        if (!this.isDisposed) {
          const why = reason instanceof Error ? reason.message : String(reason);
          const error = new UnsupportedError(
            `the code that draws charts could not be loaded: ${why}`,
            { feature: 'vega-lite' },
            { hint: 'Check that the Jupyter server answers, then try again.' },
          );
          this._explain(toFault(error), [], () => this._load());
        }
      },
    );
  }

  // With the colours of now; whatever stood there goes.
  private _make(): void {
    this._chart?.dispose();
    this._chart = null;
    this._plot.replaceChildren();
    this._theme = themeColours(this.node);
    const { VegaChart, mistakeOf } = this._vega!;
    const { clientWidth, clientHeight } = this._plot;
    try {
      this._chart = new VegaChart(this._plot, {
        spec: this._spec,
        theme: this._theme,
        width: Math.max(1, clientWidth),
        height: Math.max(1, clientHeight),
        isStill: matchMedia('(prefers-reduced-motion: reduce)').matches,
        onProblems: problems => this._showNotes(problems),
      });
    } catch (error) {
      const mistake = mistakeOf(error, this._spec);
      this._explain(faultOfChart(mistake, this._spec), this._linesOf(mistake));
      return;
    }
    // Beside the canvas there may be fields, which a picture must not hide.
    for (const name of ['role', 'aria-roledescription', 'aria-label']) {
      this._plot.removeAttribute(name);
    }
    this._plot.querySelector('canvas')?.setAttribute('role', 'img');
    this._reach(!this._chart.isFitted);
    this._size = '';
    this._draw();
  }

  private _draw(): void {
    const { frame, _chart: chart } = this;
    if (frame === null || chart === null) {
      return;
    }
    this._resize();
    const words = [this._description() || this.host.model.title, this._countsOf(frame)];
    const label = words.filter(word => word !== '').join(': ');
    const canvas = this._plot.querySelector('canvas');
    if (canvas?.getAttribute('aria-label') !== label) {
      canvas?.setAttribute('aria-label', label);
    }
    chart.draw(frame.tables).then(
      () => this._mark('painted'),
      reason => console.error(`Labwire: ${this.host.model.title}`, reason),
    );
  }

  // What may have to be scrolled can be reached with the keyboard.
  private _reach(isScrolled: boolean): void {
    if (isScrolled) {
      this._plot.tabIndex = 0;
    } else {
      this._plot.removeAttribute('tabindex');
    }
  }

  private _resize(): void {
    const { clientWidth, clientHeight } = this._plot;
    const size = `${clientWidth} ${clientHeight} ${globalThis.devicePixelRatio}`;
    if (this._chart !== null && clientWidth > 0 && size !== this._size) {
      this._size = size;
      this._chart.resize(clientWidth, clientHeight);
    }
  }

  private _explain(fault: Fault, lines: readonly HTMLElement[], again?: () => void): void {
    const { trans, model } = this.host;
    this._fault = fault;
    this._reach(true);
    this._plot.replaceChildren(
      ...lines,
      errorCard({
        fault,
        where: model.title,
        actions: again === undefined ? [] : [{ label: trans.__('Try again'), run: again }],
        trans,
      }),
    );
  }

  // The lines around a mistake, as the person would print the specification.
  private _linesOf({ path }: ChartMistake): readonly HTMLElement[] {
    if (path === null) {
      return [];
    }
    const lines = linesAround(this._spec, lineOf(this._spec, path)).map(({ number, text, isIt }) =>
      element('span', {
        className: isIt ? 'jp-ChartView-line jp-mod-meant' : 'jp-ChartView-line',
        text: `${isIt ? '▸' : ' '}${String(number).padStart(4)}  ${text}\n`,
      }),
    );
    return [element('pre', { className: 'jp-ChartView-lines', children: lines })];
  }

  private _showNotes(problems: readonly ChartMistake[]): void {
    const { trans } = this.host;
    const texts = problems.map(({ message, path }) =>
      path === null || path.length === 0
        ? `▲ ${message}`
        : `▲ ${trans.__('%1 (line %2, %3)', message, lineOf(this._spec, path), pathText(path))}`,
    );
    const text = texts.join('\n');
    if (this._notes.textContent !== text) {
      setText(this._notes, text);
      this._resize();
    }
  }

  private _countsOf({ tables }: ChartFrame): string {
    const { trans } = this.host;
    return tables
      .map(({ name, rowCount }) => {
        const rows = trans._n('%2 row', '%2 rows', rowCount, formatCount(rowCount));
        return tables.length === 1 ? rows : `${name} ${rows}`;
      })
      .join(', ');
  }

  private _description(): string {
    const { description, title } = this._spec;
    return typeof description === 'string' ? description : typeof title === 'string' ? title : '';
  }

  private get _spec(): ChartSpec {
    return (this.host.model.spec.chart ?? {}) as ChartSpec;
  }

  private _mark(name: 'frame' | 'loaded' | 'painted'): void {
    if (!this._marked.has(name)) {
      this._marked.add(name);
      performance.mark(`${MARK}${name}`, { detail: this.host.model.title });
    }
  }

  private readonly _plot: HTMLElement;
  private readonly _notes: HTMLElement;
  private readonly _marked = new Set<string>();
  private _vega: Awaited<ReturnType<typeof loadVega>> | null = null;
  private _chart: VegaChart | null = null;
  private _theme: ThemeColours | null = null;
  private _fault: Fault | null = null;
  private _size = '';
}
