// Where a cell goes: below the active one of the notebook that the person was in last.
//
// A new cell is not run. Its text comes from the form, whose arguments the worker has read as literals.

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';

/** As far as a notebook's panel is used here. */
type NotebookLike = {
  readonly content?: {
    readonly activeCell?: {
      readonly model?: { readonly sharedModel?: { setSource?(text: string): void } };
    } | null;
  };
};

/** @throws in words for people: there is no notebook to put it into. */
export async function insertCell(
  app: JupyterFrontEnd,
  text: string,
  trans: TranslationBundle,
): Promise<void> {
  const { shell, commands } = app;
  const isNotebook = () => activeCell(shell) !== null;
  if (!isNotebook() || !commands.isEnabled('notebook:insert-cell-below')) {
    throw new Error(trans.__('There is no notebook here: open one, and insert the cell again.'));
  }
  const before = activeCell(shell);
  await commands.execute('notebook:insert-cell-below');
  const cell = activeCell(shell);
  if (cell === null || cell === before) {
    throw new Error(trans.__('The notebook took no new cell: copy the call instead.'));
  }
  cell.setSource?.(text);
}

function activeCell(shell: JupyterFrontEnd.IShell) {
  const cell = (shell.currentWidget as NotebookLike | null)?.content?.activeCell;
  return cell?.model?.sharedModel ?? null;
}
