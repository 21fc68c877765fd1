// Where the browser of the tests, benches and screenshots comes from.
//
//   1. LABWIRE_CHROMIUM, the path of an executable
//   2. the Chromium that the npm package @sparticuz/chromium carries (linux x64), with the NSS
//      libraries and the font that it needs, unpacked once into .cache/ of the checkout
//   3. a Chromium or Chrome of the system
//
// The package's own executablePath() is not used: it unpacks to one fixed name in the temporary
// directory and takes whatever older version lies there.

import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const packaged = path.join(root, 'ui-tests/node_modules/@sparticuz/chromium');

/** What every start of this browser wants: no sandbox in containers, no GPU, no calls home. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/**
 * A Chromium that starts here.
 *
 * @returns {Promise<{executablePath: string, env: NodeJS.ProcessEnv}>} what Playwright's
 *   `launchOptions` and `child_process.spawn` take.
 * @throws {Error} one line that says what was tried and what to do.
 */
export async function findChromium() {
  const tried = [];
  for (const candidate of [fromVariable, fromPackage, fromSystem]) {
    const outcome = await candidate();
    if (typeof outcome !== 'string') {
      return outcome;
    }
    tried.push(outcome);
  }
  throw new Error(
    `no Chromium to run the browser tests (${tried.join('; ')}): install one, ` +
      'for example with "apt-get install chromium", or name one in LABWIRE_CHROMIUM',
  );
}

// Each candidate gives a browser, or the reason why it has none.

async function fromVariable() {
  const executablePath = process.env.LABWIRE_CHROMIUM;
  if (!executablePath) {
    return 'LABWIRE_CHROMIUM is not set';
  }
  const browser = { executablePath, env: environment({}) };
  const fault = await faultOf(browser);
  if (fault !== null) {
    // A browser that somebody named is never silently replaced by another.
    throw new Error(
      `LABWIRE_CHROMIUM=${executablePath} does not start (${fault}): name another, or unset it`,
    );
  }
  return browser;
}

async function fromPackage() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `the packed one is for linux x64, this is ${process.platform} ${process.arch}`;
  }
  if (!existsSync(path.join(packaged, 'package.json'))) {
    return 'the packed one is not installed, "npm ci" in ui-tests does it';
  }
  const directory = await unpack();
  const browser = {
    executablePath: path.join(directory, 'chromium'),
    env: environment({
      LD_LIBRARY_PATH: path.join(directory, 'lib'),
      FONTCONFIG_FILE: path.join(directory, 'fonts.conf'),
    }),
  };
  const fault = await faultOf(browser);
  return fault === null ? browser : `the packed one does not start: ${fault}`;
}

async function fromSystem() {
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(folder => folder !== '');
  const paths = folders.flatMap(folder => names.map(name => path.join(folder, name)));
  if (process.platform === 'darwin') {
    paths.push('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome');
    paths.push('/Applications/Chromium.app/Contents/MacOS/Chromium');
  }
  for (const executablePath of paths.filter(candidate => existsSync(candidate))) {
    const browser = { executablePath, env: environment({}) };
    if ((await faultOf(browser)) === null) {
      return browser;
    }
  }
  return 'the system has none';
}

// Chromium turns LANG=C.UTF-8 into the language tag "en-US@posix", at which Intl and uPlot throw.
function environment(extra) {
  return { ...process.env, LANG: 'en_US.UTF-8', LC_ALL: 'en_US.UTF-8', ...extra };
}

function faultOf({ executablePath, env }) {
  return new Promise(resolve => {
    execFile(executablePath, ['--version'], { env, timeout: 30_000 }, (error, _stdout, stderr) => {
      resolve(error === null ? null : (stderr.trim() || error.message).split('\n')[0]);
    });
  });
}

/** The folder with `chromium`, `lib/`, `fonts/` and `fonts.conf`; 195 MB, made once in 3 s. */
async function unpack() {
  const { version } = JSON.parse(await readFile(path.join(packaged, 'package.json'), 'utf8'));
  const directory = path.join(root, '.cache/chromium', version);
  if (existsSync(path.join(directory, 'done'))) {
    return directory;
  }
  // Made beside its place and renamed: two runs that start together do not see each other's half.
  const partial = `${directory}.partial-${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await writeFile(path.join(partial, 'chromium'), await inflated('chromium'), { mode: 0o755 });
  await untar(await inflated('al2023.tar'), partial);
  await untar(await inflated('fonts.tar'), partial);
  // Without a font every text has the height 0 and no test finds anything visible.
  await writeFile(
    path.join(partial, 'fonts.conf'),
    '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>' +
      `<dir>/usr/share/fonts</dir><dir>${directory}/fonts</dir>` +
      `<cachedir>${directory}/fccache</cachedir></fontconfig>\n`,
  );
  await writeFile(path.join(partial, 'done'), `${version}\n`);
  try {
    await rename(partial, directory);
  } catch (error) {
    if (existsSync(path.join(directory, 'done'))) {
      await rm(partial, { recursive: true, force: true });
    } else if (existsSync(directory)) {
      await rm(directory, { recursive: true, force: true });
      await rename(partial, directory);
    } else {
      throw error;
    }
  }
  return directory;
}

async function inflated(name) {
  return brotliDecompressSync(await readFile(path.join(packaged, 'bin', `${name}.br`)));
}

async function untar(bytes, directory) {
  const tar = spawn('tar', ['-xf', '-', '--no-same-owner', '-C', directory], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = new Promise((resolve, reject) => {
    tar.on('error', reject);
    tar.on('exit', code => (code === 0 ? resolve() : reject(new Error(`tar ended with ${code}`))));
  });
  await Promise.all([pipeline(Readable.from([bytes]), tar.stdin), ended]);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log((await findChromium()).executablePath);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
