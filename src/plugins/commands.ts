// The commands, in the palette under Labwire.
//
// Text in a notebook can hold a link that runs any command with any arguments. So no command here
// takes arguments, none writes, calls, answers or connects by itself: they open a form, or act on the
// view that the person is in.

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, showDialog } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { type LiveView, viewIcon } from '../widgets/index.js';
import { commandAdder } from './command.js';
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
    const add = commandAdder(app, palette, trans);
    palette?.addItem({ command: 'labwire:review-questions', category: trans.__('Labwire') });

    add('open-view', {
      label: trans.__('Open Live View…'),
      caption: trans.__('Watch an address in a tab of its own'),
      icon: viewIcon,
      isEnabled: () => labwire.openTab !== null,
      execute: async () => {
        const { AddressForm } = await (labwire as Labwire).content();
        const form = new AddressForm(trans, (labwire as Labwire).added.views);
        const { button, value } = await showDialog({
          title: trans.__('Open a live view'),
          body: form,
          buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Open') })],
          focusNodeSelector: 'input',
        });
        if (button.accept && value !== null) {
          await labwire.openTab?.(value);
        }
      },
    });

    const addViewCommand = (
      name: string,
      label: string,
      isEnabled: (view: LiveView) => boolean,
      execute: (view: LiveView) => unknown,
    ) => {
      add(name, {
        label,
        isEnabled: () => labwire.focused !== null && isEnabled(labwire.focused),
        execute: () => labwire.focused !== null && execute(labwire.focused),
      });
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
  },
};
