// What a person may set on a view, by its kind. Changes show at once and stay in the output.

import type { TranslationBundle } from '@jupyterlab/translation';
import { COLORMAPS, type ViewKind, type ViewOptions } from '../models/index.js';
import { element } from './element.js';

export namespace SettingsCard {
  export interface IOptions {
    readonly kind: ViewKind | null;
    readonly options: ViewOptions;
    readonly trans: TranslationBundle;
    readonly onChange: (change: Partial<ViewOptions>) => void;
  }
}

export function settingsCard({
  kind,
  options,
  trans,
  onChange,
}: SettingsCard.IOptions): HTMLElement {
  const fields: HTMLElement[] = [];
  const logX = () =>
    check(trans.__('Logarithmic x'), options.logX ?? false, logX => onChange({ logX }));
  const logY = () =>
    check(trans.__('Logarithmic y'), options.logY ?? false, logY => onChange({ logY }));
  if (kind === 'trace') {
    const styles = [
      ['line', trans.__('Line')],
      ['points', trans.__('Points')],
      ['steps', trans.__('Steps')],
    ] as const;
    fields.push(
      choice(trans.__('Style'), styles, options.style ?? 'line', style => onChange({ style })),
      logX(),
      logY(),
    );
  } else if (kind === 'xy' || kind === 'histogram') {
    fields.push(logX(), logY());
  } else if (kind === 'xy_hist') {
    fields.push(logY());
  } else if (kind === 'image') {
    const maps = COLORMAPS.map(name => [name, name] as const);
    fields.push(
      choice(trans.__('Colours'), maps, options.colormap ?? 'viridis', colormap =>
        onChange({ colormap }),
      ),
      percentiles(options.levels ?? [1, 99], trans, levels => onChange({ levels })),
    );
  }
  return element('div', {
    className: 'jp-SettingsCard',
    attributes: { role: 'group', 'aria-label': trans.__('Settings of this view') },
    children:
      fields.length > 0
        ? fields
        : [element('span', { text: trans.__('This kind of view has nothing to set.') })],
  });
}

function choice<T extends string>(
  label: string,
  choices: readonly (readonly [value: T, label: string])[],
  value: T,
  onChange: (value: T) => void,
): HTMLElement {
  const select = element('select', {
    children: choices.map(([name, text]) =>
      element('option', { text, attributes: { value: name } }),
    ),
  });
  select.value = value;
  select.addEventListener('change', () => {
    const chosen = choices[select.selectedIndex];
    if (chosen !== undefined) {
      onChange(chosen[0]);
    }
  });
  return element('label', { children: [element('span', { text: label }), select] });
}

function check(label: string, value: boolean, onChange: (value: boolean) => void): HTMLElement {
  const box = element('input', { attributes: { type: 'checkbox' } });
  box.checked = value;
  box.addEventListener('change', () => onChange(box.checked));
  return element('label', { children: [box, element('span', { text: label })] });
}

function percentiles(
  [low, high]: readonly [number, number],
  trans: TranslationBundle,
  onChange: (levels: readonly [number, number]) => void,
): HTMLElement {
  const field = (value: number, label: string) => {
    const input = element('input', {
      attributes: { type: 'number', min: '0', max: '100', step: '0.1', 'aria-label': label },
    });
    input.value = String(value);
    input.addEventListener('change', () => {
      const levels = [lowField.valueAsNumber, highField.valueAsNumber] as const;
      const isValid = 0 <= levels[0] && levels[0] < levels[1] && levels[1] <= 100;
      for (const each of [lowField, highField]) {
        each.setCustomValidity(isValid ? '' : trans.__('Two ascending percentiles, 0 to 100.'));
      }
      if (isValid) {
        onChange(levels);
      } else {
        input.reportValidity();
      }
    });
    return input;
  };
  const lowField = field(low, trans.__('Lower percentile'));
  const highField = field(high, trans.__('Upper percentile'));
  return element('label', {
    children: [element('span', { text: trans.__('Percentiles') }), lowField, highField],
  });
}
