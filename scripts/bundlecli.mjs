// The command line as one file: src/cli/main.ts → dist/cli.mjs, which `npx labwire` runs.
//
// Its packages are bundled, so that the npm library has no dependencies of its own; their licences
// come along at the end of the file.

import { chmod, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { main, root, StepError } from './steps.mjs';

export const CLI_BUNDLE = path.join(root, 'dist/cli.mjs');

// commander is CommonJS, and asks for Node's own modules by `require`, which a module has not.
const PREAMBLE = [
  '#!/usr/bin/env node',
  "import { createRequire as labwireRequire } from 'node:module';",
  'const require = labwireRequire(import.meta.url);',
].join('\n');

/** Settings for esbuild, for one build and for watching. */
export async function cliOptions(outfile = CLI_BUNDLE) {
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  return {
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    define: { 'process.env.LABWIRE_VERSION': JSON.stringify(version) },
    banner: { js: PREAMBLE },
    footer: { js: await licenceOf('commander') },
    logLevel: 'warning',
  };
}

async function licenceOf(name) {
  const folder = path.join(root, 'node_modules', name);
  const licence = await readFile(path.join(folder, 'LICENSE'), 'utf8');
  const lines = [`This file contains ${name}:`, '', ...licence.trim().split('\n')];
  return lines.map(line => `// ${line}`.trimEnd()).join('\n');
}

/** @throws {StepError} with esbuild's own words. */
export async function bundleCli(outfile = CLI_BUNDLE) {
  const { build } = await import('esbuild');
  try {
    await build({ ...(await cliOptions(outfile)), logLevel: 'silent' });
  } catch (error) {
    throw new StepError(`command line bundle: ${error.message}`);
  }
  await chmod(outfile, 0o755);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(() => bundleCli());
}
