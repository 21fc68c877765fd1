// A controller that fails in every way that one can, so that what comes of it can be seen before a
// real one does it.

import { method, PyError, type RpcMethod, type RpcTarget, rpcTarget } from '../servers/index.js';
import { NDArray, OpaqueObject } from '../values/index.js';
import type { IClock } from '../wire/index.js';
import { wait } from './waiting.js';

const LONGEST_S = 3600;
const LARGEST_MB = 60;

/** What has no form in PYON, as a driver's own object has none. */
const HANDLE = new OpaqueObject('Laser', '<demolab.Laser object>');

export function faultyController(clock: IClock): RpcTarget {
  return rpcTarget({
    className: 'FaultyController',
    docstring: 'Fails, in every way that a controller can.',
    methods: [
      method('ping(self) -> bool', 'True: this one works.', () => true),
      method(
        'raise_builtin(self, name: str = "ValueError", message: str = "frequency out of range")',
        `
        Raise an exception of Python.

        :param name: its class; another name than a builtin's is raised as a class of the driver.
        :param message: its text.`,
        args => {
          throw new PyError(args.str('name'), args.str('message'));
        },
      ),
      method('raise_own(self)', 'Raise an exception of a class that only this driver has.', () => {
        throw new PyError('demolab.LaserFault', 'laser unlocked');
      }),
      method('raise_key_error(self)', 'Raise a KeyError: its text is the key in quotes.', () => {
        throw new PyError('KeyError', "'ch7'");
      }),
      method('raise_empty(self)', 'Raise an exception without a text.', () => {
        throw new PyError('AssertionError');
      }),
      method('raise_multiline(self)', 'Raise an exception with a text of several lines.', () => {
        throw new PyError(
          'RuntimeError',
          'self test failed:\n  channel 0: ok\n  channel 1: PLL unlocked (0x1f)\n  µ-metal shield: open\n',
        );
      }),
      method('raise_long(self)', 'Raise an exception with a text of 100 000 letters.', () => {
        throw new PyError('OSError', 'no answer '.repeat(10_000));
      }),
      method('raise_deep(self, depth: int = 12)', 'Raise below so many functions.', args =>
        descend(Math.min(Number(args.int('depth')), 100)),
      ),
      method(
        'crash(self)',
        'Run into a bug: what JavaScript throws is no exception of Python.',
        () => {
          const registers: { readonly [name: string]: { readonly value: number } } = {};
          return registers.status!.value;
        },
      ),
      method('return_unencodable(self)', 'Return what PYON cannot write: a TypeError.', () => [
        1n,
        HANDLE,
      ]),
      method(
        'slow(self, seconds: float = 5.0) -> float',
        `
        Answer late.

        :param seconds: how late, up to 3600.
        :return: the same.`,
        async (args, { signal }) => {
          const seconds = args.float('seconds');
          if (!(seconds >= 0 && seconds <= LONGEST_S)) {
            throw new PyError('ValueError', `${seconds} s is out of range: 0 to ${LONGEST_S} s`);
          }
          await wait(clock, 1000 * seconds, signal);
          return seconds;
        },
      ),
      method('hang(self)', 'Never answer.', () => new Promise<void>(() => {})),
      method(
        'huge(self, megabytes: int = 10) -> ndarray',
        `
        Return a large array.

        :param megabytes: from 1 to 60; on the wire it is a third more.
        :return: float64 array that counts from 0.`,
        args => {
          const megabytes = args.int('megabytes');
          if (megabytes < 1n || megabytes > LARGEST_MB) {
            throw new PyError(
              'ValueError',
              `${megabytes} MB is out of range: 1 to ${LARGEST_MB} MB`,
            );
          }
          return NDArray.of(
            Float64Array.from({ length: Number(megabytes) * 125_000 }, (_, i) => i),
          );
        },
      ),
      method('drop_connection(self)', 'Drop the connection instead of an answer.', () => {
        throw new PyError('CancelledError'); // what ends the task of a Python server
      }),
    ],
  });
}

/** A controller that works and cannot be listed, as those whose defaults are objects. */
export function unlistableController(): RpcTarget {
  const select = method(
    'select(self, laser=None) -> bool',
    'Its default cannot be written as PYON.',
    () => true,
  );
  const odd: RpcMethod = { ...select, argspec: { ...select.argspec, defaults: [HANDLE] } };
  return rpcTarget({
    className: 'UnlistableController',
    docstring: 'Its methods work, and its method list is an exception.',
    methods: [method('ping(self) -> bool', 'True: it is there.', () => true), odd],
  });
}

function descend(depth: number): never {
  if (depth <= 0) {
    throw new PyError('TimeoutError', 'no answer from the controller in 0.5 s');
  }
  return descend(depth - 1);
}
