// What other processes of this computer use (Linux only): CPU time and memory, from /proc.

import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux that Node runs on

/** Seconds of CPU that the process has used, its threads together. */
export function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Seconds of CPU that each thread of the process has used: `[name, seconds]`, the first one first. */
export function threadSeconds(pid) {
  const folder = `/proc/${pid}/task`;
  // Listed by the digits of their ids, which begin anew at the largest: the first one has the process's.
  const others = readdirSync(folder).filter(id => id !== String(pid));
  return [String(pid), ...others].map(id => {
    const name = readFileSync(`${folder}/${id}/comm`, 'utf8').trim();
    const [ns] = readFileSync(`${folder}/${id}/schedstat`, 'utf8').split(' ');
    return [name, Number(ns) / 1e9];
  });
}

/** Resident memory in MiB. */
export function rssMiB(pid) {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line[1]) / 1024;
}

/** Processes below `root` whose command line holds `text`. */
export function descendants(root, text) {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name)) {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
      } catch {
        // It ended meanwhile.
      }
    }
  }
  const below = pid => {
    for (let at = pid; at !== undefined && at > 1; at = parents.get(at)) {
      if (at === root) {
        return true;
      }
    }
    return false;
  };
  return [...parents.keys()].filter(
    pid => pid !== root && below(pid) && commandLine(pid).includes(text),
  );
}

function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
