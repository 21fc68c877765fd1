// What a person sees of each thing that can go wrong: what it is, where, and what to try.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LoopbackNetwork } from '../../transports/index.js';
import { isLabwireError, NDArray, Tuple } from '../../values/index.js';
import type { IListener } from '../../wire/index.js';
import type { Frame, TableFrame, TraceFrame, ViewSpec } from '../api.js';
import { dataset, LAB, Lab } from './lab.js';
import { openHub } from './openhub.js';
import { VIEWPORT } from './viewport.js';

function specOf(fragment: string, view: ViewSpec['view'] = 'auto'): ViewSpec {
  const role = view === 'trace' ? 'y' : 'value';
  return { version: 1, view, sources: [{ role, address: `${LAB}#${fragment}` }], options: {} };
}

/** A view of `a` at a server that says `pieces` to everybody and then, unless it stays, ends. */
async function failureAt(pieces: readonly Uint8Array[], stays = false) {
  const network = new LoopbackNetwork();
  const listener = network.listen('lab:3250');
  const serving = serve(listener, pieces, stays);
  const { hub, pull, mistakes } = openHub({
    connect: () => options => network.connect('lab:3250', options),
  });
  await hub.openView(specOf('a'), VIEWPORT);
  const { status } = await pull(frame => frame.status.fault !== null);
  await hub.bye();
  await listener.close();
  await serving;
  assert.deepEqual(mistakes, []);
  const { message, hint = '' } = status.fault!;
  return { state: status.state, message, hint };
}

async function serve(listener: IListener, pieces: readonly Uint8Array[], stays: boolean) {
  for await (const link of listener.connections) {
    try {
      for (const piece of pieces) {
        link.send(piece);
        await link.drained();
      }
    } catch (error) {
      assert.ok(isLabwireError(error, 'ConnectionLostError')); // the hub has heard enough
    }
    if (!stays) {
      await link.close();
    }
  }
}

const INIT = '{"action":"init","struct":{"a":1}}\n';

describe('Bad input: what a view says', () => {
  for (const [what, said, message, hint] of [
    [
      'a browser’s server',
      'HTTP/1.1 400 Bad Request\r\n\r\n',
      'lab:3250: this is not a SiPyCo server: it answered "HTTP/1.1 400 Bad Request\\r"',
      'Check host and port; ARTIQ masters publish on 3250.',
    ],
    [
      'an SSH server',
      'SSH-2.0-OpenSSH_9.2\r\n',
      'lab:3250: this is not a SiPyCo server: it answered "SSH-2.0-OpenSSH_9.2\\r"',
      'Check host and port; ARTIQ masters publish on 3250.',
    ],
    [
      'a server that closes at once: an unknown notifier, or none of ours',
      '',
      'lab:3250: the server closed the connection without a word: it has no notifier "datasets", ' +
        'or it is not a sync_struct server',
      'Check the name of the notifier, then host and port.',
    ],
    [
      'malformed PYON',
      '{"action":"init","struct":{]}\n',
      "lab:3250: a line is no PYON: expected a name in double quotes at position 27, found ']'",
      'Connect again; if it stays so, the publisher is broken.',
    ],
    [
      'truncated PYON',
      '{"action":"init","struct":{"a',
      'lab:3250: the connection ended inside a line, 29 bytes after its start',
      'Connect again; if it stays so, the publisher is broken.',
    ],
    [
      'a mod before the struct',
      '{"action":"append","path":[],"x":1}\n',
      'lab:3250: a mod came before the struct it would change',
      'Connect again; if it stays so, the publisher is broken.',
    ],
    [
      'an unknown dtype',
      '{"action":"init","struct":{"a":{"__jsonclass__":["nparray",[[1],"<q9","AAAA"]]}}}\n',
      "lab:3250: a line is no PYON: data type '<q9' not understood, at position 31",
      'Connect again; if it stays so, the publisher is broken.',
    ],
    [
      'an unknown class',
      '{"action":"init","struct":{"a":{"__jsonclass__":["gizmo",[1]]}}}\n',
      /^lab:3250: a line is no PYON: .*gizmo/,
      'Connect again; if it stays so, the publisher is broken.',
    ],
  ] as const) {
    it(`of ${what}`, async () => {
      const failure = await failureAt([Buffer.from(said)]);
      assert.equal(failure.state, 'failed');
      if (typeof message === 'string') {
        assert.equal(failure.message, message);
      } else {
        assert.match(failure.message, message);
      }
      assert.equal(failure.hint, hint);
    });
  }

  it('of a refused port', async () => {
    const { hub, pull } = openHub({
      connect: () => options => new LoopbackNetwork().connect('lab:3250', options),
    });
    await hub.openView(specOf('a'), VIEWPORT);
    const { status } = await pull(frame => frame.status.fault !== null);
    assert.deepEqual(
      [status.state, status.fault?.message, status.fault?.hint],
      ['failed', 'nothing listens at lab:3250', 'start a server first'],
    );
    await hub.bye();
  });

  it('of a line over 100 MiB', async () => {
    const piece = new Uint8Array(1024 * 1024).fill(0x20);
    const first = Uint8Array.from(piece);
    first[0] = 0x7b;
    const failure = await failureAt([first, ...new Array<Uint8Array>(100).fill(piece)], true);
    assert.deepEqual(failure, {
      state: 'failed',
      message: 'lab:3250: a line of 105906176 bytes and more arrived, lineBytes allows 104857600',
      hint: 'Publish large values in parts: subscribers of SiPyCo itself take no line over 100 MiB either.',
    });
  });

  it('of a path that does not exist: out of step, and healed by one fresh struct', async () => {
    const mod = '{"action":"setitem","path":["nope","x"],"key":"k","value":1}\n';
    const { state, message, hint } = await failureAt([Buffer.from(INIT + mod)], true);
    assert.equal(state, 'out-of-step');
    assert.equal(message, `setitem does not apply at ["nope"]["x"]: 'nope'`);
    assert.equal(
      hint,
      'The copy is out of step with the publisher; subscribe again to get a fresh one.',
    );
  });
});

describe('Odd input: what a view shows', () => {
  it('a name that goes and comes back as another type', async () => {
    const lab = new Lab([['a', dataset(1n)]]).start();
    const { hub, pull } = openHub({ connect: lab.connect });
    await hub.openView(specOf('a'), VIEWPORT);
    await pull(frame => frame.kind === 'number');
    lab.datasets.delete('a');
    const gone = await pull(frame => frame.status.state === 'missing');
    assert.equal(gone.kind, 'number'); // the picture stays, marked
    assert.equal(gone.status.fault?.message, "datasets has no 'a'");
    assert.equal(gone.status.fault?.hint, 'It is shown as soon as it is there.');
    lab.datasets.set('a', dataset(NDArray.of(Float64Array.of(1, 2, 3))));
    const back = await pull(frame => frame.kind === 'trace');
    assert.equal(back.status.state, 'live');
    assert.equal(back.type, 'float64[3]');
    assert.equal((back as TraceFrame).pointCount, 3);
    lab.datasets.set('a', dataset('text'));
    assert.equal((await pull(frame => frame.kind === 'number')).type, 'str');
    await hub.bye();
  });

  const shows = async (value: NDArray, view: ViewSpec['view'] = 'auto'): Promise<Frame> => {
    const lab = new Lab([['a', dataset(value)]]).start();
    const { hub, pull, mistakes } = openHub({ connect: lab.connect });
    await hub.openView(specOf('a', view), VIEWPORT);
    const frame = await pull(({ status }) => status.state === 'live');
    await hub.bye();
    assert.deepEqual(mistakes, []);
    return frame;
  };

  it('an array of 0 elements: axes, and no points', async () => {
    const frame = (await shows(NDArray.of(new Float64Array(0)))) as TraceFrame;
    assert.equal(frame.kind, 'trace');
    assert.equal(frame.type, 'float64[0]');
    assert.deepEqual(
      [frame.pointCount, frame.fullX, frame.fullY, frame.last],
      [0, [0, 1], null, null],
    );
  });

  it('an image of 0 pixels: why there is none', async () => {
    const frame = await shows(NDArray.of(new Uint16Array(0), [0, 5]), 'image');
    assert.equal(frame.kind, 'empty');
    assert.match((frame.kind === 'empty' && frame.fault?.message) || '', /uint16\[0, 5\]/);
  });

  it('all NaN: the axis at full length, nothing measured', async () => {
    const frame = (await shows(NDArray.of(new Float64Array(5).fill(Number.NaN)))) as TraceFrame;
    assert.deepEqual(
      [frame.kind, frame.pointCount, frame.measuredCount, frame.fullX, frame.fullY],
      ['trace', 5, 0, [0, 4], null],
    );
  });

  it('names of any characters: each row of a table opens', async () => {
    const names = ['a\nb', '\ud800', '[x', '', '%41', '__proto__', 'µ 🔬#?/', '\u2028', '"\\'];
    const lab = new Lab(names.map(name => [name, new Tuple([false, name])])).start();
    const { hub, pull } = openHub({ connect: lab.connect });
    const table = await hub.openView(
      { version: 1, view: 'table', sources: [{ role: 'table', address: LAB }], options: {} },
      VIEWPORT,
    );
    const { rows } = (await pull(
      frame => frame.kind === 'table' && frame.rows.length > 0,
    )) as TableFrame;
    await hub.closeView(table);
    const leaves = rows.filter(row => !row.isGroup);
    assert.equal(leaves.length, names.length);
    for (const { address, text } of leaves) {
      const view = await hub.openView(
        { version: 1, view: 'number', sources: [{ role: 'value', address }], options: {} },
        VIEWPORT,
      );
      const frame = await pull(({ viewId, status }) => viewId === view && status.state === 'live');
      assert.equal(frame.kind === 'number' && frame.exact, text, address);
      await hub.closeView(view);
    }
    await hub.bye();
  });
});
