// The arrows of docs/architecture.md: who may import whom. `A: ['B']` means that A imports B.
//
//   values ◄ wire ◄ protocols ◄ clients, servers ◄ demolab ◄ hub        (the worker)
//   values, wire ◄ transports ◄ demolab, hub, cli
//   protocols, clients, servers, transports ◄ node ◄ cli, npm            (a Node program)
//   values, hub/api.ts (types) ◄ models ◄ widgets ◄ plugins ◄ index     (the page)
//
// From outside a room is entered by its index.ts. Tests obey the doors, not the arrows: they may
// stand above their room. scripts/__tests__/lint.spec.mjs plants a violation of each rule.

const BELOW_PROTOCOLS = ['values', 'wire'];
const PROTOCOLS = ['protocols/pyon', 'protocols/sipyco'];
const WORKER = [...BELOW_PROTOCOLS, ...PROTOCOLS, 'transports', 'clients', 'servers', 'demolab'];

const ROOMS = {
  values: [],
  wire: ['values'],
  'protocols/pyon': BELOW_PROTOCOLS,
  'protocols/sipyco': [...BELOW_PROTOCOLS, 'protocols/pyon'], // the one protocol on another
  transports: BELOW_PROTOCOLS,
  'transports/node': [...BELOW_PROTOCOLS, 'transports'],
  clients: [...BELOW_PROTOCOLS, ...PROTOCOLS],
  servers: [...BELOW_PROTOCOLS, ...PROTOCOLS],
  demolab: [...BELOW_PROTOCOLS, ...PROTOCOLS, 'transports', 'clients', 'servers'],
  hub: WORKER,
  node: [...BELOW_PROTOCOLS, ...PROTOCOLS, 'transports', 'transports/node', 'clients', 'servers'],
  models: ['values'],
  widgets: ['values', 'models'],
  plugins: ['values', 'models', 'widgets'],
  cli: [...WORKER, 'transports/node', 'node', 'hub'],
  npm: [...WORKER, 'transports/node', 'node', 'hub', 'cli'],
};

// Which packages a room may import, by the start of their names; rooms that are not here take none.
const PACKAGES = {
  hub: ['comlink'],
  models: ['comlink', '@jupyterlab/', '@lumino/'],
  widgets: ['@jupyterlab/', '@lumino/', 'uplot', 'vega'],
  plugins: ['@jupyterlab/', '@lumino/'],
  cli: ['commander'],
};

const ON_NODE = ['transports/node', 'node', 'cli', 'npm'];
const TYPES_OF_HUB = ['models', 'widgets', 'plugins']; // by `import type` from hub/api.ts

const escaped = text => text.replaceAll('/', '\\/').replaceAll('.', '\\.');
const inside = room =>
  room === 'transports' ? '^src/transports/(?!node/)' : `^src/${escaped(room)}/`;
const TESTS = '/__tests__/';
const PACKAGE = 'node_modules/';

const arrows = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `arrows-of-${room.replace('/', '-')}`,
  comment: `${room} may import ${allowed.join(', ') || 'no other room'}`,
  severity: 'error',
  from: { path: inside(room), pathNot: TESTS },
  to: {
    path: '^src/',
    pathNot: [
      ...[room, ...allowed].map(inside),
      ...(TYPES_OF_HUB.includes(room) ? ['^src/hub/api\\.ts$'] : []),
      ...(room === 'models' ? ['worker\\.bundle'] : []),
      ...(room === 'plugins' || room === 'widgets' ? ['^src/tokens\\.ts$'] : []),
    ],
  },
}));

const packages = Object.keys(ROOMS).map(room => ({
  name: `packages-of-${room.replace('/', '-')}`,
  comment: `${room} may use ${(PACKAGES[room] ?? []).join(', ') || 'no package'}`,
  severity: 'error',
  from: { path: inside(room), pathNot: TESTS },
  to: {
    path: PACKAGE,
    pathNot: (PACKAGES[room] ?? []).map(name => `node_modules/(@types/)?${escaped(name)}`),
  },
}));

const doors = Object.keys(ROOMS).map(room => ({
  name: `door-of-${room.replace('/', '-')}`,
  comment: `from outside, ${room} is imported from its index.ts`,
  severity: 'error',
  // transports/node is a part of transports that only Node can load: it knows its neighbours' files
  from: { path: '^src/', pathNot: room === 'transports' ? '^src/transports/' : inside(room) },
  to: {
    path: inside(room),
    pathNot: [
      `^src/${escaped(room)}/index\\.ts$`,
      `^src/${escaped(room)}/.*__tests__/`, // a spec may share another's helpers
      ...(room === 'hub' ? ['^src/hub/api\\.ts$', 'worker\\.bundle'] : []),
    ],
  },
}));

module.exports = {
  forbidden: [
    ...arrows,
    ...packages,
    ...doors,
    {
      name: 'room-of-the-list',
      comment: 'a room that is not in ROOMS would obey no arrow: one protocol could import another',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [...Object.keys(ROOMS).map(inside), '^src/(index|tokens)\\.ts$'],
      },
      to: {},
    },
    {
      name: 'hub-types-only',
      comment:
        'the page takes types from hub/api.ts, never code: that would run on the main thread',
      severity: 'error',
      from: { path: '^src/(models|widgets|plugins)/', pathNot: TESTS },
      to: { path: '^src/hub/api\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'node-only-where-node-is',
      comment: `Node's own modules are for ${ON_NODE.join(', ')}`,
      severity: 'error',
      from: { path: '^src/', pathNot: [TESTS, ...ON_NODE.map(inside)] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'index-is-a-list',
      comment: 'src/index.ts names plugins, src/tokens.ts names what others may ask for',
      severity: 'error',
      from: { path: '^src/(index|tokens)\\.ts$' },
      to: { path: '^src/', pathNot: ['^src/(plugins|models)/index\\.ts$', '^src/tokens\\.ts$'] },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: 'no-cycles',
      comment: 'types may refer to one another, code may not: which file would run first?',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'exists',
      comment: 'what is imported must be found',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: 'worker\\.bundle\\.' }, // made by the build
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^lib/' },
    tsPreCompilationDeps: true, // types are imports too
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.d.ts', '.mjs'],
      exportsFields: ['exports'], // a package need not have a main file
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
