// A copy of the labextension that says how long its scripts take at JupyterLab's start.
//
// Every script of the copy hands the original to `eval` between two performance marks, so that
// compiling counts as well, which a browser may otherwise do elsewhere or have in its cache. Behind
// the entry, the container is wrapped: marks around the module's factory and around each plugin's
// `activate`, and a count of Labwire's workers. When JupyterLab is up, the figures go to the bench's
// server, and so does the page.

import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/steps.mjs';

const NOT_OF_THE_PAGE = /^(style\.js|labwire-worker\..*)$/; // a list for the builder; the worker's own

/** Write it to `folder`. `origin`: of the bench's server. */
export function markedCopy(folder, origin) {
  cpSync(join(root, 'labwire/labextension'), folder, { recursive: true });
  const static_ = join(folder, 'static');
  for (const name of readdirSync(static_)) {
    if (name.endsWith('.js') && !NOT_OF_THE_PAGE.test(name)) {
      const file = join(static_, name);
      const source = JSON.stringify(readFileSync(file, 'utf8'));
      const extra = name.startsWith('remoteEntry') ? `(${wrap})(${JSON.stringify(origin)});` : '';
      writeFileSync(
        file,
        `performance.mark('labwire:begin');(0,eval)(${source});` +
          `performance.measure('labwire:script:${name}','labwire:begin');${extra}`,
      );
    }
  }
}

// Runs in the page, as text.
function wrap(origin) {
  const SETTLED_MS = 1000; // after the start: settings are read, tabs are restored
  let workers = 0;
  globalThis.Worker = class extends Worker {
    constructor(url, options) {
      super(url, options);
      workers += options?.name === 'labwire-worker' ? 1 : 0;
    }
  };
  const timed = (what, work) => {
    performance.mark('labwire:begin');
    const value = work();
    performance.measure(`labwire:${what}`, 'labwire:begin');
    return value;
  };
  const report = () => {
    const measures = performance
      .getEntriesByType('measure')
      .filter(({ name }) => name.startsWith('labwire:'))
      .map(({ name, duration }) => ({ name: name.slice(8), ms: duration }));
    const body = JSON.stringify({ value: { measures, workers } });
    fetch(`${origin}/result`, { method: 'POST', mode: 'no-cors', body }).then(() => {
      location.href = `${origin}/index.html`;
    });
  };
  let isFirst = true;
  const timedPlugin = plugin => ({
    ...plugin,
    activate(app, ...services) {
      if (isFirst) {
        isFirst = false;
        app.restored.then(() => setTimeout(report, SETTLED_MS));
      }
      return timed(`activate:${plugin.id}`, () => plugin.activate(app, ...services));
    },
  });
  const container = globalThis._JUPYTERLAB.labwire;
  globalThis._JUPYTERLAB.labwire = {
    init: scope => container.init(scope),
    get: async name => {
      const factory = await container.get(name);
      return () => {
        const exported = timed(`module:${name}`, factory);
        const plugins = [exported.default].flat();
        return name === './extension'
          ? { __esModule: true, default: plugins.map(timedPlugin) }
          : exported;
      };
    },
  };
}
