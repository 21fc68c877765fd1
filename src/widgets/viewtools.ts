// The tools of a live view, in the order in which they stand.

import { uneditableNotifier } from '../models/index.js';
import { toolIcons } from './icons.js';
import type { LiveView } from './liveview.js';
import type { Tool } from './toolbar.js';

export type ToolState = {
  /** The card that is open, or null. */
  readonly card: string | null;
  readonly hasZoom: boolean;
  readonly hasTabs: boolean;
};

export function viewTools(view: LiveView, { card, hasZoom, hasTabs }: ToolState): readonly Tool[] {
  const { trans } = view;
  const { paused, frozenNs, phase } = view.model;
  const isFrozen = frozenNs !== null;
  const zoom: readonly Tool[] = [
    {
      name: 'box',
      label: trans.__('Zoom into a box (or Alt and drag)'),
      icon: toolIcons.box,
      run: () => view.startBox(),
    },
    {
      name: 'reset',
      label: trans.__('Show everything (double click)'),
      icon: toolIcons.reset,
      run: () => view.resetZoom(),
    },
  ];
  const { editing } = view;
  const edit: readonly Tool[] =
    editing === undefined
      ? uneditableNotifier(view.model.spec) === null
        ? []
        : [
            {
              name: 'edit',
              label: trans.__('Why this cannot be edited'),
              icon: toolIcons.edit,
              pressed: card === 'uneditable',
              run: () => view.toggleUneditable(),
            },
          ]
      : [
          {
            name: 'edit',
            label: editing.isArmed ? trans.__('Editing is armed') : trans.__('Edit datasets…'),
            icon: toolIcons.edit,
            pressed: editing.isOpen,
            enabled: editing.canOpen,
            run: () => editing.toggle(),
          },
        ];
  const tab: Tool = {
    name: 'tab',
    label: trans.__('Open in a tab'),
    icon: toolIcons.tab,
    run: () => view.openTab(),
  };
  return [
    {
      name: 'pause',
      label: paused ? trans.__('Resume (p)') : trans.__('Pause the picture, the data go on (p)'),
      icon: paused ? toolIcons.resume : toolIcons.pause,
      pressed: paused,
      enabled: view.canPause,
      run: () => view.togglePause(),
    },
    {
      name: 'freeze',
      label: isFrozen
        ? trans.__('Go live again')
        : trans.__('Freeze: keep picture and text, disconnect'),
      icon: isFrozen ? toolIcons.resume : toolIcons.freeze,
      pressed: isFrozen,
      enabled: view.canFreeze,
      run: () => view.toggleFreeze(),
    },
    {
      name: 'csv',
      label: trans.__('Export the data as CSV'),
      icon: toolIcons.csv,
      enabled: phase === 'open' && view.canExport,
      run: () => view.exportCsv(),
    },
    {
      name: 'png',
      label: trans.__('Export the picture as PNG'),
      icon: toolIcons.png,
      enabled: view.canExport,
      run: () => view.exportPng(),
    },
    ...(hasZoom ? zoom : []),
    ...edit,
    ...(hasTabs ? [tab] : []),
    {
      name: 'info',
      label: trans.__('About this view (i)'),
      icon: toolIcons.info,
      pressed: card === 'info',
      run: () => view.toggleInfo(),
    },
    {
      name: 'settings',
      label: trans.__('Settings'),
      icon: toolIcons.settings,
      pressed: card === 'settings',
      run: () => view.toggleSettings(),
    },
  ];
}
