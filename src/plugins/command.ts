// Commands in the palette, under Labwire.
//
// Text in a notebook can hold a link that runs any command with any arguments. So a command takes none,
// and one that would write, call or connect opens the control instead, where the person acts.

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';

/** No arguments at all: whatever a link passes is ignored. */
const NO_ARGUMENTS = { args: { type: 'object', properties: {} } } as const;

export type Command = {
  readonly label: string;
  readonly caption?: string;
  readonly icon?: LabIcon;
  /** Absent: always. */
  readonly isEnabled?: () => boolean;
  readonly execute: () => unknown;
};

/** @returns adds the command `labwire:NAME`. */
export function commandAdder(
  { commands }: JupyterFrontEnd,
  palette: ICommandPalette | null,
  trans: TranslationBundle,
): (name: string, command: Command) => void {
  return (name, { execute, isEnabled = () => true, ...told }) => {
    const command = `labwire:${name}`;
    commands.addCommand(command, {
      ...told,
      describedBy: NO_ARGUMENTS,
      isEnabled,
      // Who runs a command by its name does not ask whether it is enabled.
      execute: async () => (isEnabled() ? execute() : undefined),
    });
    palette?.addItem({ command, category: trans.__('Labwire') });
  };
}
