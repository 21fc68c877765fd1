// The commands, in the palette under Labwire.
//
// Text in a notebook can hold a link that runs any command with any arguments. So no command here
// takes arguments, none writes, calls, answers or connects by itself: they open a form, or act on the
// view that the person is in.

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, showDialog } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { AddressForm, type LiveView, viewIcon } from '../widgets/index.js';
import { NO_ARGUMENTS } from './command.js';
import type { Labwire } from './labwire.js';
import { ILabwire } from './token.js';

export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'labwire:commands',
  description: 'Commands of live views.',
  autoStart: true,
  requires: [ILabwire],
  optional: [ICommandPalette, ITranslator],
  activate(
    app: JupyterFrontEnd,
    labwire: ILabwire,
    palette: ICommandPalette | null,
    translator: ITranslator | null,
  ): void {
    const trans = (translator ?? nullTranslator).load('labwire');
    const category = trans.__('Labwire');
    const ids: string[] = ['labwire:review-questions'];

    app.commands.addCommand('labwire:open-view', {
      label: trans.__('Open Live View…'),
      caption: trans.__('Watch an address in a tab of its own'),
      icon: viewIcon,
      describedBy: NO_ARGUMENTS,
      isEnabled: () => labwire.openTab !== null,
      execute: async () => {
        const form = new AddressForm(trans, (labwire as Labwire).added.views);
        const { button, value } = await showDialog({
          title: trans.__('Open a live view'),
          body: form,
          buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Open') })],
          focusNodeSelector: 'input',
        });
        if (button.accept && value !== null) {
          labwire.openTab?.(value);
        }
      },
    });
    ids.push('labwire:open-view');

    const addViewCommand = (
      name: string,
      label: string,
      isEnabled: (view: LiveView) => boolean,
      execute: (view: LiveView) => unknown,
    ) => {
      const id = `labwire:${name}`;
      app.commands.addCommand(id, {
        label,
        describedBy: NO_ARGUMENTS,
        isEnabled: () => labwire.focused !== null && isEnabled(labwire.focused),
        execute: async () => {
          const view = labwire.focused;
          if (view !== null && isEnabled(view)) {
            await execute(view);
          }
        },
      });
      ids.push(id);
    };
    addViewCommand(
      'pause-view',
      trans.__('Pause or Resume the Live View'),
      view => view.canPause,
      view => view.togglePause(),
    );
    addViewCommand(
      'freeze-view',
      trans.__('Freeze the Live View, or Go Live Again'),
      view => view.canFreeze,
      view => view.toggleFreeze(),
    );
    addViewCommand(
      'export-csv',
      trans.__('Export the Live View’s Data as CSV'),
      view => view.canExport && view.model.phase === 'open',
      view => view.exportCsv(),
    );
    addViewCommand(
      'export-png',
      trans.__('Export the Live View’s Picture as PNG'),
      view => view.canExport,
      view => view.exportPng(),
    );
    addViewCommand(
      'reset-view',
      trans.__('Show Everything in the Live View'),
      view => view.canExport,
      view => view.resetZoom(),
    );
    addViewCommand(
      'zoom-view',
      trans.__('Zoom Into a Box in the Live View'),
      view => view.canZoom,
      view => view.startBox(),
    );
    addViewCommand(
      'retry-view',
      trans.__('Connect the Live View Now'),
      ({ model }) => model.phase === 'broken' || model.phase === 'open',
      ({ model }) => model.retry(),
    );
    addViewCommand(
      'open-in-tab',
      trans.__('Open the Live View in a Tab'),
      () => labwire.openTab !== null,
      view => view.openTab(),
    );
    addViewCommand(
      'show-info',
      trans.__('About the Live View'),
      () => true,
      view => view.toggleInfo(),
    );
    addViewCommand(
      'show-settings',
      trans.__('Settings of the Live View'),
      () => true,
      view => view.toggleSettings(),
    );
    // Both open what the person then acts in: arming and sending are buttons there.
    addViewCommand(
      'edit-datasets',
      trans.__('Edit the Datasets of the Live View…'),
      view => view.editing?.canOpen === true,
      view => view.editing?.open(),
    );
    addViewCommand(
      'show-undo',
      trans.__('Undo the Last Edit of a Dataset…'),
      view => view.editing?.canOpen === true,
      view => view.editing?.showUndo(),
    );
    for (const command of ids) {
      palette?.addItem({ command, category });
    }
  },
};
