// The library as a stranger gets it: the tarball, installed in an empty folder, without a network.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, transform } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const NEEDS_NODE = ['node'];
const run = promisify(execFile);

type PackLibrary = {
  readonly doors: () => Promise<string[]>;
  readonly tarball: (destination: string) => Promise<string>;
};

/** A program from the documentation, and what it says it prints. */
type Example = {
  readonly name: string;
  readonly door: string;
  readonly code: string;
  readonly prints: readonly string[];
};

const { doors, tarball } = (await import(
  new URL('../../../scripts/packlibrary.mjs', import.meta.url).href
)) as PackLibrary;
const names = await doors();
const examples = (await Promise.all(names.map(examplesOf))).flat();
const howto = await howtoExamples();

describe('the npm tarball', () => {
  let folder = '';
  const installed = (...parts: string[]) => path.join(folder, 'node_modules/labwire', ...parts);

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'labwire-npm-'));
    const file = await tarball(folder);
    await writeFile(path.join(folder, 'package.json'), '{"type":"module","private":true}');
    const flags = ['--offline', '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', ['install', ...flags, file], { cwd: folder });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('holds a manifest of its own, and nothing of JupyterLab', async () => {
    const manifest = JSON.parse(await readFile(installed('package.json'), 'utf8'));
    const ours = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8'));
    assert.equal(manifest.version, ours.version);
    assert.equal(manifest.license, 'BSD-3-Clause');
    assert.equal(manifest.dependencies, undefined);
    assert.deepEqual(Object.keys(manifest.exports), [
      ...names.map(name => `./${name}`),
      './package.json',
    ]);
    assert.deepEqual(await readdir(path.join(folder, 'node_modules')).then(visible), ['labwire']);
    const files = await readdir(installed(), { recursive: true });
    assert.deepEqual(
      files.filter(file => /__tests__|\.map$|\.ts(?<!\.d\.ts)$|widgets|plugins/.test(file)),
      [],
    );
    for (const file of ['LICENSE', 'README.md', 'cli.mjs']) {
      assert.ok(files.includes(file), file);
    }
    for (const file of files.filter(name => name.endsWith('.js'))) {
      assert.doesNotMatch(await readFile(installed(file), 'utf8'), /@jupyterlab|@lumino/);
    }
  });

  for (const { name, door, code, prints } of examples) {
    it(`runs the example ${name} of labwire/${door} in Node`, async () => {
      const { code: js } = await transform(code, { loader: 'ts' });
      const file = path.join(folder, `${name}.mjs`);
      await writeFile(file, js);
      const { stdout, stderr } = await run(process.execPath, [file], { cwd: folder });
      assert.equal(stderr, '');
      assert.deepEqual(stdout.trimEnd().split('\n'), prints);
    });
  }

  for (const { name, door, code, prints } of examples.filter(isForBrowsers)) {
    it(`bundles the example ${name} of labwire/${door} for a browser`, async () => {
      const { outputFiles, warnings } = await build({
        stdin: { contents: code, loader: 'ts', resolveDir: folder },
        bundle: true,
        write: false,
        format: 'esm',
        platform: 'browser',
        target: 'es2022',
      });
      assert.deepEqual(warnings, []);
      const bundle = outputFiles[0]?.text ?? '';
      const imports = builtinModules.filter(module => bundle.includes(`"node:${module}"`));
      assert.deepEqual(imports, []);
      const file = path.join(folder, `${name}.bundle.mjs`);
      await writeFile(file, bundle);
      const { stdout } = await run(process.execPath, [file]);
      assert.deepEqual(stdout.trimEnd().split('\n'), prints);
    });
  }

  it('leaves out of a bundle what is not used', async () => {
    const { outputFiles } = await build({
      stdin: {
        contents:
          "import { parseAddress } from 'labwire/values'; console.log(parseAddress('ca://x'));",
        resolveDir: folder,
      },
      bundle: true,
      write: false,
      format: 'esm',
      minify: true,
    });
    assert.ok((outputFiles[0]?.text.length ?? 0) < 10_000, `${outputFiles[0]?.text.length} bytes`);
  });

  /** Check files of the folder with the compiler. Rejects with what it says. */
  async function check(name: string, files: readonly string[], more: object): Promise<void> {
    const compilerOptions = {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2022',
      skipLibCheck: false,
      typeRoots: [path.join(ROOT, 'node_modules/@types')],
      ...more,
    };
    const project = path.join(folder, name);
    await writeFile(project, JSON.stringify({ compilerOptions, files }));
    const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [tsc, '-p', project], { cwd: folder }).catch(({ stdout }) => {
      throw new Error(stdout);
    });
  }

  it('types every example, strictly', async () => {
    const all = [...examples, ...howto];
    const file = ({ name }: Example) => `${name}.example.mts`;
    await Promise.all(
      all.map(example => writeFile(path.join(folder, file(example)), example.code)),
    );
    const forBrowsers = examples.filter(isForBrowsers).map(file);
    await check('browser.json', forBrowsers, { lib: ['es2022', 'dom'], types: [] });
    await check('node.json', all.map(file), { lib: ['es2022'], types: ['node'] });
  });

  it('refuses the wrong types', async () => {
    const code = "import { int } from 'labwire/values';\nconst n: number = int(1);\nvoid n;\n";
    await writeFile(path.join(folder, 'wrong.mts'), code);
    await assert.rejects(
      check('wrong.json', ['wrong.mts'], { lib: ['es2022', 'dom'], types: [] }),
      /^Error: wrong\.mts\(2,7\): error TS2322: Type 'bigint' is not assignable to type 'number'\.\s*$/,
    );
  });

  it('brings the command', async () => {
    const command = path.join(folder, 'node_modules/.bin/labwire');
    const { stdout } = await run(command, [
      'watch',
      '--once',
      'demo+sipyco+sync:///datasets#progress',
    ]);
    assert.match(stdout, /^\d+\.\d %\n$/);
  });
});

/** The examples in the documentation of a door. */
async function examplesOf(door: string): Promise<Example[]> {
  const text = await readFile(path.join(ROOT, `src/npm/${door}.ts`), 'utf8');
  const comment = text.slice(0, text.indexOf('*/')).replace(/^ \* ?/gm, '');
  const blocks = blocksOf(comment);
  assert.notEqual(blocks.length, 0, `src/npm/${door}.ts has an example`);
  return blocks.map((code, i) => {
    // `console.log(…); // what it prints`, or the call that makes it print.
    const remarks = code.matchAll(/^.*(?:console\.log\(|print\)).*; \/\/ (.*)$/gm);
    const prints = Array.from(remarks, ([, remark = '']) => remark);
    return { name: `${door}${i + 1}`, door, code, prints };
  });
}

function isForBrowsers({ door }: Example): boolean {
  return !NEEDS_NODE.includes(door);
}

async function howtoExamples(): Promise<Example[]> {
  const text = await readFile(path.join(ROOT, 'docs/howto/library.md'), 'utf8');
  return blocksOf(text).map((code, i) => ({ name: `howto${i}`, door: 'node', code, prints: [] }));
}

function blocksOf(text: string): string[] {
  return Array.from(text.matchAll(/^```ts\n(.*?)^```$/gms), ([, code = '']) => code);
}

/** Names that npm itself does not hide. */
function visible(entries: readonly string[]): string[] {
  return entries.filter(name => !name.startsWith('.'));
}
