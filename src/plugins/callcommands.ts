// Commands of the form that the person is in. None of them calls: they lead to the button that does.

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
    'cancel-call',
    trans.__('Cancel the Call'),
    ({ model }) => model.cancel(),
    ({ model }) => model.phase === 'running',
  );
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
}
