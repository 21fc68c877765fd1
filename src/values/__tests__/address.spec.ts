import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type Address,
  DEFAULT_PORTS,
  formatAddress,
  formatEndpoint,
  isLabwireError,
  type ParseError,
  parseAddress,
  SCHEMES,
} from '../index.js';

const PLAIN = { demo: false, fragment: null, tls: null } as const;

function refused(text: string): ParseError {
  try {
    parseAddress(text);
  } catch (error) {
    if (isLabwireError(error, 'ParseError')) {
      return error;
    }
    throw error;
  }
  assert.fail(`${JSON.stringify(text)} was taken`);
}

describe('parseAddress', () => {
  const cases: readonly (readonly [text: string, address: Address])[] = [
    [
      'sipyco+sync://master.lab/datasets',
      { ...PLAIN, scheme: 'sipyco+sync', host: 'master.lab', port: 3250, path: 'datasets' },
    ],
    [
      '  SIPYCO+Sync://10.0.0.1:4000/datasets?tls=lab-1#rabi.p\n',
      {
        scheme: 'sipyco+sync',
        demo: false,
        host: '10.0.0.1',
        port: 4000,
        path: 'datasets',
        fragment: 'rabi.p',
        tls: 'lab-1',
      },
    ],
    [
      'sipyco+rpc://[::1]:3251',
      { ...PLAIN, scheme: 'sipyco+rpc', host: '::1', port: 3251, path: '' },
    ],
    [
      'sipyco+rpc://[fe80::1:2]:3251/a%20b/c',
      { ...PLAIN, scheme: 'sipyco+rpc', host: 'fe80::1:2', port: 3251, path: 'a b/c' },
    ],
    [
      'sipyco+sync://h:/x#%5B%22a%22%2C%200%5D',
      { ...PLAIN, scheme: 'sipyco+sync', host: 'h', port: 3250, path: 'x', fragment: '["a", 0]' },
    ],
    [
      'sipyco+sync://h/x#["a#b?c/d"]',
      {
        ...PLAIN,
        scheme: 'sipyco+sync',
        host: 'h',
        port: 3250,
        path: 'x',
        fragment: '["a#b?c/d"]',
      },
    ],
    [
      'sipyco+sync://h/x#',
      { ...PLAIN, scheme: 'sipyco+sync', host: 'h', port: 3250, path: 'x', fragment: '' },
    ],
    [
      'sipyco+sync://h/x#%F0%9F%94%AC µ 🔬',
      { ...PLAIN, scheme: 'sipyco+sync', host: 'h', port: 3250, path: 'x', fragment: '🔬 µ 🔬' },
    ],
    [
      'demo+sipyco+sync:///datasets#temperature',
      {
        scheme: 'sipyco+sync',
        demo: true,
        host: '',
        port: 3250,
        path: 'datasets',
        fragment: 'temperature',
        tls: null,
      },
    ],
    [
      'demo+sipyco+rpc:///lab',
      { ...PLAIN, scheme: 'sipyco+rpc', demo: true, host: '', port: 0, path: 'lab' },
    ],
    [
      'ca://XF:23[a]{b}#c?d%20.VAL',
      { ...PLAIN, scheme: 'ca', host: '', port: 0, path: 'XF:23[a]{b}#c?d%20.VAL' },
    ],
    ['driver://scope', { ...PLAIN, scheme: 'driver', host: '', port: 0, path: 'scope' }],
    ['panda://panda-1', { ...PLAIN, scheme: 'panda', host: 'panda-1', port: 8888, path: '' }],
    [
      'sipyco+sync://h/__proto__#__proto__',
      {
        ...PLAIN,
        scheme: 'sipyco+sync',
        host: 'h',
        port: 3250,
        path: '__proto__',
        fragment: '__proto__',
      },
    ],
  ];

  for (const [text, address] of cases) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseAddress(text), address);
    });
  }

  const refusals: readonly (readonly [
    text: string,
    position: number,
    expected: string,
    found: string,
  ])[] = [
    ['', 0, 'scheme://… such as sipyco+sync://127.0.0.1:3250/datasets', 'nothing'],
    [
      ' 127.0.0.1:3250',
      1,
      'scheme://… such as sipyco+sync://127.0.0.1:3250/datasets',
      '"127.0.0.1:3250"',
    ],
    ['http://h/x', 0, `one of ${SCHEMES.join(', ')}`, '"http"'],
    ['__proto__://h/x', 0, `one of ${SCHEMES.join(', ')}`, '"__proto__"'],
    ['demo+demo+ca://x', 0, `one of ${SCHEMES.join(', ')}`, '"demo+ca"'],
    ['ca://', 5, 'the name of a PV', 'nothing'],
    ['driver://', 9, 'the name of a profile', 'nothing'],
    ['sipyco+sync:///x', 14, 'a host name or address', 'nothing'],
    ['sipyco+sync://h', 15, 'a notifier, such as /datasets', 'nothing'],
    ['sipyco+sync://h:1/?tls=a#k', 18, 'a notifier, such as /datasets', 'nothing'],
    ['sipyco+broadcast://h/', 21, 'a channel, such as /log', 'nothing'],
    ['sipyco+rpc://h', 14, 'a port, such as :3251', 'nothing'],
    ['sipyco+rpc://h:0/x', 15, 'a port from 1 to 65535', '0'],
    ['sipyco+rpc://h:65536/x', 15, 'a port from 1 to 65535', '65536'],
    ['sipyco+rpc://h:000001/x', 15, 'a port from 1 to 65535', '000001'],
    ['sipyco+rpc://[::1]:99999', 19, 'a port from 1 to 65535', '99999'],
    ['sipyco+rpc://h:-1/x', 13, 'host:port', '"h:-1"'],
    ['sipyco+rpc://::1:3251/x', 13, 'host:port', '"::1:3251"'],
    ['sipyco+rpc://user@h:1/x', 13, 'host:port', '"user@h:1"'],
    ['sipyco+rpc://a b:1/x', 13, 'host:port', '"a b:1"'],
    ['sipyco+rpc://[::1/x', 13, 'host:port', '"[::1"'],
    ['sipyco+sync://h/x?tls=', 18, 'tls=NAME, a profile of the bridge', '"tls="'],
    ['sipyco+sync://h/x?key=a', 18, 'tls=NAME, a profile of the bridge', '"key=a"'],
    ['sipyco+sync://h/x?tls=../a', 18, 'tls=NAME, a profile of the bridge', '"tls=../a"'],
    ['sipyco+sync://h/x#%41%4', 21, 'percent-encoded UTF-8', '"%41%4"'],
    ['sipyco+sync://h/a%41%ff', 17, 'percent-encoded UTF-8', '"a%41%ff"'],
    ['sipyco+sync://h/a%0Ab', 16, 'a name without control characters', 'U+000a'],
    ['sipyco+sync://h/x#%00', 18, 'a name without control characters', 'U+0000'],
    ['ca://a\u0007b', 6, 'printable text', 'the control character U+0007'],
    [' ca://a\u2028b', 7, 'printable text', 'the control character U+2028'],
    ['ca://a\ud800b', 6, 'whole characters', 'half of a surrogate pair'],
    [` ca://${'x'.repeat(3000)}`, 2049, 'at most 2048 characters', '3005 characters'],
  ];

  for (const [text, position, expected, found] of refusals) {
    it(`refuses ${JSON.stringify(text.slice(0, 60))}`, () => {
      const error = refused(text);
      assert.deepEqual(error.facts(), { position, expected, found });
      const shown = JSON.stringify(text.slice(0, 200));
      assert.equal(error.message, `address ${shown}: expected ${expected}, found ${found}`);
    });
  }

  it('keeps its messages short, whatever part is long', () => {
    const long = 'x'.repeat(1900);
    for (const text of [
      long,
      `${long}://h`,
      `sipyco+sync://${long}@/x`,
      `sipyco+sync://h:${'1'.repeat(1900)}/x`,
      `sipyco+sync://h/x?${long}`,
      `sipyco+sync://h/x#${long}%`,
      ` ${long.repeat(1000)}`,
    ]) {
      assert.ok(refused(text).message.length < 500, text.slice(0, 30));
    }
  });

  it('says nothing but ParseError of any text, and where inside the text', () => {
    const word = fc.constantFrom(
      'sipyco+sync',
      '://',
      '[',
      ']',
      ':',
      '/',
      '#',
      '?',
      '%',
      '%0',
      'tls=',
      'h',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(word, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 12 }),
        parts => {
          const text = parts.join('');
          try {
            parseAddress(text);
          } catch (error) {
            assert.ok(isLabwireError(error, 'ParseError'), String(error));
            assert.ok(error.position >= 0 && error.position <= text.length);
          }
        },
      ),
      { seed: 42, numRuns: 20_000 },
    );
  });
});

describe('formatAddress', () => {
  const name = fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .filter(text => !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text));
  const host = fc.oneof(
    fc.domain(),
    fc.ipV4(),
    fc.ipV6().filter(ip => !ip.includes('%')),
  );
  const address: fc.Arbitrary<Address> = fc
    .record({
      scheme: fc.constantFrom(...SCHEMES),
      demo: fc.boolean(),
      host,
      port: fc.integer({ min: 1, max: 65535 }),
      path: name,
      fragment: fc.option(name),
      tls: fc.option(fc.stringMatching(/^[A-Za-z0-9_.-]{1,8}$/)),
    })
    .map(given => {
      if (given.scheme === 'ca' || given.scheme === 'driver') {
        const path = `x${given.path}x`;
        return { ...given, host: '', port: 0, path, fragment: null, tls: null };
      }
      return { ...given, path: given.scheme === 'sipyco+rpc' ? given.path : `${given.path}x` };
    });

  it('writes what parseAddress reads back', () => {
    fc.assert(
      fc.property(address, given => {
        assert.deepEqual(parseAddress(formatAddress(given)), given);
      }),
      { seed: 43, numRuns: 5000 },
    );
  });

  it('writes one text for one address', () => {
    for (const [text, written] of [
      ['SIPYCO+SYNC://h/x', 'sipyco+sync://h:3250/x'],
      ['sipyco+sync://[::1]/x', 'sipyco+sync://[::1]:3250/x'],
      ['sipyco+sync://h/x#["a", 0]', 'sipyco+sync://h:3250/x#[%22a%22,%200]'],
      ['sipyco+sync://h/x?tls=a#rabi.p', 'sipyco+sync://h:3250/x?tls=a#rabi.p'],
      ['demo+sipyco+sync:///datasets', 'demo+sipyco+sync:///datasets'],
      ['demo+sipyco+sync://:99/x', 'demo+sipyco+sync://:99/x'],
      ['demo+sipyco+rpc:///x', 'demo+sipyco+rpc:///x'],
      ['demo+ca://a b#c', 'demo+ca://a b#c'],
    ] as const) {
      assert.equal(formatAddress(parseAddress(text)), written);
      assert.equal(formatAddress(parseAddress(written)), written);
    }
  });

  it('has a port for each scheme, or none', () => {
    for (const scheme of SCHEMES) {
      const port = DEFAULT_PORTS[scheme];
      assert.ok(port === null || (port > 0 && port < 65536));
    }
  });
});

describe('formatEndpoint', () => {
  it('says where an address connects', () => {
    for (const [text, endpoint] of [
      ['sipyco+sync://h/x#k', 'h:3250'],
      ['sipyco+rpc://[::1]:9/x', '[::1]:9'],
      ['demo+sipyco+sync:///x', 'demo lab'],
      ['ca://XF:mtr1', 'XF:mtr1'],
    ] as const) {
      assert.equal(formatEndpoint(parseAddress(text)), endpoint);
    }
  });
});
