// The lab itself: what happens when, and who may listen.
//
// Ten times a second the camera takes a picture and the scan measures a point; twice a second the
// photon histogram grows and the thermometer is read. Time comes from a clock and chance from a
// seed, so that the same lab runs in a browser's worker, in Node and in a test.

import { Broadcaster, LogServer, Publisher, RpcServer } from '../servers/index.js';
import { dict, NDArray } from '../values/index.js';
import type { Connect, IClock, IListener, ITimer } from '../wire/index.js';
import { CAMERA_SIZE, Camera } from './camera.js';
import { controllers } from './controllers.js';
import { Datasets } from './datasets.js';
import { LabLog, LOG_CHANNEL } from './log.js';
import { Motor } from './motor.js';
import { Noise } from './noise.js';
import { PHOTON_BINS, PhotonHistogram } from './photons.js';
import { type RabiPoint, RabiScan } from './rabi.js';
import { Schedule } from './schedule.js';
import { addressesOf, type DemoService } from './services.js';

const TICK_MS = 100;
const SLOW_EVERY = 5; // ticks
const FIT_EVERY = 10; // points
const PART_POINTS = 10; // of the scan, whose photons have a histogram of their own
const PAUSE_TICKS = 30; // between two scans
const TALK_EVERY = 10; // points, or ticks
const ODD_DEGREES = 0.1;

const PROGRESS_CHANNEL = 'progress';

/** The server of a service, and what it has to offer. */
type Reach = {
  readonly server: { start(listener: IListener): void; stop(): Promise<void> };
  readonly names: readonly string[];
};

export type DemoLabOptions = {
  readonly clock: IClock;
  /** The same seed gives the same lab. Default 1. */
  readonly seed?: number;
  /** Points of a Rabi scan, one each 0.1 s. Default 250. */
  readonly pointCount?: number;
  /** What to serve, in the order of the addresses. Default: `sync_struct` alone. */
  readonly services?: readonly DemoService[];
};

/** Opens the place where a service is reached. */
export type Listen = (service: DemoService) => IListener | Promise<IListener>;

/** Simulated instruments, and the servers that tell about them and let them be driven. */
export class DemoLab {
  readonly publisher: Publisher;
  readonly rpcServer: RpcServer;
  readonly broadcaster = new Broadcaster();
  readonly logServer: LogServer;
  private readonly _clock: IClock;
  private readonly _noise: Noise;
  private readonly _pointCount: number;
  private readonly _datasets = new Datasets();
  private readonly _schedule = new Schedule();
  private readonly _motor: Motor;
  private readonly _log: LabLog;
  private readonly _reach: { readonly [S in DemoService]: Reach };
  private readonly _services: readonly DemoService[];
  private readonly _camera: Camera;
  private _scan: RabiScan;
  private _photons: PhotonHistogram;
  private _temperature = 22.4;
  private _listeners: ReadonlyMap<DemoService, IListener> = new Map();
  private _timer: ITimer | null = null;
  private _startMs = 0;
  private _stopCount = 0;
  private _tick = 0;
  private _pausedTicks = 0;

  constructor({ clock, seed = 1, pointCount = 250, services = ['sync_struct'] }: DemoLabOptions) {
    this._clock = clock;
    this._noise = new Noise(seed);
    this._pointCount = pointCount;
    this._services = services;
    this._camera = new Camera(this._noise);
    this._photons = this._noPhotons();
    this._log = new LabLog(clock, this.broadcaster);
    this._scan = this._beginScan();
    this._takePicture();
    const notifiers = { datasets: this._datasets.notifier, schedule: this._schedule.notifier };
    this.publisher = new Publisher({ notifiers });
    this._motor = new Motor(clock, mm => this._datasets.set('motor.position', mm * 1e-3));
    const targets = controllers({
      clock,
      datasets: this._datasets,
      schedule: this._schedule,
      motor: this._motor,
    });
    // Side by side, so that a motor can be stopped from another connection.
    this.rpcServer = new RpcServer({
      targets,
      description: 'Labwire demo lab',
      allowParallel: true,
    });
    this.logServer = new LogServer({ clock, onRecord: record => this._log.pass(record) });
    this._reach = {
      sync_struct: { server: this.publisher, names: Object.keys(notifiers) },
      pc_rpc: { server: this.rpcServer, names: Object.keys(targets) },
      broadcast: { server: this.broadcaster, names: [PROGRESS_CHANNEL, LOG_CHANNEL] },
      logging: { server: this.logServer, names: [] },
    };
  }

  /**
   * Open for subscribers and callers, and let time begin. If `stop` comes first, nothing runs.
   * @throws what `listen` throws; nothing runs then.
   */
  async start(listen: Listen): Promise<void> {
    const stopCount = this._stopCount;
    const listeners = new Map<DemoService, IListener>();
    const closeAll = () => Promise.all(Array.from(listeners.values(), one => one.close()));
    try {
      for (const service of this._services) {
        listeners.set(service, await listen(service));
      }
    } catch (error) {
      await closeAll();
      throw error;
    }
    if (stopCount !== this._stopCount) {
      await closeAll();
      return;
    }
    this._listeners = listeners;
    for (const [service, listener] of listeners) {
      this._reach[service].server.start(listener);
    }
    this._startMs = this._clock.nowMs();
    this._wait();
  }

  /** One address per notifier, target and channel, and that of the log, at their listeners' endpoints. */
  get addresses(): readonly string[] {
    return Array.from(this._listeners, ([service, { endpoint }]) =>
      addressesOf(service, endpoint, this._reach[service].names),
    ).flat();
  }

  /** From now on send what the lab's programs log to a log server. @returns how to end it; `stop` does too. */
  forwardLog(connect: Connect): () => Promise<void> {
    return this._log.forward(connect);
  }

  /** Time stops and every connection ends. Twice is harmless. */
  async stop(): Promise<void> {
    this._stopCount += 1;
    this._timer?.cancel();
    this._timer = null;
    this._listeners = new Map();
    this._motor.close();
    await Promise.all([
      this._log.close(),
      ...Object.values(this._reach).map(({ server }) => server.stop()),
    ]);
  }

  private _wait(): void {
    // Counted from the start, so that ticks do not drift; what a sleeping computer missed is left out.
    const elapsed = this._clock.nowMs() - this._startMs;
    this._tick = Math.max(this._tick, Math.floor(elapsed / TICK_MS)) + 1;
    this._timer = this._clock.after(this._tick * TICK_MS - elapsed, () => {
      this._step();
      this._wait();
    });
  }

  private _step(): void {
    // Nobody looks: no picture is taken, the physics goes on.
    if (this.publisher.subscriberCount > 0) {
      this._takePicture();
    }
    const point = this._scan.measure();
    if (point === null) {
      this._pause();
    } else {
      this._datasets.mutate('rabi.p', point.index, point.p);
      this._datasets.mutate('rabi.p_err', point.index, point.error);
      this._tellProgress();
      if (this._scan.measuredCount % FIT_EVERY === 0 || this._scan.isComplete) {
        this._fit();
      }
      if (this._tick % SLOW_EVERY === 0) {
        this._countPhotons(point);
      }
    }
    if (this._tick % SLOW_EVERY === 0) {
      this._readThermometer();
    }
  }

  private _takePicture(): void {
    const pixels = this._camera.expose((this._tick * TICK_MS) / 1000);
    this._datasets.set('camera.frame', NDArray.of(pixels, [CAMERA_SIZE, CAMERA_SIZE]));
  }

  private _beginScan(): RabiScan {
    const scan = new RabiScan(this._noise, this._pointCount);
    const unmeasured = () => NDArray.of(new Float64Array(this._pointCount).fill(Number.NaN));
    this._datasets.set('rabi.t', NDArray.of(scan.times));
    this._datasets.set('rabi.p', unmeasured());
    this._datasets.set('rabi.p_err', unmeasured());
    this._datasets.set('rabi.fit', unmeasured());
    this._datasets.set('progress', 0);
    this._photons = this._noPhotons();
    this._datasets.set('photons.t', NDArray.of(partTimes(scan.times)));
    this._datasets.set('photons.by_t', this._photonsByPart());
    this._say('INFO', `scan begins: ${this._pointCount} points`);
    return scan;
  }

  private _tellProgress(): void {
    const done = this._scan.measuredCount;
    const percent = (100 * done) / this._pointCount;
    this._datasets.set('progress', percent);
    this.broadcaster.broadcast(
      PROGRESS_CHANNEL,
      dict({
        rid: this._schedule.rid,
        done: BigInt(done),
        total: BigInt(this._pointCount),
        percent,
      }),
    );
    if (done % TALK_EVERY === 0) {
      this._say('DEBUG', `point ${done} of ${this._pointCount}`);
    }
  }

  /** The experiment that runs says something. */
  private _say(level: 'WARNING' | 'INFO' | 'DEBUG', message: string): void {
    this._log.say(level, `worker(${this._schedule.rid},rabi_flop.py)`, 'rabi_flop', message);
  }

  private _fit(): void {
    const curve = this._scan.fit();
    if (curve !== null) {
      this._datasets.set('rabi.fit', NDArray.of(curve));
      this._datasets.set('rabi.pi_time', this._scan.piTimeS);
      if (this._scan.isComplete) {
        const microseconds = (this._scan.piTimeS * 1e6).toFixed(3);
        this._say('INFO', `scan complete\npi time ${microseconds} µs\n${this._pointCount} points`);
      }
    }
  }

  private _countPhotons({ index, p }: RabiPoint): void {
    // The ion is dark when it is excited.
    this._datasets.count(this._photons.update(1 - p, Math.floor(index / PART_POINTS)));
    this._datasets.set('photons.counts', NDArray.of(this._photons.counts.slice()));
    this._datasets.set('photons.by_t', this._photonsByPart());
  }

  private _noPhotons(): PhotonHistogram {
    return new PhotonHistogram(this._noise, Math.ceil(this._pointCount / PART_POINTS));
  }

  private _photonsByPart(): NDArray {
    const counts = this._photons.byPart.slice();
    return NDArray.of(counts, [counts.length / PHOTON_BINS, PHOTON_BINS]);
  }

  private _readThermometer(): void {
    // Pulled back to 22.4 degrees with a time constant of half a minute.
    const pull = (22.4 - this._temperature) / 60;
    this._temperature += pull + 0.008 * this._noise.normal();
    this._datasets.set('temperature', this._temperature);
    if (Math.abs(this._temperature - 22.4) > ODD_DEGREES && this._tick % TALK_EVERY === 0) {
      const text = `temperature is ${this._temperature.toFixed(3)} °C, expected 22.4 °C`;
      this._log.say('WARNING', 'thermometer', 'thermometer', text);
    }
  }

  /** Between two scans the schedule moves on. */
  private _pause(): void {
    const step = PAUSE[this._pausedTicks];
    this._pausedTicks += 1;
    step?.(this._schedule);
    if (this._pausedTicks === PAUSE_TICKS) {
      this._pausedTicks = 0;
      this._schedule.advance();
      this._scan = this._beginScan();
    }
  }
}

/** The pulse length in the middle of each part. */
function partTimes(times: Float64Array): Float64Array<ArrayBuffer> {
  const count = Math.ceil(times.length / PART_POINTS);
  return Float64Array.from({ length: count }, (_, part) => {
    const points = times.subarray(part * PART_POINTS, (part + 1) * PART_POINTS);
    return points.reduce((sum, t) => sum + t, 0) / points.length;
  });
}

/** What the schedule does in the pause, by tick. */
const PAUSE: { readonly [tick: number]: (schedule: Schedule) => void } = {
  0: schedule => schedule.setStatus('run_done'),
  5: schedule => schedule.setStatus('analyzing'),
  10: schedule => schedule.setNextStatus('preparing'),
  20: schedule => schedule.setNextStatus('prepare_done'),
  28: schedule => schedule.setStatus('deleting'),
};
