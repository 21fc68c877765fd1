// What the run has put into the temporary directory goes with it; the server's log stays.

import { rmSync } from 'node:fs';
import path from 'node:path';

export default function teardown() {
  const home = process.env.LABWIRE_UI_HOME;
  if (home && path.basename(home).startsWith('labwire-ui-')) {
    rmSync(home, { recursive: true, force: true });
  }
}
