// The icons of tools and states: one file each in style/icons, coloured by the theme.

import type { LabIcon } from '@jupyterlab/ui-components';
import box from '../../style/icons/box.svg';
import csv from '../../style/icons/csv.svg';
import edit from '../../style/icons/edit.svg';
import freeze from '../../style/icons/freeze.svg';
import info from '../../style/icons/info.svg';
import pause from '../../style/icons/pause.svg';
import png from '../../style/icons/png.svg';
import reset from '../../style/icons/reset.svg';
import resume from '../../style/icons/resume.svg';
import settings from '../../style/icons/settings.svg';
import asking from '../../style/icons/state-asking.svg';
import closed from '../../style/icons/state-closed.svg';
import connecting from '../../style/icons/state-connecting.svg';
import failed from '../../style/icons/state-failed.svg';
import frozen from '../../style/icons/state-frozen.svg';
import live from '../../style/icons/state-live.svg';
import missing from '../../style/icons/state-missing.svg';
import outOfStep from '../../style/icons/state-out-of-step.svg';
import paused from '../../style/icons/state-paused.svg';
import stale from '../../style/icons/state-stale.svg';
import tab from '../../style/icons/tab.svg';
import { iconOf } from './labwireicons.js';
import type { ShownState } from './words.js';

export const toolIcons = {
  pause: iconOf('pause', pause),
  resume: iconOf('resume', resume),
  freeze: iconOf('freeze', freeze),
  png: iconOf('png', png),
  csv: iconOf('csv', csv),
  tab: iconOf('tab', tab),
  info: iconOf('info', info),
  settings: iconOf('settings', settings),
  reset: iconOf('reset', reset),
  box: iconOf('box', box),
  edit: iconOf('edit', edit),
} as const;

/** A shape per state, so that no state is told by its colour alone. */
export const stateIcons: { readonly [state in ShownState]: LabIcon } = {
  connecting: iconOf('state-connecting', connecting),
  asking: iconOf('state-asking', asking),
  live: iconOf('state-live', live),
  stale: iconOf('state-stale', stale),
  'out-of-step': iconOf('state-out-of-step', outOfStep),
  missing: iconOf('state-missing', missing),
  refused: iconOf('state-refused', failed),
  failed: iconOf('state-failed', failed),
  closed: iconOf('state-closed', closed),
  paused: iconOf('state-paused', paused),
  frozen: iconOf('state-frozen', frozen),
};
