// What other extensions may do: the example's gauge, a view that comes and goes, a watched value, a call.

import { expect, test } from '@jupyterlab/galata';
import type { Page } from '@playwright/test';
import { DEMO, expectLive, openNotebook, pictureOf, runAll, stateOf, viewOf } from './page.js';

/** As far as the test uses what an extension gets from Labwire. */
type Services = {
  readonly labwire: {
    watch(
      address: string,
      options: object,
    ): {
      readonly reading: { readonly value: unknown; readonly status: { readonly state: string } };
      dispose(): void;
    };
    call(address: string, method: string, options?: object): Promise<unknown>;
  };
  readonly views: { add(view: object): { dispose(): void } };
};

type Shared = { get(module: string): Promise<() => { readonly [token: string]: never }> };

/** Ask for the tokens as an extension does: by the module that all extensions share. */
async function takeServices(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const scope = window as unknown as {
      readonly _JUPYTERLAB: { readonly labwire: Shared };
      services: Services;
    };
    const { ILabwire, IViewRegistry } = (await scope._JUPYTERLAB.labwire.get('./index'))();
    const { jupyterapp } = window;
    scope.services = {
      labwire: await jupyterapp.resolveRequiredService(ILabwire as never),
      views: await jupyterapp.resolveRequiredService(IViewRegistry as never),
    };
  });
}

test('another extension adds a view, watches a value and calls a method', async ({
  page,
  tmpPath,
}) => {
  await openNotebook(page, tmpPath, 'extended.ipynb', [
    `import labwire as lw\nlw.dataset("${DEMO}", "temperature", view="example:gauge", max=40, title="gauge")`,
    `lw.dataset("${DEMO}", "temperature", view="example:late", title="late")`,
  ]);
  await runAll(page);

  // The example extension, built as its README says: its picture in the frame of our views.
  const gauge = viewOf(page, 'gauge');
  await expectLive(gauge);
  await expect(gauge.locator('.jp-AddedView canvas')).toBeVisible();
  await expect(gauge.locator('.jp-StateLine-last')).toHaveText(/^2\d\.\d{3} °C$/);
  await expect
    .poll(() =>
      gauge.locator('canvas').evaluate(node => {
        const canvas = node as HTMLCanvasElement;
        const { data } = canvas
          .getContext('2d')!
          .getImageData(0, 0, Math.max(1, canvas.width), Math.max(1, canvas.height));
        return data.some(byte => byte !== 0);
      }),
    )
    .toBe(true);
  await gauge.hover();
  await gauge.getByRole('button', { name: /^Freeze/ }).click();
  await expect(stateOf(gauge)).toHaveText(/^frozen at/);
  expect(await pictureOf(gauge)).not.toBe('');
  await gauge.getByRole('button', { name: 'Go live', exact: true }).click();
  await expectLive(gauge);

  // In a tab of its own, chosen from the list of views.
  await page.evaluate(() => void window.jupyterapp.commands.execute('labwire:open-view'));
  const dialog = page.locator('.jp-Dialog');
  await dialog.getByLabel('Address', { exact: true }).fill(`${DEMO}#temperature`);
  await dialog.getByLabel('View', { exact: true }).selectOption('Gauge (example:gauge)');
  await dialog.getByRole('button', { name: 'Open' }).click();
  await expectLive(viewOf(page, 'temperature'));
  await expect(viewOf(page, 'temperature').getByRole('group', { name: 'Gauge' })).toBeVisible();
  await page.notebook.activate('extended.ipynb');

  // Nobody has added this one: it says so, starts by itself, and says when it is taken away.
  const late = viewOf(page, 'late');
  await expect(late.locator('.jp-ErrorCard-what')).toHaveText(
    'no extension that adds the view example:late is installed.',
  );
  await takeServices(page);
  await page.evaluate(() => {
    const scope = window as unknown as { readonly services: Services; late: { dispose(): void } };
    scope.late = scope.services.views.add({
      name: 'example:late',
      label: 'Late',
      kind: 'value',
      plain: true,
      create: () => {
        const node = document.createElement('b');
        return {
          node,
          draw: ({ value }: { readonly value: unknown }) => {
            node.textContent = `it is ${typeof value} ${Math.round(value as number)}`;
          },
        };
      },
    });
  });
  await expectLive(late);
  await expect(late.locator('.jp-AddedView')).toHaveText('it is number 22');
  await page.evaluate(() => (window as unknown as { late: { dispose(): void } }).late.dispose());
  await expect(late.locator('.jp-ErrorCard-what')).toHaveText(
    'the extension that adds the view example:late has taken it away.',
  );
  await expect(late.locator('.jp-AddedView')).toHaveCount(0);

  // What its code throws is told in its place, and nowhere else.
  await page.evaluate(() => {
    const scope = window as unknown as { readonly services: Services };
    scope.services.views.add({
      name: 'example:late',
      label: 'Late',
      kind: 'number',
      create: () => ({
        node: document.createElement('p'),
        draw: () => {
          throw new Error('no ink');
        },
      }),
    });
  });
  await expect(late.locator('.jp-ErrorCard-what')).toHaveText(
    'the view example:late failed: no ink.',
  );
  await expectLive(late);
  await expectLive(gauge);

  // A value and a call, without any view.
  const answered = await page.evaluate(async address => {
    const { labwire } = (window as unknown as { readonly services: Services }).services;
    const watch = labwire.watch(address, { plain: true });
    while (watch.reading.value === undefined) {
      await new Promise(resolve => requestAnimationFrame(resolve));
    }
    const { value, status } = watch.reading;
    watch.dispose();
    const target = 'demo+sipyco+rpc:///siggen';
    const raised = await labwire
      .call(target, 'set_frequency', { args: [0n, -1] })
      .catch(({ name, remoteClass }) => `${name} ${remoteClass}`);
    return [typeof value, status.state, await labwire.call(target, 'ping'), raised];
  }, `${DEMO}#temperature`);
  expect(answered).toEqual(['number', 'live', true, 'RemoteError ValueError']);
});
