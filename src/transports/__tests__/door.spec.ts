import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as door from '../index.js';
import * as nodeDoor from '../node/index.js';

describe('the doors of transports', () => {
  it('show what others may use, and nothing else', () => {
    assert.deepEqual(Object.keys(door).sort(), [
      'KernelBridge',
      'LoopbackNetwork',
      'LoopbackTransport',
      'PlatformClock',
      'ReplayNetwork',
      'ReplayTransport',
      'parseRecording',
    ]);
    assert.deepEqual(Object.keys(nodeDoor).sort(), [
      'ChildComm',
      'NodeClock',
      'ParentComm',
      'PipeTransport',
      'SimpleSSLConfig',
      'TcpListener',
      'TcpTransport',
      'connectTcp',
      'listenTcp',
    ]);
  });
});
