// Typing into the filter of the method browser: rows leave and come, and are told apart by what they say.

import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';
import { LAB, methodOf, showMethods, withInstruments } from './calls.js';

test.use({ mockSettings: withInstruments({ name: 'lab', address: LAB }) });

test('methods are filtered: rows leave and come, and each tells what is its own', async ({
  page,
}) => {
  const methods = await showMethods(page);
  const filter = methods.getByRole('searchbox');
  const tree = methods.locator('.jp-MethodTree');
  await filter.fill('lab');
  await expect(methodOf(methods, 'lab › dataset_db')).toHaveAttribute('aria-setsize', '6');
  await expect(methodOf(methods, 'get')).toBeVisible();

  // Far down, the first row keeps the stop for Tab.
  await tree.evaluate(node => {
    node.scrollTop = node.scrollHeight;
  });
  await expect(methodOf(methods, 'lab › unlistable')).toBeInViewport();
  await expect(methods.getByRole('treeitem').first()).toHaveAttribute('tabindex', '0');

  // What is found stands at the top, though the last list was longer.
  await filter.fill('siggen freq');
  const frequency = [
    '1 1/1 true ▾lab › siggen',
    '2 1/2 null get_frequency(channel: int) -> float',
    '2 2/2 null set_frequency(channel: int, frequency: float) -> float',
  ];
  await expect.poll(() => rowsOf(tree)).toEqual(frequency);
  await expect(methodOf(methods, 'lab › siggen')).toBeInViewport();
  await filter.fill('motor stop');
  await expect
    .poll(() => rowsOf(tree))
    .toEqual([
      '1 1/1 true ▾lab › motor',
      '2 1/1 true ▾life cycle (1)',
      '3 1/1 null stop() -> bool',
    ]);
  await filter.fill('siggen freq');
  await expect.poll(() => rowsOf(tree)).toEqual(frequency);
  await expect(methodOf(methods, 'set_frequency')).toHaveAttribute(
    'title',
    /^set_frequency\(channel: int, frequency: float\) -> float\n\nSet the frequency/,
  );
  await filter.press('Escape');
  const names = ['dataset_db', 'faulty', 'motor', 'schedule', 'siggen', 'unlistable'];
  const folded = names.map((name, i) => `1 ${i + 1}/6 false ▸lab › ${name}`);
  await expect.poll(() => rowsOf(tree)).toEqual([...folded.slice(0, 5), `${folded[5]}names only`]);

  // A row that stays keeps the focus when others come and go.
  await filter.press('ArrowDown');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  const inside = methods.getByRole('treeitem').nth(2);
  await expect(inside).toHaveAttribute('aria-level', '2');
  await expect(inside).toHaveAttribute('aria-posinset', '1');
  await expect(methodOf(methods, 'lab › faulty')).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(inside).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(methods.getByRole('treeitem')).toHaveCount(6);
  await expect(methodOf(methods, 'lab › faulty')).toBeFocused();
});

/** `level position/count expanded text` of the rows, from top to bottom. */
function rowsOf(tree: Locator): Promise<readonly string[]> {
  return tree.getByRole('treeitem').evaluateAll(nodes =>
    nodes
      .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
      .map(node => {
        const [level, position, count, expanded] = [
          'aria-level',
          'aria-posinset',
          'aria-setsize',
          'aria-expanded',
        ].map(name => node.getAttribute(name));
        return `${level} ${position}/${count} ${expanded} ${node.textContent}`;
      }),
  );
}
