import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { labwire } from './child.js';

const VECTORS = new URL('../../../vectors/sipyco/', import.meta.url);

type Vector = {
  readonly name: string;
  readonly desc: object;
  readonly wire: string;
  readonly back?: object;
  readonly decode_error?: object;
  readonly pretty?: string;
};

describe('labwire pyon', () => {
  it('answers one document with one document', async () => {
    const { code, stdout, stderr } = await labwire(
      ['pyon', '--from', 'v1', '--to', 'v2'],
      "{'rid': 1, 'shape': (512, 512), 'x': 1_000.}\n",
    );
    const expected = '{"rid":1,"shape":{"__jsonclass__":["tuple",[[512,512]]]},"x":1000.0}\n';
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: expected, stderr: '' });
  });

  for (const version of ['v1', 'v2'] as const) {
    const vectors = readLines<Vector>(`pyon_${version}.jsonl`);

    it(`writes every ${version} vector byte for byte from its tree`, async () => {
      // Not what is no value; nor sets, whose order no text fixes; nor records with gaps, in which
      // the recording has what happened to lie in memory.
      const unfixed = /"t":"(other|set)"|\["","\|V/;
      const usable = vectors.filter(({ desc }) => !unfixed.test(JSON.stringify(desc)));
      const trees = usable.map(({ desc }) => JSON.stringify(desc));
      const lines = await convert(trees, 'tree', version);
      assert.deepEqual(
        lines,
        usable.map(({ wire }) => wire),
      );
    });

    it(`reads every ${version} vector into its tree`, async () => {
      const usable = vectors.filter(
        ({ decode_error, wire }) => decode_error === undefined && !wire.includes('\n'),
      );
      const lines = await convert(
        usable.map(({ wire }) => wire),
        version,
        'tree',
      );
      assert.equal(lines.length, usable.length);
      for (const [i, line] of lines.entries()) {
        assert.ok(line.startsWith('{"t":'), `${usable[i]?.name}: ${line}`);
      }
    });

    it(`indents ${version} as SiPyCo does`, async () => {
      const pretty = vectors.filter(vector => vector.pretty !== undefined);
      assert.ok(pretty.length > 3);
      for (const { name, wire, pretty: expected } of pretty.slice(0, 4)) {
        const args = ['pyon', '--from', version, '--to', version, '--pretty'];
        const { stdout } = await labwire(args, wire);
        assert.equal(stdout, `${expected}\n`, name);
      }
    });

    it(`gives each bad ${version} line its error, and goes on`, async () => {
      const bad = readLines<{ text: string }>(`pyon_${version}_bad.jsonl`)
        .map(({ text }) => text)
        .filter(text => typeof text === 'string' && !/[\n\r]/.test(text));
      assert.ok(bad.length > 100);
      const input = [...bad, '{}'].join('\n');
      const args = ['pyon', '--lines', '--from', version, '--to', 'tree'];
      const { code, stdout, stderr } = await labwire(args, input);
      assert.equal(code, 1);
      assert.equal(stderr, '');
      const lines = stdout.trimEnd().split('\n');
      assert.equal(lines.pop(), '{"t":"dict","v":[]}');
      assert.equal(lines.length, bad.length);
      for (const [i, line] of lines.entries()) {
        const { error } = JSON.parse(line);
        assert.ok(['ParseError', 'LimitError'].includes(error?.name), `${bad[i]}: ${line}`);
        assert.ok(error.message.length > 10 && /^[ -~]+$/.test(line));
        assert.ok(error.name !== 'ParseError' || Number.isInteger(error.position), line);
      }
    });
  }

  it('takes a last line without an end, and no line at all', async () => {
    const args = ['pyon', '--lines', '--from', 'v2', '--to', 'v1'];
    assert.equal((await labwire(args, '1\n[2]')).stdout, '1\n[2]\n');
    assert.equal((await labwire(args, '')).stdout, '');
    const empty = await labwire(args, '1\n\n2\n');
    assert.equal(empty.code, 1);
    assert.match(empty.stdout, /^1\n\{"error":\{"name":"ParseError".*\n2\n$/);
  });

  it('gives a line too long to keep one error, and goes on behind its end', async () => {
    const args = ['pyon', '--lines', '--from', 'v2', '--to', 'v1'];
    const { code, stdout } = await labwire(args, `1\n${'1'.repeat(110 * 2 ** 20)}\n[2]\n`);
    const [first, error, last, ...rest] = stdout.split('\n');
    assert.deepEqual([code, first, last, rest], [1, '1', '[2]', ['']]);
    assert.match(
      error ?? '',
      /^\{"error":\{"name":"LimitError","message":"a line of .*"position":null\}\}$/,
    );
  });

  it('says what is wrong with a whole document, and nothing on stdout', async () => {
    const bad = await labwire(['pyon', '--from', 'v2', '--to', 'v1'], '[1,');
    assert.deepEqual(bad, {
      code: 1,
      stdout: '',
      stderr: 'labwire: expected a value at position 3, found the end of the text\n',
    });
    const unencodable = await labwire(
      ['pyon', '--from', 'v1', '--to', 'v2'],
      "{'a': [{'__jsonclass__': 1}]}",
    );
    assert.equal(unencodable.code, 1);
    assert.match(unencodable.stderr, /__jsonclass__/);
  });

  it('evaluates nothing', async () => {
    const { code, stderr } = await labwire(
      ['pyon', '--from', 'v1', '--to', 'v2'],
      '__import__("os").system("true")',
    );
    assert.equal(code, 1);
    assert.match(stderr, /^labwire: /);
  });

  it('prints trees on several lines when asked', async () => {
    const { stdout } = await labwire(['pyon', '--from', 'v2', '--to', 'tree', '--pretty'], '["µ"]');
    const lines = '{\n    "t": "list",\n    "v": [\n        {\n            "t": "str",';
    assert.ok(stdout.startsWith(lines), stdout);
    assert.ok(stdout.includes('"v": "\\u00b5"'));
  });
});

describe('labwire pyon --convert', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'labwire-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  type File = {
    readonly name: string;
    readonly v1_file: string;
    readonly v2_file: string;
    readonly v1_converted?: string;
  };

  for (const { name, v1_file, v2_file, v1_converted } of readLines<File>('pyon_files.jsonl')) {
    it(`converts as SiPyCo does: ${name}`, async () => {
      const file = path.join(folder, `${name.replaceAll(' ', '_')}.pyon`);
      writeFileSync(file, v1_file);
      chmodSync(file, 0o666); // more than the umask would let through
      const first = await labwire(['pyon', '--convert', file]);
      assert.deepEqual(first, { code: 0, stdout: '', stderr: '' });
      assert.equal(readFileSync(file, 'utf8'), v1_converted ?? v2_file);
      assert.equal(readFileSync(`${file}_v1`, 'utf8'), v1_file);
      assert.equal(statSync(file).mode & 0o777, 0o666);

      const again = await labwire(['pyon', '--convert', file]);
      assert.equal(again.code, 1);
      assert.match(again.stderr, /the backup .*_v1 exists already, nothing was converted\n/);
      assert.equal(readFileSync(file, 'utf8'), v1_converted ?? v2_file);
    });
  }

  it('leaves a file alone that is no PYON v1', async () => {
    const file = path.join(folder, 'broken.pyon');
    writeFileSync(file, '{1: ');
    const { code, stderr } = await labwire(['pyon', '--convert', 'broken.pyon'], '', folder);
    assert.equal(code, 1);
    assert.match(stderr, /^labwire: broken\.pyon was not converted: expected /);
    assert.equal(readFileSync(file, 'utf8'), '{1: ');
    assert.ok(!existsSync(`${file}_v1`));
  });

  it('follows a link to the file, which stays a link', async () => {
    writeFileSync(path.join(folder, 'real.pyon'), '(1, )\n');
    symlinkSync('real.pyon', path.join(folder, 'link.pyon'));
    const { code } = await labwire(['pyon', '--convert', 'link.pyon'], '', folder);
    assert.equal(code, 0);
    assert.match(readFileSync(path.join(folder, 'real.pyon'), 'utf8'), /__jsonclass__/);
    assert.equal(readFileSync(path.join(folder, 'link.pyon_v1'), 'utf8'), '(1, )\n');
  });

  it('says which file there is not', async () => {
    const { code, stderr } = await labwire(['pyon', '--convert', 'nowhere.pyon'], '', folder);
    assert.equal(code, 1);
    assert.match(stderr, /^labwire: ENOENT: .*nowhere\.pyon/);
  });
});

async function convert(
  documents: readonly string[],
  from: string,
  to: string,
): Promise<readonly string[]> {
  const args = ['pyon', '--lines', '--from', from, '--to', to];
  const { stdout, stderr } = await labwire(args, documents.map(text => `${text}\n`).join(''));
  assert.equal(stderr, '');
  return stdout.trimEnd().split('\n');
}

function readLines<T>(file: string): T[] {
  const lines = readFileSync(new URL(file, VECTORS), 'utf8').trimEnd().split('\n');
  return lines.map(line => JSON.parse(line) as T);
}
