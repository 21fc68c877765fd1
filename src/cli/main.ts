// The entry of the bundle `dist/cli.mjs`.

import { run } from './program.js';

process.exitCode = await run(process.argv.slice(2));
