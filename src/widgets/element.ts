// Making DOM nodes: text only ever becomes text.

export type ElementOptions = {
  readonly className?: string;
  readonly text?: string;
  readonly title?: string;
  /** Attributes, `aria-label` and such. */
  readonly attributes?: { readonly [name: string]: string };
  readonly children?: readonly Node[];
};

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: ElementOptions = {},
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  if (options.className !== undefined) {
    node.className = options.className;
  }
  if (options.text !== undefined) {
    node.textContent = options.text;
  }
  if (options.title !== undefined) {
    node.title = options.title;
  }
  for (const [name, value] of Object.entries(options.attributes ?? {})) {
    node.setAttribute(name, value);
  }
  node.append(...(options.children ?? []));
  return node;
}

/** A plain button with a text. */
export function textButton(
  label: string,
  onClick: () => void,
  className = 'jp-Labwire-button',
): HTMLButtonElement {
  const button = element('button', { className, text: label, attributes: { type: 'button' } });
  button.addEventListener('click', onClick);
  return button;
}

/** Change a node's text only when it differs, so that selections and screen readers stay calm. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}
