// Files that readers find either old or new, and PYON in them: SiPyCo's `store_file` and `load_file`.

import { randomUUID } from 'node:crypto';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { decode, fileText, type PyonOptions } from '../protocols/pyon/index.js';
import type { PyValue } from '../values/index.js';

/**
 * Write `text` to a file that readers find either old or new, never half: it is written and synced
 * beside the old one and then takes its name. A symbolic link stays, and so do the permissions.
 * @throws the errors of the file system; the file is as it was then.
 */
export async function replaceFile(path: string, text: string | Uint8Array): Promise<void> {
  const target = await targetOf(path);
  const folder = dirname(target);
  const temporary = join(folder, `.${basename(target)}.${randomUUID()}`);
  try {
    const mode = await modeOf(target);
    const file = await open(temporary, 'wx');
    try {
      if (mode !== null) {
        await file.chmod(mode); // as it was, whatever the umask says
      }
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/**
 * Write `value` to a PYON file, as `replaceFile` does.
 * @throws {EncodeError, LimitError} the file is as it was. The errors of the file system, too.
 */
export async function storeFile(
  path: string,
  value: PyValue,
  options: PyonOptions = {},
): Promise<void> {
  await replaceFile(path, fileText(value, options.version ?? 2, options));
}

/**
 * The value in a PYON file.
 * @throws {ParseError, LimitError} of the text. The errors of the file system.
 */
export async function loadFile(path: string, options: PyonOptions = {}): Promise<PyValue> {
  return decode(await readFile(path), options);
}

/** What a symbolic link names; the path itself where there is nothing yet. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isMissing(error)) {
      return path;
    }
    throw error;
  }
}

/** Permissions of the file that is there; null where there is none: the process's umask decides. */
async function modeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch (error) {
    if (isMissing(error)) {
      return null;
    }
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** The new name survives a power cut once its folder is synced. Windows has no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
