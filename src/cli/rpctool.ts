// `labwire rpctool`: what sipyco_rpctool does, with the same arguments, output and exit codes.
//
// Source: docs/protocols/sipyco.md, "rpctool"; vectors/sipyco/sessions/rpctool_*.jsonl.

import { Command } from 'commander';
import { AutoTarget, RpcClient } from '../clients/index.js';
import { sslArgs, sslConfigFromArgs } from '../node/index.js';
import { formatArgspec } from '../protocols/sipyco/index.js';
import { PlatformClock } from '../transports/index.js';
import { connectTcp } from '../transports/node/index.js';
import { isLabwireError, ParseError, type PyValue, pprint } from '../values/index.js';
import { SaidFailure } from './failure.js';
import { print, remark } from './output.js';
import { port } from './port.js';
import { evaluate } from './rpctool/evaluate.js';
import { exceptionText, tracebackText } from './rpctool/exception.js';
import { interact, marked } from './rpctool/interactive.js';
import { CALL_SCOPE } from './rpctool/scope.js';
import { inOneStyle } from './style.js';

type Options = { readonly ssl?: readonly string[] };
type TargetOptions = { readonly target?: string };

/** Where the server is. */
type Server = { readonly host: string; readonly port: number; readonly options: Options };

export function rpctoolCommand(): Command {
  const command = new Command('rpctool')
    .summary('call the methods of an instrument')
    .description(
      'Talk to a pc_rpc server, as sipyco_rpctool does.\n\n' +
        'Actions:\n' +
        '  list-targets                       what the server offers\n' +
        '  list-methods [-t TARGET]           methods of a target, with signatures\n' +
        '  call [-t TARGET] METHOD [ARGS...]  call a method, print what it returns\n' +
        '  interactive [-t TARGET]            a line is an expression; this is the default\n\n' +
        'Without -t the only target is taken. Each action has its own --help.',
    )
    .usage('[options] <server> <port> [action] [args...]')
    .argument('<server>', 'host name or address')
    .argument('<port>', 'TCP port', port)
    .argument('[action]', 'list-targets, list-methods, call or interactive')
    .argument('[args...]', 'what the action takes')
    .addHelpText(
      'after',
      '\nARGS are Python expressions: 4e6, "\'text\'", "[1, (2,)]", "np.arange(3)", "list(range(3))".\n' +
        'Literals, calls by name and arithmetic are read; nothing of Python is evaluated.',
    )
    .action(rpctool);
  sslArgs(command);
  leaveActionsAlone(command);
  return command;
}

/** What stands behind the action is the action's, whatever it looks like: `call echo -1`. */
function leaveActionsAlone(command: Command): void {
  const parse = command.parseOptions.bind(command);
  command.parseOptions = args => {
    const end = actionIndex(args);
    const { operands, unknown } = parse(args.slice(0, end));
    return { operands: [...operands, ...args.slice(end)], unknown };
  };
}

/** Where the third argument stands that is no option. */
function actionIndex(args: readonly string[]): number {
  let count = 0;
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] as string;
    if (/^--s(s(l)?)?$/.test(arg)) {
      i += 3; // and its files
    } else if (!arg.startsWith('-')) {
      count += 1;
      if (count === 3) {
        return i;
      }
    }
  }
  return args.length;
}

async function rpctool(
  host: string,
  portNumber: number,
  action: string | undefined,
  args: readonly string[],
  options: Options,
  command: Command,
): Promise<void> {
  const server: Server = { host, port: portNumber, options };
  const actions = [listTargets(server), listMethods(server), call(server), interactive(server)];
  const name = action ?? 'interactive';
  const chosen = actions.find(one => one.name() === name);
  if (chosen === undefined) {
    const names = actions.map(one => one.name()).join(', ');
    command.error(`error: there is no action ${JSON.stringify(action)}; choose from ${names}`);
  }
  chosen.name(`${command.parent?.name() ?? ''} rpctool <server> <port> ${name}`.trim());
  await inOneStyle(chosen).parseAsync(inFull(args), { from: 'user' });
}

/** `--ta NAME` is `--target NAME`, as for argparse; behind METHOD it is an argument like any other. */
function inFull(args: readonly string[]): string[] {
  const full = [...args];
  for (let i = 0; full[i]?.startsWith('-') === true && full[i] !== '--'; i += 1) {
    const [, name = '', value = ''] = /^(--\w+)(=.*)?$/s.exec(full[i] ?? '') ?? [];
    if (name.length > 2 && '--target'.startsWith(name)) {
      full[i] = `--target${value}`;
    } else if (name.length > 2 && '--help'.startsWith(name)) {
      full[i] = `--help${value}`;
    }
    i += full[i] === '-t' || full[i] === '--target' ? 1 : 0; // and its name
  }
  return full;
}

function withTarget(command: Command): Command {
  return command.option('-t, --target <name>', 'which target; needed where there are several');
}

/** A connection for as long as `use` takes. */
async function connected(
  { host, port, options }: Server,
  target: string | typeof AutoTarget | null,
  use: (client: RpcClient) => Promise<void>,
): Promise<void> {
  const ssl = sslConfigFromArgs(options);
  const client = new RpcClient({
    connect: more => connectTcp({ host, port, ...(ssl === undefined ? {} : { ssl }), ...more }),
    clock: new PlatformClock(),
    target,
  });
  try {
    await client.connect();
    await use(client);
  } finally {
    await client.closeRpc();
  }
}

// ---- Actions ------------------------------------------------------------------------------------

function listTargets(server: Server): Command {
  return new Command('list-targets').description('Print the targets of the server.').action(() =>
    connected(server, null, async client => {
      const { targets, description } = client.getRpcId();
      await print(`Target(s):   ${targets.join(', ')}`);
      if (description !== null) {
        await print(`Description: ${description}`);
      }
    }),
  );
}

function listMethods(server: Server): Command {
  return withTarget(new Command('list-methods'))
    .description('Print the methods of a target, with signatures and docstrings.')
    .action(({ target }: TargetOptions) =>
      connected(server, target ?? AutoTarget, async client => {
        const list = await client.getRpcMethodList();
        if (list.docstring !== null) {
          await print(`${list.docstring}\n`);
        }
        const names = [...list.methods.keys()].sort();
        for (const name of names) {
          const method = list.methods.get(name) ?? null;
          await print(`${name}${method === null ? '(…)' : formatArgspec(method.argspec)}`);
          if (method !== null && method.docstring !== null) {
            await print(indented(method.docstring));
          }
          await print('');
        }
        if (list.error !== null) {
          remark(
            `the server cannot list its methods, these are names alone: ${list.error.message}`,
          );
          throw new SaidFailure();
        }
      }),
    );
}

/** By four, but for empty lines. */
function indented(text: string): string {
  return text.replace(/^(?=.*\S)/gm, '    ');
}

function call(server: Server): Command {
  return withTarget(new Command('call'))
    .description(
      'Call a method and pretty-print what it returns, unless that is None.\n\n' +
        'Everything behind METHOD is an argument.',
    )
    .argument('<method>', 'name of the method')
    .argument('[args...]', 'Python expressions; np and the builtins that make values are there')
    .passThroughOptions()
    .action((method: string, texts: readonly string[], { target }: TargetOptions) =>
      connected(server, target ?? AutoTarget, async client => {
        const values: PyValue[] = [];
        for (const text of texts) {
          values.push(await argument(text));
        }
        await printResult(client, method, values);
      }),
    );
}

async function argument(text: string): Promise<PyValue> {
  try {
    return await evaluate(text, CALL_SCOPE);
  } catch (error) {
    if (error instanceof ParseError) {
      process.stderr.write(`${marked(text, error)}\n`);
      throw new SaidFailure();
    }
    throw error;
  }
}

async function printResult(
  client: RpcClient,
  method: string,
  values: readonly PyValue[],
): Promise<void> {
  try {
    const result = await client.call(method, values);
    if (result !== null) {
      await print(pprint(result));
    }
  } catch (error) {
    if (!isLabwireError(error, 'RemoteError')) {
      throw error;
    }
    const lines = ['Remote traceback (most recent call last):', ...tracebackText(error)];
    process.stderr.write(`${[...lines, exceptionText(error)].join('\n')}\n`);
    throw new SaidFailure();
  }
}

function interactive(server: Server): Command {
  return withTarget(new Command('interactive'))
    .description(
      'Print the value of each line until Ctrl-D. Names are the methods of the target, and np.\n\n' +
        'At a terminal, Tab completes names and the arrow keys find earlier lines.',
    )
    .action(({ target }: TargetOptions) =>
      connected(server, target ?? AutoTarget, async client => {
        await interact(client, client.getSelectedTarget() ?? '');
      }),
    );
}
