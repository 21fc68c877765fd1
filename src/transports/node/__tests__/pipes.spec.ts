// Pipes between parent and child: Python's and ours, either way round.

import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HIGH_WATER_BYTES, type ITransport } from '../../../wire/index.js';
import { ChildComm, ParentComm } from '../index.js';
import { missing, PYTHON, PythonPeer, ROOT } from './pythonpeer.js';

const skip = process.platform === 'win32' && 'pipes to a child are for Unix';
const CHILD = fileURLToPath(new URL('pipechild.js', import.meta.url));
const bytes = (text: string) => new TextEncoder().encode(text);

async function line(transport: ITransport): Promise<string> {
  let text = '';
  for await (const chunk of transport.chunks) {
    text += new TextDecoder().decode(chunk);
    if (text.endsWith('\n')) {
      break;
    }
  }
  return text;
}

async function started(command: string, ...args: string[]) {
  const comm = new ParentComm();
  const child = await comm.createSubprocess(command, [...args, comm.getAddress()], { cwd: ROOT });
  after(() => child.kill('SIGKILL'));
  return { child, parent: comm.transport };
}

const ended = (child: ChildProcess) => once(child, 'close').then(([code]) => code);

describe('pipes to a child', { skip }, () => {
  const python = missing();

  it('carry lines to a child in Python and back, until we end', { skip: python }, async () => {
    const { child, parent } = await started(PYTHON, '-m', 'tests.peers.pipe_ipc', 'child');
    for (const text of ['one\n', 'two\n']) {
      parent.send(bytes(text));
      assert.equal(await line(parent), text.toUpperCase());
    }
    parent.end();
    assert.equal(await line(parent), '', 'and the child closes');
    await parent.close();
    assert.equal(await ended(child), 0);
  });

  it('carry lines from a parent in Python and back, until it ends', { skip: python }, async () => {
    const args = ['tests.peers.pipe_ipc', 'parent', 'stressed', process.execPath, CHILD];
    const peer = new PythonPeer(args);
    assert.equal(await peer.says('answer'), 'desserts');
    assert.equal(await peer.says('code'), '0');
  });

  it('carry lines between two of our own', async () => {
    const { child, parent } = await started(process.execPath, CHILD);
    parent.send(bytes('drawer\n'));
    assert.equal(await line(parent), 'reward\n');
    await parent.close();
    assert.equal(await ended(child), 0);
    assert.throws(() => parent.send(bytes('x')), { name: 'ClosedError' });
  });

  it('carry what a child said before it ended, and then refuse to send', async () => {
    const { child, parent } = await started(process.execPath, CHILD, 'quit');
    await once(child, 'exit');
    assert.equal(await line(parent), 'last words\n');
    assert.equal(await line(parent), '', 'a clean end');
    while (await sends(parent)) {
      // the system takes a while to notice
    }
    assert.throws(() => parent.send(bytes('x')), {
      name: 'ConnectionLostError',
      endpoint: `${process.execPath}, process ${child.pid}`,
    });
    await parent.close();
  });

  async function sends(transport: ITransport): Promise<boolean> {
    try {
      transport.send(new Uint8Array(HIGH_WATER_BYTES));
      await transport.drained();
      return true;
    } catch {
      return false;
    }
  }

  it('carry 16 MiB through a child, with its back-pressure', { skip: python }, async () => {
    const { parent } = await started(PYTHON, '-m', 'tests.peers.pipe_ipc', 'child');
    const count = 256;
    const block = bytes(`${'x'.repeat(65_535)}\n`);
    const sending = (async () => {
      for (let i = 0; i < count; i += 1) {
        parent.send(block.slice());
        if (parent.bufferedBytes > HIGH_WATER_BYTES) {
          await parent.drained();
        }
      }
      parent.end();
    })();
    let length = 0;
    for await (const chunk of parent.chunks) {
      assert.ok(!chunk.includes(0x78), 'in capitals');
      length += chunk.length;
    }
    await sending;
    assert.equal(length, count * block.length);
    await parent.close();
  });

  it('name a program that cannot be started', async () => {
    const comm = new ParentComm();
    await assert.rejects(comm.createSubprocess('/no/such/program'), {
      name: 'ConnectError',
      message: '/no/such/program could not be started (ENOENT)',
      hint: 'check the path, and that it may be run',
    });
    assert.throws(() => comm.transport, {
      name: 'LocalProtocolError',
      message: 'there is no child to talk to: call createSubprocess first',
    });
  });

  it('are for one child', async () => {
    const comm = new ParentComm();
    const child = await comm.createSubprocess(process.execPath, [CHILD, comm.getAddress()]);
    await assert.rejects(comm.createSubprocess(process.execPath), {
      name: 'LocalProtocolError',
      message: 'a child has these pipes already',
    });
    await comm.transport.close();
    assert.equal(await ended(child), 0);
  });

  it('name an address that is none', () => {
    assert.throws(() => new ChildComm('\\\\.\\pipe\\sipyco-1-0'), {
      name: 'RangeError',
      message: '"\\\\\\\\.\\\\pipe\\\\sipyco-1-0" is not the address of two pipes, such as 3,4',
    });
    assert.throws(() => new ChildComm('99998,99999'), {
      name: 'ConnectError',
      message: 'file descriptor 99998 of the address 99998,99999 is no open pipe',
    });
  });
});
