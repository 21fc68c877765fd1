// npm run docs: the reference of the npm library, from its doors, into docs/api/.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { checkNode, ensureNodeModules } from './setup.mjs';
import { main, root, run, StepError, step } from './steps.mjs';

await main(async () => {
  checkNode();
  await ensureNodeModules();
  const doors = readdirSync(path.join(root, 'src/npm'))
    .filter(name => name.endsWith('.ts'))
    .map(name => path.join('src/npm', name));
  await step('typedoc', async () => {
    const output = await run(process.execPath, [
      'node_modules/typedoc/bin/typedoc',
      ...['--options', 'typedoc.json'],
      ...doors.flatMap(door => ['--entryPoints', door]),
    ]);
    if (/\[warning\]/.test(output)) {
      throw new StepError(`typedoc warns:\n${output.trimEnd()}`);
    }
  });
  console.log(path.join('docs/api/index.html'));
});
