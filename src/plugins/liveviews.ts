// Makes live views, with all that the page has for them.

import type { TranslationBundle } from '@jupyterlab/translation';
import {
  DatasetEditorModel,
  DatasetPlaces,
  editableAddress,
  LiveViewModel,
  specOf,
} from '../models/index.js';
import { LiveView } from '../widgets/index.js';
import type { Labwire } from './labwire.js';
import type { LiveViewOptions } from './token.js';

export class LiveViews {
  constructor(labwire: Labwire, trans: TranslationBundle) {
    this._labwire = labwire;
    this._trans = trans;
  }

  /** As `ILabwire.createView`. */
  create({ spec, place = 'cell', frozen, source }: LiveViewOptions): LiveView {
    if (spec.view === 'value') {
      throw new RangeError(
        'a value by itself has no picture: watch it, or add a view that draws it',
      );
    }
    const { added, defaults, openTab, session } = this._labwire;
    const model = new LiveViewModel({ spec, source: source ?? session, added });
    if (frozen !== undefined) {
      model.freeze(frozen.atNs);
    } else if (source !== undefined) {
      model.open(); // who has a source knows what opening it does
    }
    const hasTabs = openTab !== null && source === undefined;
    const edited = source === undefined ? editableAddress(spec) : null;
    const view = new LiveView({
      model,
      place,
      trans: this._trans,
      added,
      defaults,
      actions: {
        openTab: hasTabs ? given => void this._labwire.openTab?.(given) : null,
        openAddress: address => void this._labwire.openTab?.(specOf(address)),
        decide: asking => this._labwire.decide(asking.endpoints),
      },
      ...(frozen?.picture == null ? {} : { picture: frozen.picture }),
      ...(edited === null ? {} : { editor: this._editorOf(edited) }),
    });
    this._labwire.adopt(view);
    return view;
  }

  private _editorOf(address: string): DatasetEditorModel {
    const labwire = this._labwire;
    return new DatasetEditorModel({
      address,
      open: () => labwire.session.open(),
      places: this._places,
      guards: () => labwire.guards,
      nowMs: () => performance.now(),
      after: (callback, ms) => {
        setTimeout(callback, ms);
      },
    });
  }

  private readonly _labwire: Labwire;
  private readonly _trans: TranslationBundle;
  private readonly _places = new DatasetPlaces();
}
