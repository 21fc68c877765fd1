// The rules hold: each is broken once in a copy of the sources, and must be seen there.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { ESLint } from 'eslint';
import ts from 'typescript';
import { root } from '../steps.mjs';

const execute = promisify(execFile);

/** Each: a file that is added, the rule that must see it, and what it imports. */
const PLANTS = [
  ['src/values/planted.ts', 'arrows-of-values', "import '../wire/index.js';"],
  ['src/wire/planted.ts', 'arrows-of-wire', "import '../clients/index.js';"],
  ['src/protocols/pyon/planted.ts', 'arrows-of-protocols-pyon', "import '../sipyco/index.js';"],
  [
    'src/protocols/sipyco/planted.ts',
    'arrows-of-protocols-sipyco',
    "import type {} from '../../transports/index.js';",
  ],
  ['src/transports/planted.ts', 'arrows-of-transports', "import '../protocols/pyon/index.js';"],
  ['src/transports/planted2.ts', 'arrows-of-transports', "import './node/index.js';"],
  ['src/clients/planted.ts', 'arrows-of-clients', "import '../transports/index.js';"],
  ['src/servers/planted.ts', 'arrows-of-servers', "import '../clients/index.js';"],
  ['src/demolab/planted.ts', 'arrows-of-demolab', "import '../hub/index.js';"],
  ['src/hub/planted.ts', 'arrows-of-hub', "import '../transports/node/index.js';"],
  ['src/node/planted.ts', 'arrows-of-node', "import '../hub/index.js';"],
  ['src/servers/planted2.ts', 'arrows-of-servers', "import '../node/index.js';"],
  ['src/models/planted.ts', 'arrows-of-models', "import '../protocols/pyon/index.js';"],
  ['src/widgets/planted.ts', 'arrows-of-widgets', "import '../hub/index.js';"],
  ['src/plugins/planted.ts', 'arrows-of-plugins', "import '../clients/index.js';"],
  ['src/cli/planted.ts', 'arrows-of-cli', "import '../models/index.js';"],
  ['src/npm/planted.ts', 'arrows-of-npm', "import '../widgets/index.js';"],
  ['src/clients/door.ts', 'door-of-values', "import '../values/errors.js';"],
  [
    'src/hub/door.ts',
    'door-of-protocols-pyon',
    "import type {} from '../protocols/pyon/inner.js';",
  ],
  ['src/protocols/pyon/inner.ts', null, 'export {};'],
  ['src/models/door.ts', 'hub-types-only', "import '../hub/api.js';"],
  ['src/models/door2.ts', null, "import type { ViewSpec } from '../hub/api.js';"],
  ['src/protocols/pyon/core.ts', 'node-only-where-node-is', "import 'node:fs';"],
  ['src/transports/node/core.ts', null, "import 'node:net';"],
  ['src/protocols/pyon/package.ts', 'packages-of-protocols-pyon', "import 'comlink';"],
  ['src/hub/package.ts', 'packages-of-hub', "import '@lumino/coreutils';"],
  ['src/node/package.ts', 'packages-of-node', "import 'commander';"],
  ['src/hub/package2.ts', null, "import 'comlink';"],
  ['src/hub/tested.ts', 'no-tests-in-the-product', "import './__tests__/helper.js';"],
  ['src/hub/__tests__/helper.ts', null, 'export {};'],
  ['src/hub/one.ts', 'no-cycles', "export { two } from './two.js';\nexport const one = 1;"],
  ['src/hub/two.ts', null, "import { one } from './one.js';\nexport const two = one;"],
  ['src/protocols/other/planted.ts', 'room-of-the-list', "import '../sipyco/index.js';"],
  ['src/other/planted.ts', 'room-of-the-list', "import '../values/index.js';"],
  ['src/hub/lost.ts', 'exists', "import './nowhere.js';"],
];

describe('the arrows between the rooms', () => {
  let copy = '';
  let violations = [];

  before(async () => {
    copy = await copySources();
    for (const [file, , text] of PLANTS) {
      await mkdir(path.dirname(path.join(copy, file)), { recursive: true });
      await writeFile(path.join(copy, file), `${text}\nexport {};\n`);
    }
    violations = await cruise(copy);
  });
  after(() => rm(copy, { recursive: true, force: true }));

  for (const [file, rule, text] of PLANTS.filter(plant => plant[1] !== null)) {
    it(`${rule}: sees ${text.split('\n')[0]} in ${file}`, () => {
      const seen = violations.filter(({ from }) => from === file).map(({ rule: { name } }) => name);
      assert.ok(seen.includes(rule), `${file} broke: ${seen.join(', ') || 'nothing'}`);
    });
  }

  it('lets what is allowed pass', () => {
    const allowed = PLANTS.filter(plant => plant[1] === null).map(([file]) => file);
    const seen = violations.filter(
      ({ from, rule }) => allowed.includes(from) && rule.name !== 'no-cycles',
    );
    assert.deepEqual(seen, []);
  });
});

// Inside the checkout, so that packages are found; without node_modules of its own.
async function copySources() {
  await mkdir(path.join(root, '.cache'), { recursive: true });
  const copy = await mkdtemp(path.join(root, '.cache/planted-'));
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.base.json', 'package.json']) {
    await cp(path.join(root, file), path.join(copy, file));
  }
  await cp(path.join(root, 'src'), path.join(copy, 'src'), { recursive: true });
  await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), 'dir');
  return copy;
}

async function cruise(cwd) {
  const cli = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [cli, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  try {
    return JSON.parse((await execute(process.execPath, args, { cwd, maxBuffer: 2 ** 28 })).stdout)
      .summary.violations;
  } catch (error) {
    assert.ok(error.stdout, error.stderr); // its exit code is the number of violations
    return JSON.parse(error.stdout).summary.violations;
  }
}

describe('the compilers of the pure rooms', () => {
  const lines = ['setTimeout(() => 0, 1);', 'fetch("");', 'document.title;', 'process.env;'];
  for (const room of ['values', 'wire', 'protocols/pyon', 'protocols/sipyco']) {
    const found = diagnosticsOf(room, lines);
    for (const [i, line] of lines.entries()) {
      it(`${room} does not know ${line}`, () => {
        assert.match(found()[i], /Cannot find name/);
      });
    }
  }

  it('transports know timers', () => {
    assert.deepEqual(diagnosticsOf('transports', ['setTimeout(() => 0, 1);'])(), ['']);
  });
});

/** What the compiler of a room has against each of `texts`, each a file of its own: asked once. */
function diagnosticsOf(room, texts) {
  let found = null;
  return () => {
    found ??= compiled(room, texts);
    return found;
  };
}

function compiled(room, texts) {
  const config = path.join(root, 'src', room, 'tsconfig.json');
  const { options } = ts.getParsedCommandLineOfConfigFile(
    config,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: assert.fail },
  );
  const files = texts.map((_text, i) => path.join(root, 'src', room, `planted${i}.ts`));
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, target, ...rest) =>
    files.includes(name)
      ? ts.createSourceFile(name, `${texts[files.indexOf(name)]}\nexport {};\n`, target)
      : read(name, target, ...rest);
  const program = ts.createProgram(files, { ...options, composite: false, noEmit: true }, host);
  return files.map(file =>
    program
      .getSemanticDiagnostics(program.getSourceFile(file))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
      .join('\n'),
  );
}

describe('the rules that need types', () => {
  // Where CI is set, typescript-eslint reads each file from the disk, once, and not what it is given.
  process.env.TSESTREE_SINGLE_RUN = 'false';
  const eslint = new ESLint({ cwd: root });
  const plants = {
    'no-explicit-any': 'export const x: any = 1;',
    'no-floating-promises': 'export function f(): void { Promise.reject(new Error("lost")); }',
    'no-misused-promises': 'export const f = (list: number[]) => list.forEach(async () => {});',
    'switch-exhaustiveness-check':
      "export function f(x: 'a' | 'b'): void { switch (x) { case 'a': return; } }",
  };
  for (const [rule, text] of Object.entries(plants)) {
    it(`${rule} sees ${text}`, async () => {
      const [{ messages }] = await eslint.lintText(text, {
        filePath: path.join(root, 'src/clients/index.ts'),
      });
      assert.ok(
        messages.some(({ ruleId }) => ruleId === `@typescript-eslint/${rule}`),
        JSON.stringify(messages),
      );
    });
  }
});

describe('biome', () => {
  const plants = [
    ['src/hub/planted.ts', 'self.postMessage(1);', 'noRestrictedGlobals'],
    ['src/values/planted.ts', 'export const x: any = 1;', 'noExplicitAny'],
    [
      'src/widgets/planted.ts',
      "export const f = (n: HTMLElement) => { n.innerHTML = ''; };",
      'text becomes markup here',
    ],
    [
      'src/widgets/planted2.ts',
      "export const f = (n: HTMLElement) => { n.innerHTML += ''; };",
      'text becomes markup here',
    ],
    ['src/values/planted2.ts', "export const x = eval('1');", 'noGlobalEval'],
    ['src/values/planted4.ts', "export const x = new Function('1');", 'text becomes code here'],
    [
      'src/protocols/pyon/planted.ts',
      "export const x = JSON.parse('1');",
      'JSON.parse loses ints and floats',
    ],
    ['src/transports/planted.ts', "export const x = JSON.parse('1');", null],
    ['src/values/planted3.ts', 'let x = 1;\nexport { x };', 'useConst'],
    ['src/hub/worker.ts', 'self.postMessage(1);', null],
  ];
  let copy = '';
  let report = '';

  before(async () => {
    copy = await mkdtemp(path.join(tmpdir(), 'labwire-planted-'));
    for (const file of ['biome.json', 'scripts/html.grit', 'scripts/data.grit']) {
      await cp(path.join(root, file), path.join(copy, file));
    }
    for (const [file, text] of plants) {
      await mkdir(path.dirname(path.join(copy, file)), { recursive: true });
      await writeFile(path.join(copy, file), `${text}\n`);
    }
    const cli = path.join(root, 'node_modules/@biomejs/biome/bin/biome');
    const args = ['lint', '--colors=off', '--vcs-enabled=false', '--max-diagnostics=none', 'src'];
    const { stdout, stderr } = await execute(process.execPath, [cli, ...args], {
      cwd: copy,
    }).catch(error => error); // it fails: that is the point
    report = stdout + stderr;
  });
  after(() => rm(copy, { recursive: true, force: true }));

  const findings = file =>
    report
      .split('\n')
      .filter((_, i, lines) => blockOf(lines, i) === file)
      .join('\n');

  for (const [file, text, finding] of plants.filter(plant => plant[2] !== null)) {
    it(`${finding}: sees ${text.split('\n')[0]} in ${file}`, () => {
      assert.ok(findings(file).includes(finding), report);
    });
  }

  it('lets what is allowed pass', () => {
    for (const [file] of plants.filter(plant => plant[2] === null)) {
      assert.equal(findings(file), '');
    }
  });
});

/** The file of the diagnostic to which a line of biome's report belongs. */
function blockOf(lines, index) {
  const head = lines.slice(0, index + 1).findLast(line => /^\S+\.ts[: ]/.test(line));
  return head?.split(/[: ]/)[0];
}
