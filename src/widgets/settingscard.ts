// What a person may set on a view, by its kind. Changes show at once and stay in the output.

import type { TranslationBundle } from '@jupyterlab/translation';
import {
  COLORMAPS,
  LOG_LEVELS,
  PROGRESS_ENDS,
  type ViewKind,
  type ViewOptions,
} from '../models/index.js';
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
      ascending({
        label: trans.__('Percentiles'),
        names: [trans.__('Lower percentile'), trans.__('Upper percentile')],
        values: options.levels ?? [1, 99],
        attributes: { min: '0', max: '100', step: '0.1' },
        fits: value => value >= 0 && value <= 100,
        wrong: trans.__('Two ascending percentiles, 0 to 100.'),
        onChange: levels => onChange({ levels }),
      }),
    );
  } else if (kind === 'progress') {
    const [low, high] = PROGRESS_ENDS;
    fields.push(
      ascending({
        label: trans.__('From, to'),
        names: [trans.__('Value where the bar is empty'), trans.__('Value where the bar is full')],
        values: [options.min ?? low, options.max ?? high],
        attributes: { step: '1' },
        fits: Number.isSafeInteger,
        wrong: trans.__('Two ascending whole numbers.'),
        onChange: ([min, max]) => onChange({ min, max }),
      }),
    );
  } else if (kind === 'log') {
    const levels = [
      ['', trans.__('All levels')],
      ...[...LOG_LEVELS].reverse().map(level => [level, trans.__('%1 and above', level)] as const),
    ] as const;
    fields.push(
      choice(trans.__('Least level'), levels, options.level ?? '', level =>
        onChange({ level: level === '' ? undefined : level }),
      ),
      words(trans.__('Only from source'), trans.__('any'), options.source, source =>
        onChange({ source }),
      ),
      words(trans.__('Only records that contain'), trans.__('anything'), options.filter, filter =>
        onChange({ filter }),
      ),
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

/** A text; nothing typed is none. It counts when it is done, not with each letter. */
function words(
  label: string,
  placeholder: string,
  value: string | undefined,
  onChange: (value: string | undefined) => void,
): HTMLElement {
  const input = element('input', {
    attributes: { type: 'text', maxlength: '200', spellcheck: 'false', placeholder },
  });
  input.value = value ?? '';
  onDone(input, () => onChange(input.value === '' ? undefined : input.value));
  return element('label', { children: [element('span', { text: label }), input] });
}

type Ascending = {
  readonly label: string;
  /** Of either field, for who does not see where it stands. */
  readonly names: readonly [string, string];
  readonly values: readonly [number, number];
  readonly attributes: { readonly [name: string]: string };
  readonly fits: (value: number) => boolean;
  /** What would be right. */
  readonly wrong: string;
  readonly onChange: (values: readonly [number, number]) => void;
};

/** Two numbers that ascend. */
function ascending({ label, names, values, attributes, fits, wrong, onChange }: Ascending) {
  const [lowField, highField] = ([0, 1] as const).map(at => {
    const input = element('input', {
      attributes: { type: 'number', ...attributes, 'aria-label': names[at] },
    });
    input.value = String(values[at]);
    onDone(input, () => {
      const typed = [lowField!.valueAsNumber, highField!.valueAsNumber] as const;
      const isValid = typed.every(fits) && typed[0] < typed[1];
      for (const field of [lowField!, highField!]) {
        field.setCustomValidity(isValid ? '' : wrong);
      }
      if (isValid) {
        onChange(typed);
      } else {
        input.reportValidity();
      }
    });
    return input;
  });
  return element('label', {
    children: [element('span', { text: label }), lowField!, highField!],
  });
}

/** The person has typed: Enter, which a notebook would keep for itself, or they go elsewhere. */
function onDone(input: HTMLInputElement, done: () => void): void {
  input.addEventListener('change', done);
  input.addEventListener('keydown', event => {
    if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault();
      done();
    }
  });
}
