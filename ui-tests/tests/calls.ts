// What the tests do in the sidebar's Methods, in words of the project.

import { expect, galata } from '@jupyterlab/galata';
import type { Locator, Page } from '@playwright/test';

/** The targets of the demo lab in the page. */
export const LAB = 'demo+sipyco+rpc://';

/** Settings in which a person has added these. */
export function withInstruments(...instruments: readonly object[]) {
  return { ...galata.DEFAULT_SETTINGS, 'labwire:sidebar': { instruments } };
}

export async function showSidebar(page: Page): Promise<Locator> {
  const command = 'labwire:show-sidebar';
  await page.waitForFunction(id => window.jupyterapp?.commands.hasCommand(id), command);
  await page.evaluate(async id => {
    await window.jupyterapp.restored; // the layout chooses a panel of its own until then
    await window.jupyterapp.commands.execute(id);
  }, command);
  const sidebar = page.locator('#labwire-sidebar');
  await expect(sidebar).toBeVisible();
  return sidebar;
}

export async function showMethods(page: Page): Promise<Locator> {
  const methods = (await showSidebar(page)).locator('.jp-MethodsSection');
  await expect(methods).toBeVisible();
  return methods;
}

/** A row of the tree with this name. */
export function methodOf(methods: Locator, name: string): Locator {
  return methods.getByRole('treeitem').filter({
    has: methods.page().locator('.jp-MethodTree-name', { hasText: new RegExp(`^${name}$`) }),
  });
}

export function formOf(place: Locator | Page, title: string): Locator {
  return place.getByRole('group', { name: `Call ${title}`, exact: true });
}

export function fieldOf(form: Locator, name: string): Locator {
  return form.getByRole('textbox', { name: new RegExp(`^${name}(,|$)`) });
}

/** Find a method by the filter, and open its form. */
export async function choose(methods: Locator, target: string, method: string): Promise<Locator> {
  await methods.getByRole('searchbox').fill(`${target} ${method}`);
  await methodOf(methods, method).click();
  return formOf(methods, `${target}.${method}`);
}
