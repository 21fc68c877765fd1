// npm run watch: compile, bundle and build again after each edit, and a JupyterLab that takes what
// was built from the checkout. Reload the page to see it. Ctrl-C ends all.

import { spawn } from 'node:child_process';
import path from 'node:path';
import { build, labextensionArguments } from './build.mjs';
import { demoOptions, workerOptions } from './bundle.mjs';
import { linkCheckout } from './jupyterpath.mjs';
import { startJupyterLab } from './services.mjs';
import { checkNode, ensureNodeModules, ensurePython } from './setup.mjs';
import { main, root } from './steps.mjs';

await main(async () => {
  checkNode();
  await Promise.all([ensureNodeModules(), ensurePython()]);
  await build();

  const { context } = await import('esbuild');
  const bundles = await Promise.all([workerOptions(), demoOptions()].map(context));
  await Promise.all(bundles.map(bundle => bundle.watch()));
  const watchers = [
    ['node_modules/typescript/bin/tsc', '-b', '-w', '--preserveWatchOutput', 'tsconfig.json'],
    labextensionArguments('--development', '--watch'),
  ].map(args =>
    spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }),
  );
  const lab = await startJupyterLab({
    name: 'watch',
    env: linkCheckout(path.join(root, '.cache/checkout')),
  });
  console.log(`\nJupyterLab, with the checkout as built: ${lab.url}/lab?token=${lab.token}\n`);

  await new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, resolve);
    }
  });
  for (const watcher of watchers) {
    watcher.kill();
  }
  await Promise.all([...bundles.map(bundle => bundle.dispose()), lab.service.stop()]);
  process.exit();
});
