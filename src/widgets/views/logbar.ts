// What stands above a log: which records are shown, how many, and whether it follows.

import type { TranslationBundle } from '@jupyterlab/translation';
import { formatCount, LOG_LEVELS, type LogFrame, type LogLevel } from '../../models/index.js';
import { element, textButton } from '../element.js';

export type LogBarActions = {
  readonly setLevel: (level: LogLevel | null) => void;
  readonly setSource: (source: string | null) => void;
  readonly setText: (text: string) => void;
  readonly toggleFollow: () => void;
  readonly copy: () => void;
  /** Back to the records, from the field. */
  readonly leave: () => void;
};

export class LogBar {
  constructor(actions: LogBarActions, trans: TranslationBundle) {
    this._actions = actions;
    this._trans = trans;
    this._level = element('select', {
      attributes: { 'aria-label': trans.__('Least level') },
      children: [
        element('option', { text: trans.__('All levels'), attributes: { value: '' } }),
        ...[...LOG_LEVELS].reverse().map((level, index) =>
          element('option', {
            text: index === LOG_LEVELS.length - 1 ? level : trans.__('%1 and above', level),
            attributes: { value: level },
          }),
        ),
      ],
    });
    this._source = element('select', {
      className: 'jp-LogView-sources',
      attributes: { 'aria-label': trans.__('Source') },
    });
    this._filter = element('input', {
      className: 'jp-LogView-filter',
      attributes: {
        type: 'search',
        placeholder: trans.__('filter…  ( / )'),
        'aria-label': trans.__('Only records that contain'),
        spellcheck: 'false',
        maxlength: '200',
      },
    });
    this._count = element('span', { className: 'jp-LogView-count' });
    this._copy = textButton(trans.__('Copy'), actions.copy);
    this._copy.title = trans.__('Copy the chosen records (Ctrl+C)');
    this._copy.hidden = true;
    this._follow = textButton(trans.__('Follow ↓'), actions.toggleFollow);
    this._follow.title = trans.__('Stay at the newest record (End)');
    this.node = element('div', {
      className: 'jp-LogView-bar',
      children: [this._level, this._source, this._filter, this._count, this._copy, this._follow],
    });
    this._level.addEventListener('change', () => {
      actions.setLevel(LOG_LEVELS.find(level => level === this._level.value) ?? null);
    });
    this._source.addEventListener('change', () => {
      actions.setSource(this._source.value === '' ? null : this._source.value);
    });
    this._source.addEventListener('blur', () => this._drawSources());
    this._filter.addEventListener('input', () => actions.setText(this._filter.value));
    this._filter.addEventListener('keydown', this._onFilterKey);
    this._drawSources();
  }

  readonly node: HTMLElement;

  get text(): string {
    return this._filter.value;
  }

  focusFilter(): void {
    this._filter.focus();
    this._filter.select();
  }

  /** What is set, by whomever. */
  show(level: LogLevel | null, source: string | null, text: string): void {
    this._level.value = level ?? '';
    this._filter.value = text;
    if (source !== this._chosen) {
      this._chosen = source;
      this._names = null;
      this._drawSources();
    }
  }

  draw(frame: LogFrame, isFollowing: boolean, hasSelection: boolean): void {
    const { shownCount, recordCount, lostCount, newCount, sources } = frame;
    const { _trans: trans } = this;
    const facts = [
      shownCount === recordCount
        ? trans._n('%2 record', '%2 records', recordCount, formatCount(recordCount))
        : trans.__('%1 of %2', formatCount(shownCount), formatCount(recordCount)),
      lostCount > 0 ? trans.__('%1 older lost', formatCount(lostCount)) : '',
      newCount > 0 ? trans.__('%1 new', formatCount(newCount)) : '',
    ];
    const count = facts.filter(fact => fact !== '').join(' · ');
    if (this._count.textContent !== count) {
      this._count.textContent = count;
      this._count.title = count; // where there is no room for it
    }
    this._follow.setAttribute('aria-pressed', String(isFollowing));
    this._copy.hidden = !hasSelection;
    this._sources = sources;
    this._drawSources();
  }

  // A list that is open under the person's hand stays as it is.
  private _drawSources(): void {
    const names =
      this._chosen === null || this._sources.includes(this._chosen)
        ? this._sources
        : [this._chosen, ...this._sources];
    const isSame =
      this._names?.length === names.length && this._names.every((name, at) => name === names[at]);
    if (isSame || (this._names !== null && document.activeElement === this._source)) {
      return;
    }
    this._names = names;
    this._source.replaceChildren(
      element('option', { text: this._trans.__('All sources'), attributes: { value: '' } }),
      ...names.map(name => element('option', { text: name, attributes: { value: name } })),
    );
    this._source.value = this._chosen ?? '';
  }

  private readonly _onFilterKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      if (this._filter.value === '') {
        this._actions.leave();
      } else {
        this._filter.value = '';
        this._actions.setText('');
      }
    } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      this._actions.leave();
    }
  };

  private readonly _actions: LogBarActions;
  private readonly _trans: TranslationBundle;
  private readonly _level: HTMLSelectElement;
  private readonly _source: HTMLSelectElement;
  private readonly _filter: HTMLInputElement;
  private readonly _count: HTMLElement;
  private readonly _copy: HTMLButtonElement;
  private readonly _follow: HTMLButtonElement;
  private _sources: readonly string[] = [];
  private _names: readonly string[] | null = null;
  private _chosen: string | null = null;
}
