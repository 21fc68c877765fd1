// Commands of the form that the person is in. None of them calls or connects: they lead to the button
// that does.

import type { TranslationBundle } from '@jupyterlab/translation';
import type { CallForm } from '../widgets/index.js';
import type { Command } from './command.js';
import { afterPalette } from './palette.js';

export function addCallCommands(
  add: (name: string, command: Command) => void,
  focused: () => CallForm | null,
  trans: TranslationBundle,
): void {
  const addFor = (
    name: string,
    label: string,
    execute: (form: CallForm) => void,
    isEnabled: (form: CallForm) => boolean = () => true,
  ) => {
    const fitting = () => {
      const form = focused();
      return form !== null && isEnabled(form) ? form : null;
    };
    add(name, {
      label,
      isEnabled: () => fitting() !== null,
      execute: () => {
        const form = fitting();
        if (form !== null) {
          execute(form);
        }
      },
    });
  };
  const moving = (move: (form: CallForm) => void) => (form: CallForm) =>
    afterPalette(() => {
      if (!form.isDisposed) {
        move(form);
      }
    })();
  // ---- Filling in, and calling ------------------------------------------------------------------
  addFor(
    'go-to-connect',
    trans.__('Go to Connect, and Show What the Method Takes'),
    moving(form => form.focusConnect()),
    form => form.canConnect,
  );
  addFor(
    'add-argument',
    trans.__('Add an Argument'),
    moving(form => form.addField('extra')),
    ({ model }) => model.takesExtra,
  );
  addFor(
    'add-argument-by-name',
    trans.__('Add an Argument by Name'),
    moving(form => form.addField('named')),
    ({ model }) => model.takesNamed,
  );
  addFor(
    'reset-argument',
    trans.__('Put the Argument Back to Its Default'),
    moving(form => form.resetField()),
    form => form.canReset,
  );
  addFor(
    'remove-argument',
    trans.__('Take the Argument Out'),
    moving(form => form.removeField()),
    form => form.canRemove,
  );
  addFor(
    'go-to-call',
    trans.__('Go to the Call Button'),
    moving(form => form.focusCall()),
  );
  addFor(
    'fill-last-call',
    trans.__('Fill In the Last Call of the Method Again…'),
    moving(form => form.fillLast()),
    ({ model }) => model.phase === 'ready' && model.past.length > 0,
  );
  addFor(
    'go-to-call-history',
    trans.__('Go to the Calls Made Before…'),
    moving(form => form.focusHistory()),
    ({ model }) => model.past.length > 0,
  );
  addFor(
    'cancel-call',
    trans.__('Cancel the Call'),
    form => form.cancel(),
    ({ model }) => model.phase !== 'ready',
  );
  // ---- Taking the call elsewhere ----------------------------------------------------------------
  addFor('copy-call-as-python', trans.__('Copy the Call as Python'), form => form.copy('python'));
  addFor('copy-call-as-typescript', trans.__('Copy the Call as TypeScript'), form =>
    form.copy('typescript'),
  );
  addFor(
    'insert-call-as-cell',
    trans.__('Insert the Call as a Cell, Not Run'),
    form => form.insertCell(),
    form => form.canInsertCell,
  );
  addFor(
    'open-call-in-tab',
    trans.__('Open the Call in a Tab'),
    form => form.openTab(),
    form => form.canOpenTab,
  );
  // ---- What came of it --------------------------------------------------------------------------
  const addOffer = (
    name: string,
    label: string,
    ...offers: Parameters<CallForm['offers']>[0][]
  ) => {
    const first = (form: CallForm) => offers.find(what => form.offers(what));
    addFor(
      name,
      label,
      form => {
        const what = first(form);
        if (what !== undefined) {
          form.take(what);
        }
      },
      form => first(form) !== undefined,
    );
  };
  addOffer('copy-result', trans.__('Copy What Came of the Call'), 'copy');
  addOffer('save-result', trans.__('Save the Result of the Call, or Cancel Saving'), 'save');
  addOffer('show-result-as-plot', trans.__('Show the Result as a Plot, or No Longer'), 'trace');
  addOffer('show-result-as-image', trans.__('Show the Result as an Image, or No Longer'), 'image');
  addOffer(
    'show-result-as-table',
    trans.__('Show the Result as a Table, or No Longer'),
    'cells',
    'table',
  );
  addOffer(
    'show-result-as-number',
    trans.__('Show the Result as a Number, or No Longer'),
    'number',
  );
  addFor(
    'copy-result-cell',
    trans.__('Copy the Cell of the Result'),
    form => form.table?.copyCell(),
    form => form.table !== null,
  );
}
