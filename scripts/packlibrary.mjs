// The npm library: lib/ and dist/cli.mjs → dist/npm/, with a package.json of its own.
//
// The root package.json cannot be the library's: a labextension's `dependencies` are the packages
// that JupyterLab shares. The library needs none: its rooms import one another and Node, and the
// command line is one bundled file. A door is a file of src/npm; what it reaches is copied as
// compiled, so that a bundler drops what is not used and a debugger shows real files.

import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleCli } from './bundlecli.mjs';
import { main, root, run, StepError } from './steps.mjs';

export const LIBRARY = path.join(root, 'dist/npm');

const lib = path.join(root, 'lib');

/** Names of the doors, `labwire/NAME`: the files of src/npm that say so. */
export async function doors() {
  const folder = path.join(root, 'src/npm');
  const names = [];
  for (const file of await readdir(folder)) {
    if (file.endsWith('.ts')) {
      const text = await readFile(path.join(folder, file), 'utf8');
      names.push(...(/^ \* @module (\w+)$/m.exec(text)?.slice(1) ?? []));
    }
  }
  return names.sort();
}

/** Write `dist/npm/` from what `npm run build -- lib` has compiled. @returns its folder. */
export async function packLibrary(folder = LIBRARY) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const names = await doors();
  for (const file of await reach(names.map(name => `npm/${name}`))) {
    const target = path.join(folder, 'lib', file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, withoutMap(await readFile(path.join(lib, file), 'utf8')));
  }
  await bundleCli(path.join(folder, 'cli.mjs'));
  await cp(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'));
  await cp(path.join(root, 'docs/howto/library.md'), path.join(folder, 'README.md'));
  const manifest = await manifestOf(names);
  await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return folder;
}

/** `dist/npm/` as the tarball that a registry would hold. @returns its path. */
export async function tarball(destination) {
  const folder = await packLibrary();
  const npm = ['pack', folder, '--pack-destination', destination, '--json', '--ignore-scripts'];
  const output = await run('npm', npm, { env: { npm_config_loglevel: 'error' } });
  const [packed] = JSON.parse(output.slice(output.indexOf('[')));
  return path.join(destination, packed.filename);
}

async function manifestOf(names) {
  const { version, license, engines } = JSON.parse(
    await readFile(path.join(root, 'package.json'), 'utf8'),
  );
  const exports = names.map(name => [
    `./${name}`,
    { types: `./lib/npm/${name}.d.ts`, default: `./lib/npm/${name}.js` },
  ]);
  return {
    name: 'labwire',
    version,
    description: 'Protocols of lab instruments: SiPyCo and ARTIQ for Node and bundlers',
    keywords: ['laboratory', 'instruments', 'sipyco', 'artiq', 'pyon', 'sync_struct'],
    license,
    type: 'module',
    sideEffects: ['./lib/npm/node.js'], // it gives PYON the platform's base64
    engines,
    bin: { labwire: 'cli.mjs' },
    exports: { ...Object.fromEntries(exports), './package.json': './package.json' },
    files: ['lib', 'cli.mjs'],
  };
}

// The maps stay at home, and bundlers warn about one that is named and missing.
function withoutMap(code) {
  return code.replace(/^\/\/# sourceMappingURL=.*\n?$/m, '');
}

/** What the modules `names` of lib/ import, and what that imports: code and types. */
async function reach(names) {
  const { preProcessFile } = (await import('typescript')).default;
  const found = new Set();
  const visit = async name => {
    if (found.has(name)) {
      return;
    }
    found.add(name);
    for (const extension of ['.js', '.d.ts']) {
      const text = await readFile(path.join(lib, name + extension), 'utf8').catch(() => {
        throw new StepError(`lib/${name}${extension} is not built: npm run build -- lib`);
      });
      for (const { fileName: specifier } of preProcessFile(text).importedFiles) {
        await visitImport(name, specifier);
      }
    }
  };
  const visitImport = async (name, specifier) => {
    if (specifier.startsWith('.')) {
      const file = path.posix.join(path.posix.dirname(name), specifier);
      await visit(file.replace(/\.js$/, ''));
    } else if (!specifier.startsWith('node:')) {
      throw new StepError(`the library must not need ${specifier}, lib/${name}.js imports it`);
    }
  };
  for (const name of names) {
    await visit(name);
  }
  return [...found].flatMap(name => [`${name}.js`, `${name}.d.ts`]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => {
    console.log(path.relative(root, await packLibrary()));
  });
}
