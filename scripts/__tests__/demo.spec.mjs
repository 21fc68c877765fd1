// `npm run demo`: what it prints is true, twice at the same time, and Ctrl-C leaves nothing behind.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import path from 'node:path';
import { describe, it } from 'node:test';
import { root } from '../steps.mjs';

class Demo {
  constructor() {
    this._child = spawn(process.execPath, [path.join(root, 'scripts/demo.mjs')], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.output = '';
    this.ended = new Promise(resolve => this._child.on('close', resolve));
    for (const stream of [this._child.stdout, this._child.stderr]) {
      stream.setEncoding('utf8').on('data', text => {
        this.output += text;
        this._heard?.();
      });
    }
  }

  async says(pattern) {
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) {
        return match;
      }
      const heard = new Promise(resolve => {
        this._heard = resolve;
      });
      const end = await Promise.race([heard, this.ended]);
      assert.equal(end, undefined, `it ended with exit code ${end}:\n${this.output}`);
    }
  }

  async interrupt() {
    this._child.kill('SIGINT');
    return this.ended;
  }
}

function listens(port) {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

async function look(demo) {
  const [, publisher] = await demo.says(/sipyco\+sync:\/\/127\.0\.0\.1:(\d+)\/datasets/);
  const [, port, notebook, token] = await demo.says(
    /http:\/\/127\.0\.0\.1:(\d+)\/lab\/tree\/(\S+)\?token=(\w+)/,
  );
  const get = async place => {
    const headers = { Authorization: `token ${token}` };
    const answer = await fetch(`http://127.0.0.1:${port}/${place}`, { headers });
    assert.equal(answer.status, 200, place);
    return answer;
  };
  assert.equal((await (await get(`api/contents/${notebook}`)).json()).type, 'notebook');
  assert.ok('labwire' in (await (await get('api/kernelspecs')).json()).kernelspecs);
  const page = await (await get(`lab/tree/${notebook}`)).text();
  const [, entry] = /"load": "([^"]+)", "name": "labwire"/.exec(page);
  await get(`lab/extensions/labwire/${entry}`);
  assert.equal(await listens(Number(publisher)), true);
  return [Number(publisher), Number(port)];
}

describe('npm run demo', () => {
  it('starts the lab and JupyterLab, twice, and ends them', async () => {
    const first = new Demo();
    let second = null;
    const ports = [];
    try {
      ports.push(...(await look(first)));
      second = new Demo();
      ports.push(...(await look(second)));
      assert.equal(new Set(ports).size, 4, `ports ${ports}`);
      assert.match(second.output, /Port 3250 is taken/);
    } finally {
      assert.equal(await first.interrupt(), 0, first.output);
      assert.equal((await second?.interrupt()) ?? 0, 0, second?.output);
    }
    assert.deepEqual(await Promise.all(ports.map(listens)), [false, false, false, false]);
  });
});
