// A hub that a test wrote, opened as the page opens the worker: across a real message channel.

import { type Endpoint, expose } from 'comlink';
import { HubSession } from '../hub.js';
import { type ScriptedHub, ScriptedScreen } from './scripted.js';

/** @returns the page's end; it closes with the test. */
export async function openScripted(hub: ScriptedHub, t: { after: (end: () => void) => void }) {
  const { port1, port2 } = new MessageChannel();
  expose(hub, port2 as unknown as Endpoint);
  const session = new HubSession({
    page: null,
    screen: new ScriptedScreen(),
    makers: [
      async () => ({
        endpoint: port1 as unknown as Endpoint,
        failed: new Promise(() => undefined),
        terminate() {
          port1.close();
          port2.close();
        },
      }),
    ],
  });
  t.after(() => session.dispose());
  return session.open();
}
