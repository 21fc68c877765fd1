// What `npm test -- NAME` can name: each room with its kind of test and what has to be built for it.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './steps.mjs';

/**
 * `node`: specs of node:test below the folder. `pytest`: a folder of tests/. `ui`: the browser.
 * `builds` names the parts of scripts/build.mjs that the tests use; with `python` they use .venv (a
 * peer, a real Jupyter server); with `installed` the wheel in it, and everything is built.
 */
export const ROOMS = {
  values: { kind: 'node', folder: 'src/values', python: true },
  wire: { kind: 'node', folder: 'src/wire' },
  pyon: { kind: 'node', folder: 'src/protocols/pyon' },
  sipyco: { kind: 'node', folder: 'src/protocols/sipyco' },
  transports: { kind: 'node', folder: 'src/transports', python: true },
  clients: { kind: 'node', folder: 'src/clients', python: true },
  servers: { kind: 'node', folder: 'src/servers', python: true },
  node: { kind: 'node', folder: 'src/node', python: true },
  demolab: { kind: 'node', folder: 'src/demolab' },
  hub: { kind: 'node', folder: 'src/hub', python: true },
  models: { kind: 'node', folder: 'src/models' },
  widgets: { kind: 'node', folder: 'src/widgets' },
  plugins: { kind: 'node', folder: 'src/plugins' },
  cli: { kind: 'node', folder: 'src/cli', builds: ['lib', 'cli'], python: true },
  npm: { kind: 'node', folder: 'src/npm', builds: ['lib', 'cli'] },
  house: { kind: 'node', folder: 'scripts', installed: true },
  bridge: { kind: 'pytest', folder: 'tests/bridge' },
  helper: { kind: 'pytest', folder: 'tests/helper', builds: ['lib'] },
  ui: { kind: 'ui', folder: 'ui-tests/tests', installed: true },
};

/** Names of several rooms. `unit` is the quick part: no server, no browser, no bundle. */
export const GROUPS = {
  unit: Object.keys(ROOMS).filter(
    name => ROOMS[name].kind === 'node' && !['cli', 'npm', 'house'].includes(name),
  ),
};

/**
 * The specs of a room as Node runs them. A spec is `*.long.spec.*` when it takes minutes, and
 * `*.bridge.spec.*` when it starts a Jupyter server: the quick part leaves those out.
 */
export function specsOf(name, { long, quick }) {
  const { folder } = ROOMS[name];
  if (!existsSync(path.join(root, folder))) {
    return [];
  }
  return readdirSync(path.join(root, folder), { recursive: true })
    .filter(file => /(^|[\\/])__tests__[\\/].*\.spec\.(ts|mjs)$/.test(file))
    .filter(file => /\.long\.spec\./.test(file) === long)
    .filter(file => !(quick && /\.bridge\.spec\./.test(file)))
    .map(file => path.join(folder, file))
    .sort()
    .map(file =>
      file.endsWith('.mjs') ? file : file.replace(/^src/, 'lib').replace(/\.ts$/, '.js'),
    );
}

/**
 * A project that compiles the specs of these rooms and what they refer to, and nothing else: a
 * neighbour who is in the middle of something does not stop them.
 * @returns {string} its tsconfig
 */
export function testProject(names) {
  const folder = path.join(root, '.cache/tests', names.join('-'));
  const up = file => path.relative(folder, path.join(root, file)).replaceAll('\\', '/');
  const references = new Set();
  for (const name of names) {
    const room = ROOMS[name].folder;
    const { references: others = [] } = JSON.parse(
      readFileSync(path.join(root, room, 'tsconfig.json'), 'utf8'),
    );
    for (const reference of [room, ...others.map(other => path.join(room, other.path))]) {
      references.add(up(reference));
    }
  }
  const project = {
    extends: up('tsconfig.tests.json'),
    compilerOptions: {
      // Not composite: specs may share helpers with a neighbour's specs.
      composite: false,
      incremental: true,
      declaration: false,
      declarationMap: false,
      rootDir: up('src'),
      outDir: up('lib'),
      tsBuildInfoFile: '.tsbuildinfo',
    },
    include: names.map(name => `${up(ROOMS[name].folder)}/**/__tests__/**/*.ts`),
    references: [...references].map(reference => ({ path: reference })),
  };
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'tsconfig.json');
  const text = `${JSON.stringify(project, null, 2)}\n`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    writeFileSync(file, text);
  }
  return file;
}
