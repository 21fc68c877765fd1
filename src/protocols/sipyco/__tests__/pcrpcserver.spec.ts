import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dict, type Fault, PySet, type PyValue, pyRepr, Slice } from '../../../values/index.js';
import { py } from '../../pyon/index.js';
import { type RpcServerEvent, RpcServerMachine, type RpcServerMachineOptions } from '../index.js';

const BANNER = 'ARTIQ pc_rpc\n';

function serve(targets: string[] = ['osc'], options?: RpcServerMachineOptions): RpcServerMachine {
  return new RpcServerMachine({ targets, description: null }, options);
}

function hear(machine: RpcServerMachine, text: string | Uint8Array): RpcServerEvent[] {
  machine.receive(typeof text === 'string' ? Buffer.from(text) : text);
  return machine.takeEvents();
}

function written(machine: RpcServerMachine): string {
  return Buffer.concat(machine.takeOutput()).toString();
}

/** A server whose client has chosen a target. */
function ready(line = 'osc pyon_v2\n'): RpcServerMachine {
  const machine = serve();
  hear(machine, BANNER + line);
  machine.send({ type: 'methods', names: ['echo'] });
  machine.takeOutput();
  return machine;
}

function faultOf(events: readonly RpcServerEvent[]): Fault {
  const last = events.at(-1);
  assert.equal(last?.type, 'failed');
  return (last as { fault: Fault }).fault;
}

/** Class and message of the one answer. */
function refusal(machine: RpcServerMachine): string {
  const line = written(machine);
  const found =
    /^\{"status":"failed","exception":\{"class":"(\w+)","message":"(.*)","traceback":\[\]\}\}\n$/.exec(
      line,
    );
  assert.ok(found !== null, line);
  return `${found[1]}: ${found[2]}`;
}

describe('RpcServerMachine, at the door', () => {
  it('says who it is, in the spelling of 1.10 or of 1.9', () => {
    const rpcId = { targets: ['b', '\u{1f600}', '\uff21', 'a'], description: 'd\n"µ"' };
    const texts = [undefined, { features: [] }].map(options => {
      const machine = new RpcServerMachine(rpcId, options);
      hear(machine, BANNER);
      return written(machine);
    });
    assert.deepEqual(texts, [
      '{"targets":["a","b","\\uff21","\\ud83d\\ude00"],"description":"d\\n\\"\\u00b5\\"","features":["pyon_v2"]}\n',
      '{"targets": ["a", "b", "\\uff21", "\\ud83d\\ude00"], "description": "d\\n\\"\\u00b5\\""}\n',
    ]);
  });

  it('refuses target names that no client can ask for', () => {
    assert.throws(() => serve(['a b']), {
      name: 'LocalProtocolError',
      message: 'the target name "a b" holds a blank at 1',
    });
    assert.throws(() => serve(['a\n']), { name: 'LocalProtocolError' });
  });

  it('closes at any other banner without a word', () => {
    for (const text of ['ARTIQ sync_struct\n', 'ARTIQ pc_rpc\r\n', '\n', 'GET / HTTP/1.1\r\n']) {
      const machine = serve();
      const fault = faultOf(hear(machine, text));
      assert.equal(fault.name, 'RemoteProtocolError');
      assert.match(fault.message, /expected the banner "ARTIQ pc_rpc\\n"$/);
      assert.deepEqual(machine.takeOutput(), []);
    }
  });

  it('knows its targets and features', () => {
    for (const line of ['laser', 'osc ', 'osc pyon_v3', 'osc\r', 'OSC', '', 'osc pyon_v2 zip']) {
      const machine = serve();
      hear(machine, BANNER);
      machine.takeOutput();
      const fault = faultOf(hear(machine, `${line}\n`));
      assert.equal(
        fault.message,
        `a client sent ${JSON.stringify(line)}, expected one of osc, then of pyon_v2`,
      );
      assert.deepEqual(machine.takeOutput(), []);
    }
    assert.deepEqual(hear(serve(['osc'], { features: [] }), `${BANNER}osc\n`), [
      { type: 'select', target: 'osc', pyon: 1 },
    ]);
    faultOf(hear(serve(['osc'], { features: [] }), `${BANNER}osc pyon_v2\n`));
  });

  it('drops the last letter of a target line that the end cuts, as SiPyCo does', () => {
    const machine = serve(['osc\u{1f600}']);
    hear(machine, `${BANNER}osc\u{1f600} pyon_v2\u{1f600}`);
    machine.receiveEof();
    assert.deepEqual(machine.takeEvents(), [
      { type: 'select', target: 'osc\u{1f600}', pyon: 2 },
      { type: 'eof' },
    ]);
    machine.takeOutput();
    machine.send({ type: 'methods', names: [] });
    assert.equal(written(machine), '{"__jsonclass__":["set",[[]]]}\n');
  });

  it('hears that a client leaves at any point', () => {
    for (const text of ['', BANNER, `${BANNER}osc\n`]) {
      const machine = serve();
      hear(machine, text);
      machine.receiveEof();
      machine.receiveEof();
      assert.deepEqual(machine.takeEvents(), [{ type: 'eof' }]);
    }
  });
});

describe('RpcServerMachine, asked', () => {
  const request = (args: string, kwargs = '{}') =>
    `{"action":"call","name":"echo","args":${args},"kwargs":${kwargs}}\n`;

  it('takes what Python takes for arguments', () => {
    const spellings = [
      ['[1, 2.0]', '[1, 2.0]'],
      ['{"__jsonclass__":["tuple",[[1]]]}', '[1]'],
      ['"xµ"', "['x', 'µ']"],
      ['{"k":1}', "['k']"],
      ['{"__jsonclass__":["set",[[9]]]}', '[9]'],
      ['{"__jsonclass__":["bytes",["AQI="]]}', '[1, 2]'],
      ['""', '[]'],
    ];
    for (const [text = '', items] of spellings) {
      const [event] = hear(ready(), request(text));
      assert.ok(event?.type === 'call', text);
      assert.equal(pyRepr([...event.args]), items, text);
    }
  });

  it('answers what is wrong in form in the words of Python, and lives', () => {
    const requests: [string, string][] = [
      ['5', "TypeError: 'int' object is not subscriptable"],
      ['null', "TypeError: 'NoneType' object is not subscriptable"],
      ['["call"]', 'TypeError: list indices must be integers or slices, not str'],
      ['{}', "KeyError: 'action'"],
      ['{"action":"get"}', 'ValueError: Unknown action: get'],
      ['{"action":[1.5]}', 'ValueError: Unknown action: [1.5]'],
      ['{"action":"call"}', "KeyError: 'name'"],
      ['{"action":"call","name":1}', "TypeError: attribute name must be string, not 'int'"],
      ['{"action":"call","name":"f"}', "KeyError: 'args'"],
      ['{"action":"call","name":"f","args":[]}', "KeyError: 'kwargs'"],
      [request('5').trim(), 'TypeError: echo() argument after * must be an iterable, not int'],
      [
        request('[]', '[]').trim(),
        'TypeError: echo() argument after ** must be a mapping, not list',
      ],
      [
        request('null', 'null').trim(),
        'TypeError: echo() argument after ** must be a mapping, not NoneType',
      ],
      [
        request('[]', '{"__jsonclass__":["dict",[[[1,2]]]]}').trim(),
        'TypeError: keywords must be strings',
      ],
      [
        request('{"__jsonclass__":["nparray",[[],"<i2","AQA="]]}').trim(),
        'TypeError: iteration over a 0-d array',
      ],
    ];
    const machine = ready();
    for (const [line, message] of requests) {
      assert.deepEqual(hear(machine, `${line}\n`), [], line);
      assert.equal(refusal(machine), message, line);
    }
    assert.equal(hear(machine, request('[]'))[0]?.type, 'call');
  });

  it('gives its own answers in their turn', () => {
    const machine = serve();
    hear(machine, `${BANNER}osc pyon_v2\n5\n`);
    machine.takeOutput();
    const events = hear(machine, `${request('[1]')}{}\n5\n{"action":"get_rpc_method_list"}\n[]\n`);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['call', 'get_rpc_method_list'],
    );
    const lines = () => written(machine).split('\n').length - 1;
    assert.equal(lines(), 0);
    machine.send({ type: 'methods', names: ['echo'] });
    assert.equal(lines(), 2);
    const [call, list] = events.map(event => (event as { id: number }).id);
    assert.throws(() => machine.send({ type: 'return', id: list!, value: null }), {
      name: 'LocalProtocolError',
      message: `return cannot be sent now: the answer to ${call} is owed`,
    });
    machine.send({ type: 'return', id: call!, value: 1n });
    assert.equal(lines(), 3);
    machine.send({ type: 'return', id: list!, value: 1n });
    assert.equal(lines(), 2);
    assert.throws(() => machine.send({ type: 'return', id: list!, value: 1n }), {
      message: 'return cannot be sent now: nothing is owed',
    });
    assert.throws(() => machine.send({ type: 'methods', names: [] }), {
      name: 'LocalProtocolError',
    });
    assert.deepEqual(machine.takeOutput(), []);
  });

  it('closes at a line that cannot be read, after the answers before it', () => {
    for (const line of [
      '',
      '{"action":',
      "{'action': 'call'}",
      '{"__jsonclass__":["Decimal",["1"]]}',
      '\xff',
    ]) {
      const machine = ready();
      const bytes = Buffer.concat([
        Buffer.from(request('[1]')),
        Buffer.from(`${line}\n`, 'latin1'),
      ]);
      const events = hear(machine, bytes);
      assert.equal(events[0]?.type, 'call');
      assert.match(faultOf(events).message, /^a request is no PYON v2: /, line);
      machine.send({ type: 'return', id: 1, value: 5n });
      assert.equal(written(machine), '{"status":"ok","ret":5}\n');
      assert.deepEqual(hear(machine, request('[1]')), []);
    }
  });

  it('closes at a line over 4 MiB', () => {
    const machine = ready();
    const line = request(`["${'x'.repeat(4 * 1024 * 1024)}"]`);
    const fault = faultOf(hear(machine, line));
    assert.equal(fault.name, 'LimitError');
    assert.equal(fault.facts.limit, 'requestBytes');
    const frame = request('[""]').length - 1;
    assert.equal(
      hear(ready(), request(`["${'x'.repeat(4 * 1024 * 1024 - frame)}"]`))[0]?.type,
      'call',
    );
  });

  it('answers a whole request that the end cuts, as SiPyCo does', () => {
    const machine = ready();
    hear(machine, request('[1]').trim());
    machine.receiveEof();
    assert.deepEqual(
      machine.takeEvents().map(({ type }) => type),
      ['call', 'eof'],
    );
    machine.send({ type: 'return', id: 1, value: null });
    assert.equal(written(machine), '{"status":"ok","ret":null}\n');
    const half = ready();
    hear(half, '{"action":"ca');
    half.receiveEof();
    assert.deepEqual(
      half.takeEvents().map(({ type }) => type),
      ['failed'],
    );
  });
});

describe('RpcServerMachine, answering', () => {
  const REQUEST = '{"action":"call","name":"echo","args":[],"kwargs":{}}\n';
  const answer = (value: PyValue, line?: string) => {
    const machine = ready(line);
    hear(machine, REQUEST);
    machine.send({ type: 'return', id: 1, value });
    const text = written(machine);
    assert.match(text, /^[\x20-\x7e]*\n$/);
    hear(machine, REQUEST);
    machine.send({ type: 'return', id: 2, value: true });
    assert.ok(written(machine).endsWith('true}\n'));
    return text;
  };

  it('writes one line of ASCII, whatever the value', () => {
    const value = py`["µ\n\r\u2028", b"\x00\n", (1,), {1: nan}, ${new PySet(['a'])}]`;
    assert.equal(
      answer(value, 'osc\n'),
      '{"status": "ok", "ret": ["\\u00b5\\n\\r\\u2028", b\'\\x00\\n\', (1, ), {1: nan}, {"a"}]}\n',
    );
    assert.ok(answer(value).startsWith('{"status":"ok","ret":["\\u00b5\\n\\r\\u2028",'));
    const machine = ready();
    hear(machine, REQUEST);
    const exception = { class: 'ValueError', message: 'ü\n\ud800', traceback: ['a\nb\n'] };
    machine.send({ type: 'raise', id: 1, exception });
    assert.equal(
      written(machine),
      '{"status":"failed","exception":{"class":"ValueError","message":"\\u00fc\\n\\ud800","traceback":["a\\nb\\n"]}}\n',
    );
  });

  it('answers a value without a form as Python would, and lives', () => {
    assert.match(
      answer(dict({ a: [new Map() as unknown as PyValue] })),
      /"class":"TypeError","message":"a JavaScript Map has no form in PYON v2, at \[\\"a\\"\]\[0\]"/,
    );
    assert.match(answer(undefined as unknown as PyValue), /"TypeError".* PYON v2"/);
    const loop: PyValue[] = [];
    loop.push(loop);
    assert.match(answer(loop), /"class":"RecursionError"/);
    assert.match(answer(10n ** 5000n), /"class":"ValueError"/);
    assert.match(answer(dict({ __jsonclass__: 1n })), /"class":"TypeError"/);
  });

  it('escapes the letters that version 1 would write as they are', () => {
    assert.equal(
      answer(new Slice('\\é', '\u{1f600}', null), 'osc\n'),
      '{"status": "ok", "ret": slice(\'\\\\\\U000000e9\', \'\\U0001f600\', None)}\n',
    );
  });

  it('holds names of methods in their order', () => {
    const machine = serve();
    hear(machine, `${BANNER}osc\n`);
    machine.takeOutput();
    machine.send({ type: 'methods', names: new Set(['b', 'a', '__class__']) });
    assert.equal(written(machine), '{"b", "a", "__class__"}\n');
  });
});
