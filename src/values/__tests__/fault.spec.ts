import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  BridgeError,
  ClosedError,
  ConnectError,
  ConnectionLostError,
  DeadlineError,
  EncodeError,
  type Fault,
  fromFault,
  isFault,
  isLabwireError,
  LabwireError,
  type LabwireErrorName,
  LimitError,
  LocalProtocolError,
  ParseError,
  PolicyError,
  ProtocolError,
  RemoteError,
  RemoteProtocolError,
  TransportError,
  toFault,
  UnsupportedError,
} from '../index.js';

const OPTIONS = { hint: 'Try again.', protocol: 'sipyco' } as const;

/** One of each. */
const ERRORS: { readonly [N in LabwireErrorName]: LabwireError } = {
  ParseError: new ParseError('m', { position: 3, expected: 'a', found: 'b' }, OPTIONS),
  EncodeError: new EncodeError('m', { path: '["a"][3]' }, OPTIONS),
  LocalProtocolError: new LocalProtocolError('m', { command: 'send', state: 'over' }, OPTIONS),
  RemoteProtocolError: new RemoteProtocolError(
    'm',
    { offset: 7, expected: 'init', received: 'pop' },
    OPTIONS,
  ),
  LimitError: new LimitError(
    'm',
    { limit: 'lineBytes', value: 11, maximum: 10, unit: 'bytes' },
    OPTIONS,
  ),
  UnsupportedError: new UnsupportedError('m', { feature: 'tls' }, OPTIONS),
  RemoteError: new RemoteError(
    'm',
    {
      remoteClass: '__proto__',
      remoteMessage: 'constructor',
      remoteTraceback: ['Traceback:\n', '  File "x"\n', 'no end'],
    },
    OPTIONS,
  ),
  DeadlineError: new DeadlineError('m', { operation: 'call', timeoutMs: 500 }, OPTIONS),
  ClosedError: new ClosedError('m', OPTIONS),
  PolicyError: new PolicyError('m', { rule: 'not listed', endpoint: 'h:1' }, OPTIONS),
  BridgeError: new BridgeError('m', { stage: 'hello' }, OPTIONS),
  ConnectError: new ConnectError('m', { endpoint: 'h:1' }, OPTIONS),
  ConnectionLostError: new ConnectionLostError('m', { endpoint: 'h:1', sent: 'unknown' }, OPTIONS),
};
const NAMES = Object.keys(ERRORS) as LabwireErrorName[];

describe('the error tree', () => {
  it('has a class for each name, with its name and its facts as fields', () => {
    for (const name of NAMES) {
      const error = ERRORS[name];
      assert.equal(error.name, name);
      assert.equal(error.constructor.name, name);
      assert.ok(error instanceof LabwireError);
      assert.equal(String(error), `${name}: m`);
      assert.equal(error.hint, 'Try again.');
      assert.equal(error.protocol, 'sipyco');
      assert.ok(error.stack?.includes('fault.spec'));
      for (const [field, fact] of Object.entries(error.facts())) {
        const own = (error as unknown as { [field: string]: unknown })[field];
        assert.equal(Array.isArray(own) ? own.join('') : own, fact, `${name}.${field}`);
      }
    }
  });

  it('groups by whose fault it is', () => {
    const under = (group: abstract new (...args: never[]) => LabwireError) =>
      NAMES.filter(name => ERRORS[name] instanceof group);
    assert.deepEqual(under(ProtocolError), ['LocalProtocolError', 'RemoteProtocolError']);
    assert.deepEqual(under(TransportError), ['ConnectError', 'ConnectionLostError']);
  });

  it('needs no options', () => {
    const error = new ClosedError('m');
    assert.equal(error.hint, undefined);
    assert.equal(error.protocol, undefined);
    assert.equal('cause' in error, false);
    assert.equal(
      new RemoteError('m', { remoteClass: 'E', remoteMessage: '' }).remoteTraceback.length,
      0,
    );
  });
});

describe('isLabwireError', () => {
  it('narrows by name, across realms, and takes no stranger', () => {
    for (const name of NAMES) {
      assert.ok(isLabwireError(ERRORS[name]));
      for (const other of NAMES) {
        assert.equal(isLabwireError(ERRORS[name], other), name === other);
      }
    }
    // A copy of the class in another bundle is another class.
    const twin = Object.assign(new Error('m'), { name: 'ClosedError', facts: () => ({}) });
    assert.ok(isLabwireError(twin, 'ClosedError'));
    const namesake = Object.assign(new Error('m'), { name: 'ClosedError' });
    for (const stranger of [null, undefined, 'ClosedError', {}, new Error('m'), namesake]) {
      assert.equal(isLabwireError(stranger), false);
      assert.equal(isLabwireError(stranger, 'ClosedError'), false);
    }
  });
});

describe('toFault and fromFault', () => {
  it('bring each error through a structured clone: class, message, hint, facts', () => {
    for (const name of NAMES) {
      const fault = structuredClone(toFault(ERRORS[name]));
      assert.deepEqual(fault, {
        name,
        message: 'm',
        ...OPTIONS,
        facts: ERRORS[name].facts(),
      });
      assert.ok(isFault(fault));
      const error = fromFault(fault);
      assert.ok(isLabwireError(error, name));
      assert.equal(error.constructor, ERRORS[name].constructor);
      assert.deepEqual(error.facts(), ERRORS[name].facts());
      assert.deepEqual(toFault(error), fault);
    }
  });

  it('keep any text, and the lines of a traceback', () => {
    const line = fc.string({ unit: 'binary' }).map(text => `${text.replaceAll('\n', '')}\n`);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(line), (text, remoteTraceback) => {
        const facts = { remoteClass: text, remoteMessage: text, remoteTraceback };
        const error = fromFault(structuredClone(toFault(new RemoteError(text, facts))));
        assert.ok(isLabwireError(error, 'RemoteError'));
        assert.equal(error.message, text);
        assert.equal(error.remoteClass, text);
        assert.deepEqual(error.remoteTraceback, remoteTraceback);
      }),
      { seed: 44, numRuns: 500 },
    );
  });

  it('keep the chain of causes', () => {
    const cause = new ParseError('p', { position: 1, expected: 'a', found: 'b' });
    const error = new RemoteProtocolError(
      'a line is no PYON',
      { offset: 1, expected: 'a', received: 'b' },
      { cause },
    );
    const again = fromFault(structuredClone(toFault(error)));
    assert.ok(isLabwireError(again.cause, 'ParseError'));
    assert.equal(again.cause.position, 1);
  });

  it('end a chain of causes that has no end', () => {
    const error = new ClosedError('m');
    Object.defineProperty(error, 'cause', { value: error });
    let depth = 0;
    for (let fault: Fault | undefined = toFault(error); fault !== undefined; fault = fault.cause) {
      depth += 1;
    }
    assert.equal(depth, 9);
    const cyclic = { name: 'ClosedError', message: 'm', facts: {}, cause: undefined as unknown };
    cyclic.cause = cyclic;
    let links = 0;
    for (let e: unknown = fromFault(cyclic as Fault); e instanceof Error; e = e.cause) {
      links += 1;
    }
    assert.equal(links, 9);
  });

  it('leave a fault as it is', () => {
    const fault = toFault(ERRORS.LimitError);
    assert.equal(toFault(fault), fault);
  });

  it('keep a stranger’s name and stack, and no more', () => {
    const stranger = new TypeError('x is not a function');
    const fault = toFault(stranger);
    assert.deepEqual(fault, {
      name: 'Error',
      message: 'TypeError: x is not a function',
      facts: {},
      stack: stranger.stack,
    });
    assert.equal(toFault(new Error('plain')).message, 'plain');
    const error = fromFault(fault);
    assert.equal(error.constructor, Error);
    assert.equal(isLabwireError(error), false);
  });

  it('take whatever may be thrown', () => {
    const mute = Object.create(null) as object;
    const hostile = {
      toString() {
        throw new Error('no');
      },
    };
    for (const [thrown, message] of [
      ['text', 'text'],
      [undefined, 'undefined'],
      [null, 'null'],
      [7n, '7'],
      [Symbol('s'), 'Symbol(s)'],
      [mute, '[object Object]'],
      [hostile, '[object Object]'],
      [{ name: 'ClosedError', message: 'm', facts: null }, '[object Object]'],
    ] as const) {
      assert.deepEqual(toFault(thrown), { name: 'Error', message, facts: {} });
    }
  });

  it('let no name of a fault reach into a prototype', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']) {
      const fault = { name, message: 'm', facts: {} } as unknown as Fault;
      const error = fromFault(fault);
      assert.equal(error.constructor, Error);
      assert.equal(error.message, 'm');
    }
  });
});

describe('isFault', () => {
  it('is the plain form, and not an error', () => {
    assert.ok(isFault({ name: 'Error', message: '', facts: {} }));
    for (const other of [
      null,
      undefined,
      'ClosedError',
      {},
      { name: 'Error', message: '' },
      { name: 'Error', message: '', facts: null },
      { name: 1, message: '', facts: {} },
      new ClosedError('m'),
      new Error('m'),
    ]) {
      assert.equal(isFault(other), false);
    }
  });
});
