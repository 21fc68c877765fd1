// Tabs of the main area, in Notebook 7 at its side, that are there again after a reload.

import type { ILabShell, ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { type ReadonlyJSONObject, UUID } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';
import { viewIcon } from '../widgets/index.js';

type RestoreOptions = NonNullable<Parameters<WidgetTracker['restore']>[0]>;

export namespace Tabs {
  export interface IOptions<T extends Widget> {
    /** Of one of them, as its id begins: `labwire-view`. */
    readonly name: string;
    readonly app: JupyterFrontEnd;
    /** Null in Notebook 7: one document to a page, and room at its side. */
    readonly labShell: ILabShell | null;
    readonly restorer: ILayoutRestorer | null;
    /** What is remembered of a tab. */
    readonly stateOf: (content: T) => ReadonlyJSONObject;
    /** @throws nothing can be made of it: the tab is forgotten. */
    readonly contentOf: (state: unknown) => Promise<T>;
    /** Whatever a new tab needs beside its place. */
    readonly dress: (tab: MainAreaWidget<T>) => void;
  }
}

/**
 * Restores tabs without a command. One that takes an address as its argument could be run by a link
 * in any notebook; so the restorer is given a registry that only it knows.
 */
export class Tabs<T extends Widget> extends WidgetTracker<MainAreaWidget<T>> {
  constructor(options: Tabs.IOptions<T>) {
    const { name: one, contentOf, stateOf, restorer } = options;
    super({ namespace: `${one}s` });
    this._options = options;
    const execute = async (_command: string, args: unknown) => {
      const { state, id } = args as { readonly state?: unknown; readonly id?: unknown };
      // Its place in the layout is kept by its id.
      return this.open(await contentOf(state), String(id));
    };
    this._registry = { execute } as unknown as RestoreOptions['registry'];
    if (restorer !== null) {
      void restorer.restore<MainAreaWidget<T>>(this, {
        command: this.namespace,
        args: ({ id, content }) => ({ id, state: stateOf(content) }),
        name: ({ id }) => id,
      });
    }
  }

  /** Show `content` in a tab of its own. */
  open(content: T, id = `${this._options.name}-${UUID.uuid4()}`): MainAreaWidget<T> {
    const { app, labShell, dress } = this._options;
    const tab = new MainAreaWidget({ content });
    tab.id = id;
    tab.title.icon = viewIcon;
    tab.title.closable = true;
    tab.toolbar.hide();
    dress(tab);
    void this.add(tab);
    if (labShell === null) {
      app.shell.add(tab, 'right');
    } else {
      labShell.add(tab, 'main', { mode: 'split-right' });
    }
    app.shell.activateById(tab.id);
    return tab;
  }

  override async restore(options?: RestoreOptions): Promise<unknown> {
    return super.restore(options && { ...options, registry: this._registry });
  }

  override defer(options: RestoreOptions): void {
    super.defer({ ...options, registry: this._registry });
  }

  private readonly _options: Tabs.IOptions<T>;
  private readonly _registry: RestoreOptions['registry'];
}
