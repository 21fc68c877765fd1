import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectError, PyDict, PythonError, RemoteError } from '../../values/index.js';
import { method, PyError, packException, rpcTarget } from '../index.js';
import { BoundArguments } from '../rpcbind.js';
import { callMethod } from '../rpctarget.js';

describe('packException', () => {
  for (const [what, error, name, message] of [
    ['a builtin of Python', new PyError('ValueError', 'too hot'), 'ValueError', 'too hot'],
    ['one without a text', new PyError('KeyboardInterrupt'), 'KeyboardInterrupt', ''],
    ['what indexing raises', new PythonError('KeyError', "'k'"), 'KeyError', "'k'"],
    [
      'a class of the driver',
      new PyError('lab.LaserFault', 'unlocked\nsecond line'),
      'GenericRemoteException',
      'lab.LaserFault: unlocked\nsecond line',
    ],
    [
      'one of those without a text',
      new PyError('lab.Fault'),
      'GenericRemoteException',
      'lab.Fault',
    ],
    [
      'what Python calls no builtin exception',
      new PyError('exec', 'x'),
      'GenericRemoteException',
      'exec: x',
    ],
    [
      'StopIteration, which no coroutine may raise',
      new PyError('StopIteration', '4'),
      'RuntimeError',
      'coroutine raised StopIteration',
    ],
    [
      'an error of JavaScript, even where Python has one of that name',
      new TypeError('x is not a function'),
      'GenericRemoteException',
      'TypeError: x is not a function',
    ],
    [
      'an error of ours',
      new ConnectError('nobody is there', { endpoint: 'lab:1' }),
      'GenericRemoteException',
      'ConnectError: nobody is there',
    ],
    ['a thrown text', 'no error', 'GenericRemoteException', 'JavaScript string: no error'],
    ['a thrown null', null, 'GenericRemoteException', 'JavaScript object: null'],
    [
      'a thrown object that cannot be read',
      Object.create(null),
      'GenericRemoteException',
      'JavaScript object: <exception str() failed>',
    ],
  ] as const) {
    it(`sends ${what}`, () => {
      const packed = packException(error);
      assert.equal(packed.class, name);
      assert.equal(packed.message, message);
    });
  }

  it('sends on what another server raised, traceback and all', () => {
    const remoteTraceback = ['  File "a.py", line 3, in f\n'];
    const error = new RemoteError('', {
      remoteClass: 'ValueError',
      remoteMessage: 'far away',
      remoteTraceback,
    });
    assert.deepEqual(packException(error), {
      class: 'ValueError',
      message: 'far away',
      traceback: remoteTraceback,
    });
  });

  it('sends an error whose members throw', () => {
    const error = new Error('x');
    Object.defineProperty(error, 'message', {
      get: () => {
        throw new Error('again');
      },
    });
    assert.equal(packException(error).message, 'Error: <exception str() failed>');
  });

  it('begins the traceback in the method, without the paths of this machine', () => {
    const { methods } = rpcTarget({
      methods: [
        method('measure(self)', null, () => {
          deeper();
        }),
      ],
    });
    const packed = thrownBy(() =>
      callMethod(methods.get('measure')!, new BoundArguments(new Map(), [], new PyDict()), {
        endpoint: 'test',
        signal: new AbortController().signal,
      }),
    );
    // With source maps the frames are those of the TypeScript.
    const shape = packed.traceback.map(entry => entry.replace(/\.[jt]s", line \d+/, '", line N'));
    assert.deepEqual(shape, [
      '  File "rpcexceptions.spec", line N, in measure\n',
      '  File "rpcexceptions.spec", line N, in deeper\n',
    ]);
  });

  it('takes no frame from the lines of a message', () => {
    const message = 'x\n    at secret (/home/somebody/secret.js:1:2)\n    at /etc/passwd:1:2';
    const packed = packException(new Error(message));
    assert.equal(packed.message, `Error: ${message}`); // that is the method's own word
    assert.ok(!packed.traceback.join('').includes('secret'));
  });

  for (const [browser, stack, expected] of [
    [
      'Chrome',
      'Error: x\n    at async deep (http://lab/a/b/driver.js?v=1:3:4)\n    at new Stage (C:\\labs\\stage.js:7:1)\n    at /home/u/x.js:9:9\n    at Array.map (<anonymous>)\n    at process (node:internal/x:1:1)',
      [
        '  File "x.js", line 9, in <anonymous>\n',
        '  File "stage.js", line 7, in new Stage\n',
        '  File "driver.js?v=1", line 3, in deep\n',
      ],
    ],
    [
      'Firefox',
      'deep@http://lab/a/driver.js:3:4\n@http://lab/a/main.js:1:1\nlost\n',
      ['  File "main.js", line 1, in <anonymous>\n', '  File "driver.js", line 3, in deep\n'],
    ],
  ] as const) {
    it(`reads the stack of ${browser}`, () => {
      const error = new Error('x');
      error.stack = stack;
      assert.deepEqual(packException(error).traceback, expected);
    });
  }
});

function deeper(): never {
  throw new PyError('ValueError', 'at the bottom');
}

function thrownBy(run: () => unknown) {
  try {
    run();
  } catch (error) {
    return packException(error, 'measure');
  }
  throw new Error('nothing was thrown');
}
