// A person confirms what another extension calls, where the instrument is marked so.

import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

/** @param call - as Python would write it. @returns whether the person means it. */
export async function confirmCall(
  address: string,
  call: string,
  trans: TranslationBundle,
): Promise<boolean> {
  const { button } = await showDialog({
    title: trans.__('Call this method?'),
    body: trans.__(
      '%1 at %2, asked for by another extension. Each call of this instrument is confirmed.',
      call,
      address,
    ),
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Call') })],
    defaultButton: 0,
  });
  return button.accept;
}
