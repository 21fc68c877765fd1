import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isLabwireError, pprint } from '../../values/index.js';
import { evaluate } from '../rpctool/evaluate.js';
import { CALL_SCOPE } from '../rpctool/scope.js';

const SEED = Number(process.env.LABWIRE_SEED ?? 20261121);
const COUNT = 5000;
const ROOT = new URL('../../../', import.meta.url);
const PYTHON = fileURLToPath(new URL('.venv/bin/python', ROOT));
const PEER = fileURLToPath(new URL('tests/peers/expressions.py', ROOT));

type Line = { text: string; shown?: string; error?: string; message?: string };

describe('expressions, beside Python', () => {
  it(`have ${COUNT} random values as there (seed ${SEED})`, { skip: missing() }, async () => {
    const run = spawnSync(PYTHON, [PEER, String(SEED), String(COUNT)], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    assert.equal(run.status, 0, run.stderr);
    const faults: string[] = [];
    for (const line of run.stdout.split('\n').filter(text => text !== '')) {
      const fault = await check(JSON.parse(line) as Line);
      if (fault !== null) {
        faults.push(fault);
      }
    }
    assert.equal(faults.length, 0, `${faults.length} differ:\n${faults.slice(0, 40).join('\n')}`);
  });
});

/** Why Python cannot be asked, or false. */
function missing(): string | false {
  if (!existsSync(PYTHON)) {
    return 'skipped: no .venv here';
  }
  return spawnSync(PYTHON, ['-c', 'import numpy']).status === 0
    ? false
    : 'skipped: .venv has no numpy';
}

/** What differs, in words; null where nothing does. */
async function check({ text, shown, error, message }: Line): Promise<string | null> {
  try {
    const ours = pprint(await evaluate(text, CALL_SCOPE));
    return ours === shown
      ? null
      : `${text}\n    ${ours}\n    Python: ${shown ?? `${error}: ${message}`}`;
  } catch (thrown) {
    if (!isLabwireError(thrown)) {
      return `${text}\n    threw ${thrown instanceof Error ? thrown.stack : thrown}`;
    }
    if (thrown.message.includes('too large for an array')) {
      return null; // an array of objects has no form on a wire
    }
    return error === undefined || !thrown.message.startsWith(`${error} at position`)
      ? `${text}\n    ${thrown.message}\n    Python: ${shown ?? `${error}: ${message}`}`
      : null;
  }
}
