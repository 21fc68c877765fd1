// Which cores the two ends of a conversation run on.
//
// One question at a time, each end sleeps until the other has spoken. On one core the answer costs a
// switch; on two it wakes a core that sleeps, which takes longer than the question itself, on virtual
// machines above all. Which it is the scheduler chooses, in one run so and in the next otherwise. So a
// bench chooses: the same for us and for the peer, and it says which.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const taskset = async (...args) => (await promisify(execFile)('taskset', args)).stdout;

/** The cores that we may use, as the system numbers them; none where it lets nobody choose. */
export async function ownCores() {
  try {
    const list = /([\d,-]+)\s*$/.exec(await taskset('-c', '-p', String(process.pid)))?.[1] ?? '';
    return list.split(',').flatMap(part => {
      const [first, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
  } catch {
    return []; // not Linux
  }
}

/** Let processes, all threads of them, run on these cores only. What they start from now on does so too. */
export async function place(pids, cores) {
  for (const pid of pids) {
    await taskset('-a', '-c', '-p', cores.join(','), String(pid));
  }
}
