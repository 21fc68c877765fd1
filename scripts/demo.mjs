// npm run demo: everything set up, a demo lab on a loopback port, JupyterLab beside it, and the URLs
// of the examples. Ctrl-C ends both.

import { build } from './build.mjs';
import { startDemolab, startJupyterLab } from './services.mjs';
import { checkNode, ensureNodeModules, ensurePython, ensureWheel } from './setup.mjs';
import { main } from './steps.mjs';

const DATASETS = 'examples/01-live-datasets.ipynb';
const METHODS = 'examples/02-remote-methods.ipynb';

await main(async () => {
  checkNode();
  await Promise.all([ensureNodeModules(), ensurePython('requirements.txt')]);
  // Its test runs beside others that use what is built.
  if (process.env.LABWIRE_BUILT !== '1') {
    await build();
  }
  await ensureWheel();

  const services = [];
  let asked = false;
  const wish = new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        asked = true;
        resolve();
      });
    }
  });
  try {
    const demolab = await startDemolab();
    services.push(demolab.service);
    if (!/:3250\//.test(demolab.address)) {
      console.log('Port 3250 is taken: the demo lab has another one, and the notebook knows it.');
    }
    // Kernels inherit it, and the notebook looks there.
    const env = { LABWIRE_DEMO_SYNC: demolab.address, LABWIRE_DEMO_RPC: demolab.controllers };
    const lab = await startJupyterLab({ name: 'demo', env });
    services.push(lab.service);
    const urlOf = notebook => `${lab.url}/lab/tree/${notebook}?token=${lab.token}`;
    console.log(`
The demo lab publishes   ${demolab.address}
        and answers at   ${demolab.controllers}
Open this in a browser   ${urlOf(DATASETS)}
              and this   ${urlOf(METHODS)}

Run their cells from the top. Ctrl-C here ends the demo.`);
    const ends = services.map(async service => ({ service, code: await service.ended }));
    const first = await Promise.race([wish, ...ends]);
    if (first !== undefined && !asked) {
      throw first.service.fault(first.code);
    }
  } finally {
    await Promise.all(services.map(service => service.stop()));
  }
  process.exit(); // its signal handlers are still there
});
