import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dict, type Fault, NDArray, PyDict, type PyValue, pyRepr } from '../../../values/index.js';
import {
  type PackedException,
  type RpcClientEvent,
  RpcClientMachine,
  type RpcClientMachineOptions,
} from '../index.js';

const V2 = '{"targets":["osc"],"description":null,"features":["pyon_v2"]}\n';
const V1 = '{"targets": ["osc"], "description": null}\n';
const NO_KWARGS = new PyDict();

function say(machine: RpcClientMachine, text: string): RpcClientEvent[] {
  machine.receive(Buffer.from(text));
  return machine.takeEvents();
}

function written(machine: RpcClientMachine): string {
  return Buffer.concat(machine.takeOutput()).toString();
}

/** A client that has chosen a target, in the version that `identity` leads to. */
function selected(identity = V2, options?: RpcClientMachineOptions): RpcClientMachine {
  const machine = new RpcClientMachine(options);
  say(machine, identity);
  machine.send({ type: 'select', target: 'osc' });
  say(machine, '["add", "ping"]\n');
  machine.takeOutput();
  return machine;
}

function call(machine: RpcClientMachine, id: number, ...args: PyValue[]): void {
  machine.send({ type: 'call', id, name: 'add', args, kwargs: NO_KWARGS });
}

function faultOf(events: readonly RpcClientEvent[]): Fault {
  const last = events.at(-1);
  assert.equal(last?.type, 'failed');
  return (last as { fault: Fault }).fault;
}

function ended(machine: RpcClientMachine): RpcClientEvent[] {
  machine.receiveEof();
  return machine.takeEvents();
}

describe('RpcClientMachine, before a target is chosen', () => {
  it('writes its banner at once', () => {
    const machine = new RpcClientMachine();
    assert.equal(written(machine), 'ARTIQ pc_rpc\n');
    assert.deepEqual(machine.takeOutput(), []);
  });

  it('hears who the server is; what it does not know it ignores', () => {
    const [event] = say(
      new RpcClientMachine(),
      '{"targets":["b","a"],"description":"x","features":["zip",5],"color":1}\n',
    );
    assert.deepEqual(event, {
      type: 'identified',
      rpcId: { targets: ['b', 'a'], description: 'x', features: ['zip'] },
    });
  });

  it('reads the repr that servers on small boards write', () => {
    const machine = new RpcClientMachine();
    const [event] = say(machine, "{'targets': ('x',), 'description': None}\n");
    assert.deepEqual(event, {
      type: 'identified',
      rpcId: { targets: ['x'], description: null, features: [] },
    });
    machine.takeOutput();
    machine.send({ type: 'select', target: 'x' });
    assert.equal(written(machine), 'x\n');
    const [chosen] = say(machine, "{'ping', 'read'}\n");
    assert.ok(chosen?.type === 'selected' && chosen.pyon === 1);
    machine.send({ type: 'call', id: 1, name: 'ping', args: [], kwargs: NO_KWARGS });
    assert.deepEqual(say(machine, "{'status': 'ok', 'ret': True}\n"), [
      { type: 'returned', id: 1, value: true },
    ]);
    machine.send({ type: 'call', id: 2, name: 'ping', args: [], kwargs: NO_KWARGS });
    const [raised] = say(machine, "{'status': 'failed', 'exception': 'no such pin'}\n");
    assert.deepEqual(raised, {
      type: 'raised',
      id: 2,
      exception: { class: 'GenericRemoteException', message: 'no such pin', traceback: [] },
    });
  });

  it('says that a peer is no pc_rpc server', () => {
    const strangers = [
      'HTTP/1.1 400 Bad Request\r\n',
      'SSH-2.0-OpenSSH_9.2\r\n',
      '5\n',
      '{"action":"init","struct":{}}\n',
      '{"jsonrpc":"2.0"}\n',
      '{"jsonrpc":\n',
      '{"targets":"osc"}\n',
    ];
    for (const text of strangers) {
      const { message } = faultOf(say(new RpcClientMachine(), text));
      assert.match(message, /^this is not a pc_rpc server: it answered "/, text);
    }
    assert.match(faultOf(say(new RpcClientMachine(), '{"targets":[}\n')).message, /no PYON/);
  });

  it('does not wait for the newline of a stranger who sends none', () => {
    assert.match(faultOf(say(new RpcClientMachine(), '\0'.repeat(64))).message, /not a pc_rpc/);
    const machine = new RpcClientMachine();
    assert.deepEqual(say(machine, 'login: '), []);
    assert.match(faultOf(ended(machine)).message, /answered "login: " and then the end$/);
    const cut = new RpcClientMachine();
    say(cut, '{"targets":["o');
    assert.match(faultOf(ended(cut)).message, /^the connection ended inside a line, 14 bytes/);
  });

  it('says that a server just closes', () => {
    const fault = faultOf(ended(new RpcClientMachine()));
    assert.equal(
      fault.message,
      'the server closed the connection without a word: it is not a pc_rpc server',
    );
    assert.equal(
      fault.hint,
      'Check host and port; an ARTIQ master takes calls on 3251, each controller on its own. ' +
        'A server with TLS takes no client without it.',
    );
  });

  it('takes no calls', () => {
    const machine = new RpcClientMachine();
    assert.throws(() => call(machine, 1), {
      name: 'LocalProtocolError',
      message: 'call cannot be sent now: the connection is at identity',
    });
    say(machine, V2);
    assert.throws(() => call(machine, 1), /the connection is at identified/);
    assert.equal(written(machine), 'ARTIQ pc_rpc\n');
  });

  it('takes an end before the choice for an end', () => {
    const machine = new RpcClientMachine();
    say(machine, V2);
    assert.deepEqual(ended(machine), [{ type: 'eof' }]);
  });
});

describe('RpcClientMachine, choosing a target', () => {
  const choose = (identity: string, options?: RpcClientMachineOptions) => {
    const machine = new RpcClientMachine(options);
    say(machine, identity);
    machine.takeOutput();
    machine.send({ type: 'select', target: 'osc' });
    return machine;
  };

  it('asks for version 2 where it is offered and wanted', () => {
    assert.equal(written(choose(V2)), 'osc pyon_v2\n');
    assert.equal(written(choose(V2, { pyon: 1 })), 'osc\n');
    assert.equal(written(choose(V1)), 'osc\n');
  });

  it('chooses once', () => {
    const machine = choose(V2);
    assert.throws(() => machine.send({ type: 'select', target: 'osc' }), /is at selecting/);
    say(machine, '[]\n');
    assert.throws(() => machine.send({ type: 'select', target: 'osc' }), /is at selected/);
  });

  it('refuses a name that would end the line or name a feature', () => {
    const machine = new RpcClientMachine();
    say(machine, V2);
    machine.takeOutput();
    assert.throws(() => machine.send({ type: 'select', target: 'a b' }), {
      name: 'LocalProtocolError',
      message: 'the target name "a b" holds a blank at 1',
    });
    assert.throws(() => machine.send({ type: 'select', target: 'a\nb' }), /control character 0x0a/);
    assert.deepEqual(machine.takeOutput(), []);
    machine.send({ type: 'select', target: 'oscµ' });
    assert.equal(written(machine), 'oscµ pyon_v2\n');
  });

  it('takes any collection of names', () => {
    const spellings: [string, string, string[]][] = [
      [V2, '{"__jsonclass__":["set",[["a","b"]]]}', ['a', 'b']],
      [V2, '["a"]', ['a']],
      [V2, '{"__jsonclass__":["tuple",[[]]]}', []],
      [V1, '{"a", "b"}', ['a', 'b']],
      [V1, '("a", )', ['a']],
      [V1, '{}', []],
    ];
    for (const [identity, line, names] of spellings) {
      const [event] = say(choose(identity), `${line}\n`);
      assert.ok(event?.type === 'selected', line);
      assert.deepEqual([...event.methods], names, line);
      assert.equal(event.pyon, identity === V2 ? 2 : 1);
    }
  });

  it('says what is no set of names', () => {
    for (const line of ['5', '{"a":1}', '[1]', '"ab"', 'null']) {
      const fault = faultOf(say(choose(V2), `${line}\n`));
      assert.equal(fault.message, 'the answer to the target is no set of names', line);
    }
  });

  it('names what it may mean that the server closes', () => {
    assert.equal(
      faultOf(ended(choose(V2))).message,
      'the server closed the connection at the target "osc": it has no such target, or does not know the feature pyon_v2',
    );
    assert.equal(
      faultOf(ended(choose(V1))).message,
      'the server closed the connection at the target "osc": it has no such target',
    );
  });
});

describe('RpcClientMachine, calling', () => {
  it('writes requests as SiPyCo does, in both versions', () => {
    const kwargs = dict({ b: 2.5, c: null });
    const texts = [V2, V1].map(identity => {
      const machine = selected(identity);
      machine.send({ type: 'call', id: 1, name: 'add', args: [1n, 'µ'], kwargs });
      machine.send({ type: 'get_rpc_method_list', id: 2 });
      return written(machine);
    });
    assert.deepEqual(texts, [
      '{"action":"call","name":"add","args":{"__jsonclass__":["tuple",[[1,"\\u00b5"]]]},"kwargs":{"b":2.5,"c":null}}\n' +
        '{"action":"get_rpc_method_list"}\n',
      '{"action": "call", "name": "add", "args": (1, "\\u00b5"), "kwargs": {"b": 2.5, "c": null}}\n' +
        '{"action": "get_rpc_method_list"}\n',
    ]);
  });

  it('matches answers by their order, thousands ahead', () => {
    const machine = selected();
    const count = 5000;
    for (let i = 0; i < count; i += 1) {
      call(machine, 7 * i, BigInt(i));
    }
    assert.equal(machine.pendingCount, count);
    const replies = Array.from({ length: count }, (_, i) => `{"status":"ok","ret":${i}}\n`).join(
      '',
    );
    const first = say(machine, replies.slice(0, 40_000));
    const rest = say(machine, replies.slice(40_000));
    assert.ok(first.length > 1024 && rest.length > 1024);
    assert.ok(
      [...first, ...rest].every(
        (event, i) => event.type === 'returned' && event.id === 7 * i && event.value === BigInt(i),
      ),
    );
    assert.equal(machine.pendingCount, 0);
  });

  it('goes on behind a call that fails', () => {
    const machine = selected();
    for (const id of [1, 2, 3]) {
      call(machine, id);
    }
    const failure =
      '{"status":"failed","exception":{"class":"ValueError","message":"m","traceback":["a\\n"]}}\n';
    const events = say(machine, `{"status":"ok","ret":1}\n${failure}{"status":"ok","ret":3}\n`);
    assert.deepEqual(events, [
      { type: 'returned', id: 1, value: 1n },
      {
        type: 'raised',
        id: 2,
        exception: { class: 'ValueError', message: 'm', traceback: ['a\n'] },
      },
      { type: 'returned', id: 3, value: 3n },
    ]);
  });

  it('takes exceptions of any shape for text', () => {
    const shapes: [string, PackedException][] = [
      ['"gone"', { class: 'GenericRemoteException', message: 'gone', traceback: [] }],
      ['{}', { class: 'GenericRemoteException', message: '', traceback: [] }],
      [
        '{"class":5,"message":[1],"traceback":"x"}',
        { class: '5', message: '[1]', traceback: ['x'] },
      ],
      [
        '{"class":"__proto__","message":null,"traceback":[1,""]}',
        { class: '__proto__', message: '', traceback: ['1'] },
      ],
      ['5', { class: 'GenericRemoteException', message: '5', traceback: [] }],
    ];
    for (const [text, exception] of shapes) {
      const machine = selected();
      call(machine, 1);
      assert.deepEqual(say(machine, `{"status":"failed","exception":${text}}\n`), [
        { type: 'raised', id: 1, exception },
      ]);
    }
  });

  it('names the way to an argument that has no form, and stays as it was', () => {
    const machine = selected();
    const bad = Symbol('no value') as unknown as PyValue;
    assert.throws(() => call(machine, 1, dict({ x: [1n, bad] })), {
      name: 'EncodeError',
      path: 'args[0]["x"][1]',
      message: 'a JavaScript symbol has no form in PYON v2, at args[0]["x"][1]',
    });
    const kwargs = dict({ freq: bad });
    assert.throws(() => machine.send({ type: 'call', id: 1, name: 'x', args: [], kwargs }), {
      path: 'kwargs["freq"]',
    });
    assert.deepEqual(machine.takeOutput(), []);
    assert.equal(machine.pendingCount, 0);
    call(machine, 2);
    assert.deepEqual(say(machine, '{"status":"ok","ret":null}\n'), [
      { type: 'returned', id: 2, value: null },
    ]);
  });

  it('refuses a request that SiPyCo servers would cut, and stays as it was', () => {
    const machine = selected();
    const frame =
      '{"action":"call","name":"add","args":{"__jsonclass__":["tuple",[[""]]]},"kwargs":{}}';
    const room = 4 * 1024 * 1024 - frame.length;
    call(machine, 1, 'x'.repeat(room));
    assert.equal(machine.takeOutput()[0]?.length, 4 * 1024 * 1024 + 1);
    assert.throws(() => call(machine, 2, 'x'.repeat(room + 1)), {
      name: 'LimitError',
      message: 'the request is 4194305 bytes long, SiPyCo servers read 4194304',
      limit: 'requestBytes',
      hint: 'Send large arguments in parts of at most 3 MiB, or as a smaller dtype.',
    });
    assert.throws(() => call(machine, 2, new NDArray('<f8', [1_000_000])), { name: 'LimitError' });
    assert.equal(machine.pendingCount, 1);
    assert.deepEqual(machine.takeOutput(), []);
  });

  it('ends at an answer that is none', () => {
    for (const line of [
      '5',
      '[]',
      '{}',
      '{"status":"ok"}',
      '{"status":"failed"}',
      '{"status":"maybe","ret":1,"exception":"x"}',
      '{"status":true,"ret":1}',
    ]) {
      const machine = selected();
      call(machine, 1);
      const fault = faultOf(say(machine, `${line}\n`));
      assert.equal(fault.name, 'RemoteProtocolError', line);
      assert.equal(fault.message, 'the answer to add is none', line);
    }
  });

  it('ends at a line that is no PYON, and says where', () => {
    for (const line of ['}', '', '{"status":"ok","ret":}', "{'status': 'ok', 'ret': 1}"]) {
      const machine = selected();
      call(machine, 1);
      const fault = faultOf(say(machine, `${line}\n`));
      assert.match(fault.message, /^a line is no PYON: /, line);
      assert.equal(fault.cause?.name, 'ParseError');
    }
  });

  it('ends at a second line where one answer is owed', () => {
    const machine = selected();
    call(machine, 1);
    const events = say(machine, '{"status":"ok","ret":1}\n{"status":"ok","ret":2}\n');
    assert.deepEqual(events[0], { type: 'returned', id: 1, value: 1n });
    const fault = faultOf(events);
    assert.equal(fault.name, 'RemoteProtocolError');
    assert.equal(
      fault.message,
      'the server sent a line that nobody asked for: "{\\"status\\":\\"ok\\",\\"ret\\":2}"',
    );
    assert.throws(() => call(machine, 2), /the connection is at over/);
  });

  it('names the call that the end of the connection leaves without an answer', () => {
    const machine = selected();
    call(machine, 1);
    assert.equal(
      faultOf(ended(machine)).message,
      'the server closed the connection and owes the answer to add',
    );
    const ahead = selected();
    call(ahead, 1);
    ahead.send({ type: 'call', id: 2, name: 'ping', args: [], kwargs: NO_KWARGS });
    call(ahead, 3);
    say(ahead, '{"status":"ok","ret":1}\n');
    assert.equal(
      faultOf(ended(ahead)).message,
      'the server closed the connection and owes the answer to ping and 1 behind it',
    );
  });

  it('takes half an answer for a fault', () => {
    const machine = selected();
    call(machine, 1);
    say(machine, '{"status":"o');
    const fault = faultOf(ended(machine));
    assert.equal(
      fault.message,
      'the connection ended inside the answer to add, 12 bytes after its start',
    );
  });

  it('stops at a line over the limit', () => {
    const machine = selected(V2, { lineBytes: 100 });
    call(machine, 1);
    const fault = faultOf(say(machine, ' '.repeat(101)));
    assert.equal(fault.name, 'LimitError');
    assert.deepEqual(fault.facts, { limit: 'lineBytes', value: 101, maximum: 100, unit: 'bytes' });
  });

  it('hears nothing after a fault', () => {
    const machine = selected();
    faultOf(say(machine, '5\n'));
    assert.deepEqual(say(machine, '{"status":"ok","ret":1}\n'), []);
    assert.deepEqual(ended(machine), []);
  });

  it('keeps what it returned apart from the bytes it was given', () => {
    const machine = selected();
    call(machine, 1);
    const chunk = Buffer.from(
      '{"status":"ok","ret":["abc",{"__jsonclass__":["bytes",["AQID"]]}]}\n',
    );
    machine.receive(chunk);
    chunk.fill(0x20);
    const [event] = machine.takeEvents();
    assert.ok(event?.type === 'returned');
    assert.equal(pyRepr(event.value), "['abc', b'\\x01\\x02\\x03']");
  });
});
