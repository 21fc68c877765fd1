// The recorded conversations with SiPyCo's server, had again with ours: the same requests, and the
// same answers but for what only Python can say.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode } from '../../protocols/pyon/index.js';
import {
  type RpcConversation,
  rpcConversations,
} from '../../protocols/sipyco/__tests__/rpcrecordings.js';
import { NDArray, PyDict, type PyValue, pyExact, pyRepr, Tuple } from '../../values/index.js';
import { method, type RpcTarget, remoteExecTargets, rpcTarget } from '../index.js';
import { FAILURES, oscillator } from './oscillator.js';
import { RpcBench } from './rpcbench.js';

const shutter = rpcTarget({
  className: 'Shutter',
  methods: [
    method('open(self, on=True)', null, args => args.get('on')),
    method('close(self)', null, () => false),
  ],
});

function tally(): RpcTarget {
  let n = 0n;
  return rpcTarget({
    className: 'Tally',
    docstring: 'One per connection.',
    methods: [
      method('bump(self, by=1)', null, args => {
        n += args.int('by');
        return n;
      }),
    ],
  });
}

const CAMERA = remoteExecTargets('cam', shutter, () => [
  method('span(n, k=2)', null, args =>
    Array.from({ length: Number(args.int('n')) }, (_, i) => BigInt(i) * args.int('k')),
  ),
  method('drive()', null, () => false),
  method('whoami()', null, () => 'sipyco.remote_exec'),
]);

/** What a session was had with: targets, and whether they can be terminated. */
const SESSIONS: { readonly [name: string]: { [target: string]: RpcTarget | (() => RpcTarget) } } = {
  pc_rpc_calls: { osc: oscillator },
  pc_rpc_exceptions_builtin: { osc: oscillator },
  pc_rpc_exceptions_own: { osc: oscillator },
  pc_rpc_exceptions_exotic: { osc: oscillator },
  pc_rpc_exception_system_exit: { osc: oscillator },
  pc_rpc_echo_values: { osc: oscillator },
  pc_rpc_factory: { made: () => shutter, tally },
  pc_rpc_method_list: { osc: oscillator },
  pc_rpc_method_list_plain: { Zeta_2: oscillator, osc: oscillator, shutter },
  pc_rpc_raw_bad_requests: { osc: oscillator },
  pc_rpc_raw_loose_requests: { osc: oscillator },
  pc_rpc_rexec: CAMERA,
  pc_rpc_terminate: { osc: oscillator },
  pc_rpc_terminate_absent: { osc: oscillator },
  pc_rpc_unencodable: { osc: oscillator },
};
const TERMINATE = new Set(['pc_rpc_terminate', 'pc_rpc_exception_system_exit', 'pc_rpc_rexec']);

/** Why an answer of ours is another than Python's; null where it must be the same. */
function whyNot(name: string, request: PyValue, text: string): string | null {
  if (!(request instanceof PyDict) || request.get('action') !== 'call') {
    return null;
  }
  const called = request.get('name');
  const args = request.get('args');
  if (/argument after \*\*? must be/.test(text)) {
    return 'it names the module of a Python function';
  }
  if (called === 'freq' || called === 'hidden') {
    return 'an attribute that is no method';
  }
  if (typeof called === 'string' && /^(gen|agen|trace|mean|later|status|deeper)$/.test(called)) {
    return 'what a Python method does';
  }
  if (called === 'opaque' || called === 'frozen') {
    return 'the message shows a Python object';
  }
  if (called === 'add' && args instanceof NDArray) {
    return 'arithmetic of numpy';
  }
  if (called === 'add' && /can only concatenate|unsupported operand/.test(text)) {
    return 'what a Python method does';
  }
  if (called === 'add_code') {
    return 'it is Python code';
  }
  if (called === 'fail') {
    const kind = args instanceof Tuple ? args.at(0) : null;
    return typeof kind === 'string' && Object.hasOwn(FAILURES, kind)
      ? null
      : 'what a Python method does';
  }
  if (name === 'pc_rpc_rexec' && called === 'call') {
    const [wanted] = args instanceof Tuple ? args.items : [];
    if (wanted === 'shared_value') {
      return 'what Python code does';
    }
    if (wanted === 'span' && text.includes('KeyError')) {
      return 'what is registered is there without add_code';
    }
  }
  return null;
}

/** A reply as it must be: without the frames of its traceback, and of a listing what both can do. */
function essence(line: string, ours: RpcTarget | null): PyValue {
  const reply = decode(line, { version: 2 });
  if (reply instanceof PyDict) {
    const exception = reply.get('exception');
    if (exception instanceof PyDict) {
      exception.delete('traceback');
    }
    const ret = reply.get('ret');
    const methods = ret instanceof PyDict ? ret.get('methods') : undefined;
    if (methods instanceof PyDict && ours !== null) {
      for (const name of [...methods.keys()]) {
        if (name !== 'terminate' && !ours.methods.has(name as string)) {
          methods.delete(name);
        }
      }
    }
  }
  return reply;
}

let compared = 0;

async function replay(session: string, conversation: RpcConversation): Promise<void> {
  const targets = SESSIONS[session]!;
  const bench = new RpcBench({ targets, builtinTerminate: TERMINATE.has(session) });
  const caller = await bench.dial();
  const requests = conversation.steps.filter(({ dir }) => dir === 'c2s');
  const said = requests.map(textOf);
  const heard = conversation.steps.filter(({ dir }) => dir === 's2c').map(textOf);
  caller.say(said[0] ?? '');
  caller.say(said[1] ?? '');
  for (let i = 0; i < 2 && i < heard.length; i++) {
    assert.notEqual(await caller.line(), null);
  }
  const chosen = targets[(said[1] ?? '').split(/[ \n]/)[0]!];
  const target = typeof chosen === 'function' ? chosen() : (chosen ?? null);
  for (const [i, request] of said.slice(2).entries()) {
    caller.link.send(requests[i + 2]!.bytes.slice());
    const expected = heard[i + 2];
    if (expected === undefined) {
      caller.link.end();
      assert.equal(await caller.line(), null, request);
      break;
    }
    if (!request.endsWith('\n')) {
      caller.link.end();
    }
    const line = await caller.line();
    assert.ok(line !== null, request);
    const asked = decode(request.trim(), { version: 2 });
    if (whyNot(session, asked, expected) === null) {
      const [found, wanted] = [essence(line, target), essence(expected.trim(), target)];
      assert.ok(
        pyExact(found, wanted),
        `${request}answered\n${pyRepr(found)}\ninstead of\n${pyRepr(wanted)}`,
      );
      compared += 1;
    }
  }
  await bench.server.stop();
}

function textOf({ bytes }: RpcConversation['steps'][number]): string {
  return new TextDecoder().decode(bytes);
}

describe('recorded conversations with RpcServer', () => {
  for (const session of Object.keys(SESSIONS)) {
    for (const conversation of rpcConversations(`${session}.jsonl`)) {
      it(conversation.name, () => replay(session, conversation));
    }
  }

  it('were compared, not skipped', () => {
    assert.ok(compared > 100, `${compared} answers`);
  });
});
