// Commands that move the focus, chosen in the palette.
//
// The palette closes right after it has run a command, and gives the focus back to where it was. So what
// moves it comes after that.

/** @returns a command's `execute` that does `action` once the palette has closed. */
export function afterPalette(action: () => unknown): () => void {
  return () => {
    setTimeout(action);
  };
}
