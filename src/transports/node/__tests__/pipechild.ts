// A child for pipes.spec: `pipechild ADDRESS` answers every line with itself, backwards, and ends
// when its parent does; `pipechild quit ADDRESS` says one line and ends.

import { ChildComm } from '../index.js';

const [first, second] = process.argv.slice(2);
const parent = new ChildComm(second ?? first!);
if (second !== undefined) {
  parent.send(new TextEncoder().encode('last words\n'));
} else {
  for await (const chunk of parent.chunks) {
    const line = new TextDecoder().decode(chunk).trimEnd();
    parent.send(new TextEncoder().encode(`${[...line].reverse().join('')}\n`));
  }
}
await parent.close();
