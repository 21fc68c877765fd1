// A file of PYON v1 becomes one of v2, in place, with the old text beside it.

import { constants } from 'node:fs';
import { access, copyFile, readFile, realpath } from 'node:fs/promises';
import { replaceFile } from '../node/index.js';
import { convertV1ToV2 } from '../protocols/pyon/index.js';
import { isLabwireError } from '../values/index.js';
import { Failure } from './failure.js';

/** @throws {Failure} the backup exists, or the text is not v1: the file is as it was. */
export async function convertFile(file: string): Promise<void> {
  const backup = `${file}_v1`;
  const target = await realpath(file); // a link stays a link
  if (await exists(backup)) {
    throw backupExists(backup);
  }
  const text = converted(file, await readFile(target));
  try {
    await copyFile(target, backup, constants.COPYFILE_EXCL);
  } catch (error) {
    throw isCode(error, 'EEXIST') ? backupExists(backup) : error;
  }
  await replaceFile(target, text);
}

function converted(file: string, text: Uint8Array): string {
  try {
    return convertV1ToV2(text);
  } catch (error) {
    if (!isLabwireError(error)) {
      throw error;
    }
    throw new Failure(
      `${file} was not converted: ${error.message}`,
      error.hint ?? 'see whether it is PYON v1; a file of v2 needs no conversion',
      error,
    );
  }
}

function backupExists(backup: string): Failure {
  return new Failure(
    `the backup ${backup} exists already, nothing was converted`,
    'look whether the file is converted already; else move the backup away',
  );
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT')) {
      return false;
    }
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
