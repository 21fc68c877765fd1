// Why there is no link, in sentences. `stage` says where: websocket, hello, message, gap, silent,
// restarting, restarted, dead, or the reason of a RESET.

import { BridgeError } from '../values/index.js';

/** The websocket closed by itself. `opened`: it had been open. */
export function closeFault(code: number, reason: string, opened: boolean): BridgeError {
  const why = reason === '' ? `code ${code}` : `code ${code}: ${reason}`;
  if (!opened) {
    return new BridgeError(
      `the kernel channel could not be opened (${why})`,
      { stage: 'websocket' },
      { hint: 'see whether the Jupyter server runs and you are logged in' },
    );
  }
  return code === 1009
    ? new BridgeError(
        `the server refused a message as too large (${why})`,
        { stage: 'websocket' },
        { hint: 'raise websocket_max_message_size of the server or of the proxy before it' },
      )
    : new BridgeError(
        `the kernel channel was closed (${why})`,
        { stage: 'websocket' },
        { hint: 'see whether the Jupyter server runs' },
      );
}

/** No WELCOME in time. */
export function lateFault(waitedMs: number, opened: boolean): BridgeError {
  const waited = `${waitedMs / 1000} s`;
  return opened
    ? new BridgeError(
        `the kernel did not answer for ${waited}`,
        { stage: 'hello' },
        { hint: 'see whether it is the wire bridge (Labwire), and the log of the Jupyter server' },
      )
    : new BridgeError(
        `the kernel channel did not open within ${waited}`,
        { stage: 'websocket' },
        { hint: 'see whether the Jupyter server answers and lets websockets through' },
      );
}

export function silentFault(seconds: number): BridgeError {
  return new BridgeError(
    `nothing was heard of the bridge for ${seconds} s`,
    { stage: 'silent' },
    { hint: 'see whether the network and the Jupyter server are well' },
  );
}

/** The server says what became of the kernel; null for what does not matter to a link. */
export function statusFault(state: string): BridgeError | null {
  switch (state) {
    case 'restarting':
      return new BridgeError(
        'the bridge kernel died and is being restarted',
        { stage: state },
        { hint: 'wait a moment' },
      );
    case 'dead':
      return new BridgeError(
        'the bridge kernel died and is not started again',
        { stage: state },
        { hint: 'see the log of the Jupyter server' },
      );
    case 'starting':
      return new BridgeError('the bridge kernel was restarted', { stage: 'restarted' });
    default:
      return null;
  }
}
