// A two-channel signal generator, with the limits that such a thing has.
//
// It shows how a driver documents itself: what each parameter means, in which unit, from where to
// where; what is given back; what is raised.

import { method, PyError, type RpcTarget, rpcTarget } from '../servers/index.js';
import { dict, NDArray, PyDict, type PyValue } from '../values/index.js';

const CHANNELS = 2;
const FREQUENCY = { from: 1e3, to: 400e6, step: 0.1, unit: 'Hz' };
const POWER = { from: -60, to: 13, step: 0.05, unit: 'dBm' };
/** The output stage is not rated for more while it is on. */
const POWER_WHEN_ON = 10;
const MOST_POINTS = 100_001;

type Range = { readonly from: number; readonly to: number; readonly step: number; unit: string };

type Channel = { frequency: number; power: number; phase: number; on: boolean };

export function signalGenerator(): RpcTarget {
  const channels: Channel[] = Array.from({ length: CHANNELS }, powerUp);
  const find = (channel: bigint): Channel => {
    const found = channel < 0n ? undefined : channels[Number(channel)];
    if (found === undefined) {
      throw new PyError(
        'ValueError',
        `there is no channel ${channel}: channels are 0 to ${CHANNELS - 1}`,
      );
    }
    return found;
  };
  return rpcTarget({
    className: 'SignalGenerator',
    docstring: `
      A two-channel signal generator, 1 kHz to 400 MHz.

      Both outputs are off after power-up. Levels are into 50 ohm. The output stage takes no more
      than +10 dBm while it is on: what would exceed that raises \`\`demolab.InterlockError\`\` and
      changes nothing.`,
    methods: [
      method(
        'set_frequency(self, channel: int, frequency: float) -> float',
        `
        Set the frequency of a channel.

        :param channel: 0 or 1.
        :param frequency: in Hz, from 1e3 to 400e6.
        :return: the frequency that is given, in Hz: the nearest multiple of 0.1 Hz.
        :raises ValueError: the frequency is out of range; nothing changes.`,
        args => {
          const channel = find(args.int('channel'));
          channel.frequency = within('frequency', FREQUENCY, args.float('frequency'));
          return channel.frequency;
        },
      ),
      method(
        'get_frequency(self, channel: int) -> float',
        'The frequency of a channel, in Hz.',
        args => find(args.int('channel')).frequency,
      ),
      method(
        'set_power(self, channel: int, power: float = -10.0) -> float',
        `
        Set the level of a channel.

        :param channel: 0 or 1.
        :param power: in dBm, from -60 to 13; no more than 10 while the output is on.
        :return: the level that is given, in dBm: the nearest multiple of 0.05 dB.
        :raises ValueError: the level is out of range; nothing changes.`,
        args => {
          const channel = find(args.int('channel'));
          const power = within('power', POWER, args.float('power'));
          if (channel.on && power > POWER_WHEN_ON) {
            throw interlock(`power ${power} dBm`);
          }
          channel.power = power;
          return power;
        },
      ),
      method(
        'get_power(self, channel: int) -> float',
        'The level of a channel, in dBm, whether its output is on or not.',
        args => find(args.int('channel')).power,
      ),
      method(
        'set_output(self, channel: int, on: bool = True)',
        `
        Switch the output of a channel on or off.

        :param channel: 0 or 1.
        :param on: False switches it off.`,
        args => {
          const channel = find(args.int('channel'));
          const on = args.bool('on');
          if (on && channel.power > POWER_WHEN_ON) {
            throw interlock(`the level is ${channel.power} dBm`);
          }
          channel.on = on;
        },
      ),
      method(
        'get_output(self, channel: int) -> bool',
        'True if the output of a channel is on.',
        args => find(args.int('channel')).on,
      ),
      method(
        'set_phase(self, channel: int, phase: float = 0.0, *, unit: str = "deg") -> float',
        `
        Set the phase of a channel, relative to the reference.

        :param channel: 0 or 1.
        :param phase: any angle.
        :param unit: \`\`deg\`\`, \`\`rad\`\` or \`\`turns\`\`.
        :return: the phase in turns, from 0 to 1.`,
        args => {
          const channel = find(args.int('channel'));
          const unit = args.str('unit');
          const perTurn = TURN.get(unit);
          if (perTurn === undefined) {
            const known = [...TURN.keys()].join(', ');
            throw new PyError('ValueError', `there is no unit ${unit}: units are ${known}`);
          }
          const turns = finite('phase', args.float('phase')) / perTurn;
          channel.phase = turns - Math.floor(turns);
          return channel.phase;
        },
      ),
      method(
        'sweep(self, start: float, stop: float, *, points: int = 101, spacing: str = "linear") -> ndarray',
        `
        The frequencies of a sweep, first and last included.

        :param start: first frequency in Hz.
        :param stop: last frequency in Hz.
        :param points: how many, from 2 to 100001.
        :param spacing: \`\`linear\`\` or \`\`log\`\`.
        :return: float64 array of frequencies in Hz.`,
        args => {
          const start = within('start', FREQUENCY, args.float('start'));
          const stop = within('stop', FREQUENCY, args.float('stop'));
          return NDArray.of(sweep(start, stop, args.int('points'), args.str('spacing')));
        },
      ),
      method(
        'status(self) -> dict',
        `
        What the front panel shows.

        :return: a dict of channel number to a dict of \`\`frequency\`\` (Hz), \`\`power\`\` (dBm),
          \`\`phase\`\` (turns) and \`\`on\`\`.`,
        () =>
          new PyDict(channels.map((channel, i): [PyValue, PyValue] => [BigInt(i), dict(channel)])),
      ),
      method(
        'reset(self)',
        'Back to what it is after power-up: 10 MHz, -10 dBm, both outputs off.',
        () => {
          channels.splice(0, CHANNELS, ...Array.from({ length: CHANNELS }, powerUp));
        },
      ),
      method('ping(self) -> bool', 'True: it is there.', () => true),
    ],
  });
}

function powerUp(): Channel {
  return { frequency: 10e6, power: -10, phase: 0, on: false };
}

const TURN: ReadonlyMap<string, number> = new Map([
  ['deg', 360],
  ['rad', 2 * Math.PI],
  ['turns', 1],
]);

/** `value` rounded to a step. @throws {PyError} ValueError: outside. */
function within(name: string, { from, to, step, unit }: Range, value: number): number {
  if (!(value >= from && value <= to)) {
    throw new PyError(
      'ValueError',
      `${name} ${value} ${unit} is out of range: ${from} to ${to} ${unit}`,
    );
  }
  const steps = 1 / step; // a whole number, which `step` is not
  return Math.round(value * steps) / steps;
}

function finite(name: string, value: number): number {
  if (!Number.isFinite(value)) {
    throw new PyError('ValueError', `${name} ${value} is not a finite number`);
  }
  return value;
}

function interlock(found: string): PyError {
  return new PyError(
    'demolab.InterlockError',
    `${found}, the output stage takes ${POWER_WHEN_ON} dBm while it is on`,
  );
}

function sweep(start: number, stop: number, points: bigint, spacing: string) {
  if (points < 2n || points > MOST_POINTS) {
    throw new PyError('ValueError', `${points} points are out of range: 2 to ${MOST_POINTS}`);
  }
  if (spacing !== 'linear' && spacing !== 'log') {
    throw new PyError('ValueError', `there is no spacing ${spacing}: it is linear or log`);
  }
  const last = Number(points) - 1;
  return Float64Array.from({ length: last + 1 }, (_, i) =>
    i === last
      ? stop
      : spacing === 'log'
        ? start * (stop / start) ** (i / last)
        : start + ((stop - start) * i) / last,
  );
}
