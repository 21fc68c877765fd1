// The barest client of a kernel channel: v1 frames by hand, no product code. For the probe kernel,
// and for PING and PONG with the bridge. Runs in Node and in a worker.

const SUBPROTOCOL = 'v1.kernel.websocket.jupyter.org';
const encoder = new TextEncoder();

/** One comm_msg on shell. */
function frame(session, content, buffers) {
  const header = {
    msg_id: '',
    msg_type: 'comm_msg',
    username: '',
    session,
    date: '',
    version: '5.3',
  };
  const parts = [
    encoder.encode('shell'),
    encoder.encode(JSON.stringify(header)),
    encoder.encode('{}'),
    encoder.encode('{}'),
    encoder.encode(JSON.stringify(content)),
    ...buffers,
  ];
  const bytes = new Uint8Array(
    parts.reduce((sum, part) => sum + part.length, 8 * (parts.length + 2)),
  );
  const view = new DataView(bytes.buffer);
  let at = 8 * (parts.length + 2);
  view.setUint32(0, parts.length + 1, true);
  parts.forEach((part, i) => {
    view.setUint32(8 * (i + 1), at, true);
    bytes.set(part, at);
    at += part.length;
  });
  view.setUint32(8 * (parts.length + 1), at, true);
  return bytes;
}

/** Buffers of a frame on shell, as views; null for another channel. */
function buffersOf(data) {
  const view = new DataView(data);
  const count = view.getUint32(0, true);
  const offset = i => view.getUint32(8 * (i + 1), true);
  if (offset(1) - offset(0) !== 5 || view.getUint8(offset(0)) !== 0x73) {
    return null;
  }
  const buffers = [];
  for (let i = 5; i < count - 1; i += 1) {
    buffers.push(new Uint8Array(data, offset(i), offset(i + 1) - offset(i)));
  }
  return buffers;
}

export class RawClient {
  /** Hears the buffers of each frame. */
  onBuffers = () => {};

  static async open(WebSocket, { wsUrl, token }) {
    const client = new RawClient();
    client.session = `raw-${Math.random().toString(16).slice(2)}`;
    const url = `${wsUrl}?session_id=${client.session}&token=${token}`;
    const webSocket = new WebSocket(url, [SUBPROTOCOL]);
    webSocket.binaryType = 'arraybuffer';
    client._webSocket = webSocket;
    await new Promise((resolve, reject) => {
      webSocket.onopen = resolve;
      webSocket.onerror = () => reject(new Error(`no websocket at ${wsUrl}`));
    });
    webSocket.onmessage = ({ data }) => {
      const buffers = buffersOf(data);
      if (buffers !== null) {
        client.onBuffers(buffers);
      }
    };
    return client;
  }

  send(content, ...buffers) {
    this._webSocket.send(frame(this.session, content, buffers));
  }

  close() {
    this._webSocket.close();
  }

  // -- the probe ----------------------------------------------------------------------------------

  probe(data, ...buffers) {
    this.send({ comm_id: 'probe', data }, ...buffers);
  }

  // -- the bridge: HELLO, PING, nothing else (docs/protocols/bridge.md) -----------------------------

  async hello() {
    const link = Math.random().toString(16).slice(2).padEnd(16, '0');
    const fields = JSON.stringify({ protocol: 1, client: 'bench', link });
    const welcomed = new Promise(resolve => {
      this.onBuffers = ([buffer]) => {
        const text = new TextDecoder().decode(buffer.subarray(24));
        const nonce = /"nonce": ?"([0-9a-f]+)"/.exec(text)?.[1];
        if (nonce !== undefined) {
          resolve(nonce);
        }
      };
    });
    const content = { comm_id: 'labwire', data: {} };
    this.send(content, concat(record(1, 0), record(0x10, 0, encoder.encode(fields))));
    this._content = { comm_id: 'labwire', data: { nonce: await welcomed } };
    this._number = 0;
  }

  /** PING in a message of its own. */
  ping(payload) {
    this._number += 1;
    this.send(this._content, concat(record(1, this._number), record(3, 0, payload)));
  }
}

/** How many PONGs the buffers of a frame hold. */
export function countPongs(buffers) {
  let count = 0;
  for (const buffer of buffers) {
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    for (let at = 0; at < buffer.length; at += 12 + view.getUint32(at + 8, true)) {
      count += view.getUint8(at) === 4 ? 1 : 0;
    }
  }
  return count;
}

function record(kind, stream, payload = new Uint8Array()) {
  const bytes = new Uint8Array(12 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, kind, true);
  view.setUint32(4, stream, true);
  view.setUint32(8, payload.length, true);
  bytes.set(payload, 12);
  return bytes;
}

function concat(a, b) {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
