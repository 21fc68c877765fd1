// SiPyCo's API beside ours: the tables of docs/protocols/sipyco.md, held against both.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { labwire } from '../../cli/__tests__/child.js';
import type { KeepAlive } from '../node.js';
import type { ModAction } from '../sipyco.js';
import { PlatformClock } from '../transports.js';

const DOCUMENT = new URL('../../../docs/protocols/sipyco.md', import.meta.url);
const CHAPTER = "## SiPyCo's API and ours\n";

/** The public names of SiPyCo 1.10, by module. */
const PYTHON: { readonly [module: string]: readonly string[] } = {
  pyon: [
    ...['encode', 'decode', 'store_file', 'load_file', 'register', 'deregister', 'wrap'],
    'python -m sipyco.pyon',
  ],
  pyon_v1: ['encode', 'decode', 'store_file', 'load_file'],
  pc_rpc: [
    ...['AutoTarget', 'IncompatibleServer'],
    ...members('Client', 'select_rpc_target get_selected_target get_rpc_id get_local_host'),
    ...['Client.get_rpc_method_list', 'Client.close_rpc', 'Client.<method>'],
    ...members('AsyncioClient', 'connect_rpc select_rpc_target get_selected_target get_rpc_id'),
    ...['AsyncioClient.get_local_host', 'AsyncioClient.close_rpc', 'AsyncioClient.<method>'],
    ...members('BestEffortClient', 'close_rpc <method>'),
    ...members('Server', 'start stop wait_terminate'),
    'simple_server_loop',
  ],
  packed_exceptions: [
    ...['GenericRemoteException', 'current_exc_packed', 'raise_packed_exc', 'parent_traceback'],
  ],
  sync_struct: [
    ...['ModAction', 'process_mod', 'update_from_dict'],
    ...members(
      'Notifier',
      'raw_view append insert pop __setitem__ __delitem__ __getitem__ publish',
    ),
    ...members('Publisher', 'start stop publish'),
    ...members('Subscriber', 'connect close receive_task notify_cbs'),
  ],
  broadcast: [
    ...members('Broadcaster', 'start stop broadcast'),
    ...members('Receiver', 'connect close notify_cbs'),
  ],
  logs: [
    ...['logging.TRACE', 'MultilineFormatter', 'multiline_log_config', 'log_with_name'],
    ...['parse_log_message', 'SourceFilter'],
    ...members('LogParser', 'line_input stream_task'),
    ...members('Server', 'start stop'),
    ...members('LogForwarder', 'start stop'),
  ],
  remote_exec: [
    ...members('RemoteExecServer', 'add_code call'),
    ...['simple_rexec_server_loop', 'connect_global_rpc'],
  ],
  fire_and_forget: members('FFProxy', '<method> ff_join'),
  common_args: [
    ...['verbosity_args', 'init_logger_from_args', 'simple_network_args', 'bind_address_from_args'],
  ],
  tools: [
    ...members('TaskObject', 'start stop _do'),
    ...members('BackgroundTaskPool', 'create'),
    ...members('AsyncioServer', 'start stop'),
    ...members('Condition', 'wait notify'),
    ...['atexit_register_coroutine', 'HAS_SIGHUP'],
    ...members('SignalHandler', 'setup teardown wait_terminate'),
    ...members('SimpleSSLConfig', 'create_client_context create_server_context'),
  ],
  keepalive: ['set_keepalive', 'async_open_connection', 'create_connection'],
  pipe_ipc: [
    ...members('AsyncioParentComm', 'get_address create_subprocess write drain readline read'),
    ...members('AsyncioChildComm', 'connect close'),
    'ChildComm',
  ],
  arguments: ['formatargspec'],
  sipyco_rpctool: [
    ...['get_argparser', 'list_targets', 'list_methods', 'call_method', 'interactive', 'main'],
  ],
};

function members(owner: string, names: string): string[] {
  return [owner, ...names.split(' ').map(name => `${owner}.${name}`)];
}

/** Names that are types alone: that they are exported, the compiler has seen. */
type Types = { readonly ModAction: ModAction; readonly KeepAlive: KeepAlive };
const TYPES: { readonly [name in keyof Types]: string } = {
  ModAction: 'labwire/sipyco',
  KeepAlive: 'labwire/node',
};

type Door = { readonly [name: string]: unknown };
type Sample = (door: Door) => object;

const OPTIONS = { clock: new PlatformClock(), name: 'x', notifierName: 'x' };
const made =
  (name: string, ...args: readonly unknown[]): Sample =>
  door =>
    Reflect.construct(door[name] as new () => object, args);
/** Fields of instances, which no prototype shows, and who has them. */
const SAMPLES: { readonly [name: string]: Sample } = {
  'RpcClient.remote': made('RpcClient', OPTIONS),
  'BestEffortClient.remote': made('BestEffortClient', OPTIONS),
  'FFProxy.remote': made('FFProxy', { methods: new Set() }),
  'Subscriber.notifyCbs': made('Subscriber', OPTIONS),
  'Receiver.notifyCbs': made('Receiver', OPTIONS),
  'RemoteError.remoteTraceback': made('RemoteError', '', { remoteClass: '', remoteMessage: '' }),
};

/** Where names can be found. */
type Known = {
  readonly doors: ReadonlyMap<string, Door>;
  readonly commands: ReadonlySet<string>;
};

type Row = {
  readonly python: string;
  readonly names: readonly string[];
  readonly door: string;
  readonly difference: string;
};

/** The tables of the chapter, by their headings. */
function tablesOf(text: string): Map<string, Row[]> {
  const tables = new Map<string, Row[]>();
  const chapter = text.slice(text.indexOf(CHAPTER) + CHAPTER.length);
  for (const part of chapter.split(/^### /m).slice(1)) {
    const [heading = '', ...lines] = part.split('\n');
    const rows = lines.filter(line => line.startsWith('|')).slice(2);
    tables.set(
      heading,
      rows.map(line => {
        const [, python = '', names = '', door = '', difference = ''] = line
          .split('|')
          .map(cell => cell.trim());
        return {
          python: python.replace(/^`(.*)`$/, '$1'),
          names: Array.from(names.matchAll(/`([^`]+)`/g), ([, name = '']) => name),
          door: door.replace(/^`(.*)`$/, '$1'),
          difference,
        };
      }),
    );
  }
  return tables;
}

/** What is wrong with the tables, one sentence each. */
function faultsOf(text: string, known: Known): string[] {
  const faults: string[] = [];
  const tables = tablesOf(text);
  for (const module of new Set([...Object.keys(PYTHON), ...tables.keys()])) {
    const expected = PYTHON[module] ?? [];
    const rows = tables.get(module) ?? [];
    for (const name of expected) {
      const count = rows.filter(({ python }) => python === name).length;
      if (count !== 1) {
        faults.push(`${module}: ${name} has ${count} rows`);
      }
    }
    for (const row of rows) {
      if (!expected.includes(row.python)) {
        faults.push(`${module}: SiPyCo has no ${row.python}`);
      }
      faults.push(...faultsOfRow(row, known).map(fault => `${module}: ${row.python}: ${fault}`));
    }
  }
  return faults;
}

function faultsOfRow({ names, door, difference }: Row, known: Known): string[] {
  if (names.length === 0) {
    return door === '' && difference !== '' ? [] : ['a name that we have not needs a reason'];
  }
  return names.filter(name => !exists(name, door, known)).map(name => `${door} has no ${name}`);
}

function exists(name: string, door: string, known: Known): boolean {
  if (door === 'command') {
    return known.commands.has(name);
  }
  if (door === 'platform') {
    return has(globalThis as unknown as Door, name);
  }
  const exported = known.doors.get(door);
  return exported !== undefined && (has(exported, name) || TYPES[name as keyof Types] === door);
}

/** `name`, or `Class.member`: on the class's prototype, on the object itself, or on an instance. */
function has(exported: Door, name: string): boolean {
  const [owner = '', member] = name.split('.');
  const value = exported[owner];
  if (value === undefined || member === undefined) {
    return value !== undefined;
  }
  const { prototype } = value as { prototype?: object };
  const sample = SAMPLES[name]?.(exported);
  return [prototype, value, sample].some(
    place => place !== undefined && place !== null && member in (place as object),
  );
}

describe("the table of SiPyCo's names", () => {
  const text = readFileSync(DOCUMENT, 'utf8');
  let known: Known;

  before(async () => {
    const names = ['node', 'pyon', 'sipyco', 'transports', 'values', 'wire'];
    const doors = await Promise.all(
      names.map(
        async name => [`labwire/${name}`, (await import(`../${name}.js`)) as Door] as const,
      ),
    );
    const { stdout } = await labwire(['--help']);
    const commands = stdout.slice(stdout.indexOf('\nCommands:\n')).matchAll(/^ {2}(\w+) /gm);
    known = {
      doors: new Map(doors),
      commands: new Set(Array.from(commands, ([, name = '']) => `labwire ${name}`)),
    };
  });

  it('has each of them once, and nothing else, and says truly where ours is', () => {
    assert.deepEqual(faultsOf(text, known), []);
    const rows = [...tablesOf(text).values()].flat();
    assert.equal(rows.length, Object.values(PYTHON).flat().length);
  });

  // A table that cannot be wrong would prove nothing.
  const row = /^\| `Client\.get_rpc_id` .*\n/m.exec(text)?.[0] ?? '';
  const mistakes: readonly (readonly [string, string, string])[] = [
    ['a row is missing', '', 'pc_rpc: Client.get_rpc_id has 0 rows'],
    ['a row stands there twice', row + row, 'pc_rpc: Client.get_rpc_id has 2 rows'],
    [
      'a name is none of SiPyCo',
      row + row.replace('get_rpc_id', 'get_id'),
      'pc_rpc: SiPyCo has no Client.get_id',
    ],
    [
      'a class is not exported',
      row.replace('RpcClient.', 'RpcClients.'),
      'pc_rpc: Client.get_rpc_id: labwire/sipyco has no RpcClients.getRpcId',
    ],
    [
      'a class has no such method',
      row.replace('getRpcId', 'getId'),
      'pc_rpc: Client.get_rpc_id: labwire/sipyco has no RpcClient.getId',
    ],
    [
      'it is another door',
      row.replace('labwire/sipyco', 'labwire/values'),
      'pc_rpc: Client.get_rpc_id: labwire/values has no RpcClient.getRpcId',
    ],
    [
      'there is no such command',
      row.replace('`labwire/sipyco`', 'command').replace('RpcClient.getRpcId', 'labwire rpc'),
      'pc_rpc: Client.get_rpc_id: command has no labwire rpc',
    ],
    [
      'the platform has no such thing',
      row.replace('`labwire/sipyco`', 'platform').replace('RpcClient.getRpcId', 'Condition'),
      'pc_rpc: Client.get_rpc_id: platform has no Condition',
    ],
    [
      'a name is left out without a reason',
      '| `Client.get_rpc_id` | none | | |\n',
      'pc_rpc: Client.get_rpc_id: a name that we have not needs a reason',
    ],
  ];
  for (const [what, instead, fault] of mistakes) {
    it(`is found wrong where ${what}`, () => {
      assert.notEqual(row, '');
      assert.deepEqual(
        faultsOf(
          text.replace(row, () => instead),
          known,
        ),
        [fault],
      );
    });
  }

  it('is found wrong where a whole module is missing', () => {
    const cut = text.replace(/^### keepalive\n[^#]*/m, '');
    assert.deepEqual(faultsOf(cut, known), [
      'keepalive: set_keepalive has 0 rows',
      'keepalive: async_open_connection has 0 rows',
      'keepalive: create_connection has 0 rows',
    ]);
  });
});
