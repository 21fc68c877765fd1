// A linear stage that takes its time: 50 mm at 5 mm/s.
//
// Where it is follows from when its move began, so nothing runs while it stands still. While it
// moves, it tells where it is ten times a second.

import { method, PyError, type RpcTarget, rpcTarget } from '../servers/index.js';
import type { IClock, ITimer } from '../wire/index.js';

const TRAVEL_MM = 50;
const SPEED_MM_S = 5;
const SLOWEST_MM_S = 0.1;
const FASTEST_MM_S = 10;
const TELL_MS = 100;

type Move = {
  readonly from: number;
  readonly to: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly ended: Promise<void>;
  readonly settle: (error: PyError | null) => void;
};

/** The stage. `tell` hears its position in mm while it moves, and where it came to rest. */
export class Motor {
  private readonly _clock: IClock;
  private readonly _tell: (position: number) => void;
  private _position = 0;
  private _speed = SPEED_MM_S;
  private _move: Move | null = null;
  private _timer: ITimer | null = null;

  constructor(clock: IClock, tell: (position: number) => void) {
    this._clock = clock;
    this._tell = tell;
  }

  /** No timer is left; who waits for a move hears it. */
  close(): void {
    this.halt('the lab closed');
  }

  get position(): number {
    const move = this._move;
    if (move === null) {
      return this._position;
    }
    const nowMs = this._clock.nowMs();
    return nowMs >= move.endMs
      ? move.to
      : move.from + ((move.to - move.from) * (nowMs - move.startMs)) / (move.endMs - move.startMs);
  }

  get isMoving(): boolean {
    return this._move !== null;
  }

  /** Begin to move. @throws {PyError} out of travel, or it moves already. */
  start(to: number): Move {
    if (!(to >= 0 && to <= TRAVEL_MM)) {
      throw new PyError('ValueError', `position ${to} mm is out of travel: 0 to ${TRAVEL_MM} mm`);
    }
    if (this._move !== null) {
      throw new PyError(
        'RuntimeError',
        `the stage is on its way to ${this._move.to} mm: stop it first`,
      );
    }
    const from = this._position;
    const startMs = this._clock.nowMs();
    let settle: Move['settle'] = () => {};
    const ended = new Promise<void>((resolve, reject) => {
      settle = error => (error === null ? resolve() : reject(error));
    });
    ended.catch(() => {}); // nobody need wait for it
    const endMs = startMs + (Math.abs(to - from) / this._speed) * 1000;
    this._move = { from, to, startMs, endMs, ended, settle };
    this._wait(this._move);
    return this._move;
  }

  /** Stand still where it is. @returns whether it moved. */
  halt(reason: string): boolean {
    const move = this._move;
    if (move === null) {
      return false;
    }
    const position = this.position;
    const text = `${reason} at ${position.toFixed(3)} mm, on the way to ${move.to} mm`;
    this._rest(position);
    move.settle(new PyError('demolab.MotionStopped', text));
    return true;
  }

  /** Where the move that is under way began; null without one. */
  get origin(): number | null {
    return this._move?.from ?? null;
  }

  get speed(): number {
    return this._speed;
  }

  /** For moves to come. @throws {PyError} */
  set speed(value: number) {
    if (!(value >= SLOWEST_MM_S && value <= FASTEST_MM_S)) {
      throw new PyError(
        'ValueError',
        `speed ${value} mm/s is out of range: ${SLOWEST_MM_S} to ${FASTEST_MM_S} mm/s`,
      );
    }
    this._speed = value;
  }

  private _wait(move: Move): void {
    const leftMs = move.endMs - this._clock.nowMs();
    this._timer = this._clock.after(Math.max(0, Math.min(TELL_MS, leftMs)), () => {
      if (this._clock.nowMs() >= move.endMs) {
        this._rest(move.to);
        move.settle(null);
      } else {
        this._tell(this.position);
        this._wait(move);
      }
    });
  }

  private _rest(position: number): void {
    this._timer?.cancel();
    this._timer = null;
    this._move = null;
    this._position = position;
    this._tell(position);
  }
}

/** The stage as it is called from afar. */
export function linearStage(motor: Motor): RpcTarget {
  return rpcTarget({
    className: 'LinearStage',
    docstring: `
      A linear stage: 50 mm of travel at 5 mm/s.

      A move takes seconds. \`\`move_to\`\` answers when it is over; \`\`start_move\`\` answers at once.
      A connection has one call at a time, so stop a \`\`move_to\`\` from another one.`,
    methods: [
      method(
        'move_to(self, position: float) -> float',
        `
        Move, and wait until the stage is there.

        :param position: in mm, from 0 to 50.
        :return: where it is, in mm.
        :raises ValueError: the position is out of travel.
        :raises RuntimeError: the stage is moving already.
        :raises demolab.MotionStopped: somebody stopped it on the way.`,
        async args => {
          await motor.start(args.float('position')).ended;
          return motor.position;
        },
      ),
      method(
        'start_move(self, position: float) -> float',
        `
        Begin to move, and do not wait.

        :param position: in mm, from 0 to 50.
        :return: how long it will take, in s.`,
        args => {
          const { startMs, endMs } = motor.start(args.float('position'));
          return (endMs - startMs) / 1000;
        },
      ),
      method('get_position(self) -> float', 'Where the stage is now, in mm.', () => motor.position),
      method('is_moving(self) -> bool', 'True while a move is under way.', () => motor.isMoving),
      method(
        'stop(self) -> bool',
        `
        Stand still at once. A \`\`move_to\`\` that waits raises \`\`demolab.MotionStopped\`\`.

        :return: True if the stage was moving.`,
        () => motor.halt('stopped'),
      ),
      method(
        'cancel(self) -> bool',
        `
        Give up the move under way and go back to where it began.

        A \`\`move_to\`\` that waits raises \`\`demolab.MotionStopped\`\`; the way back is not waited for.

        :return: True if the stage was moving.`,
        () => {
          const { origin } = motor;
          if (origin === null) {
            return false;
          }
          motor.halt('cancelled');
          motor.start(origin);
          return true;
        },
      ),
      method(
        'set_speed(self, speed: float = 5.0)',
        `
        Set the speed of the moves to come.

        :param speed: in mm/s, from 0.1 to 10.`,
        args => {
          motor.speed = args.float('speed');
        },
      ),
      method(
        'get_speed(self) -> float',
        'The speed of the moves to come, in mm/s.',
        () => motor.speed,
      ),
      method('ping(self) -> bool', 'True: it is there.', () => true),
    ],
  });
}
