import type { CameraState, CameraStatus } from '../domain/index.ts';
import type { Clock, Logger } from '@lineside/kit';
import type { CameraListener } from './camera-options.ts';
import type { StreamError } from './errors.ts';
import type { RunEnd } from './stream-run.ts';

const STATUS_EVERY_MS = 1_000;

interface Outage {
  readonly sinceMs: number;
  failures: number;
  code: StreamError['code'] | undefined;
}

export interface CameraReportOptions {
  readonly camera: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What is reported of one camera: its status to the listener, and each change of it once in the log. */
export class CameraReport {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #listener: CameraListener;
  #status: CameraStatus;
  #sentMs = 0;
  /** Since the last picture: what was logged last, and how often the stream failed. */
  #outage: Outage | undefined;

  constructor({ camera, clock, logger }: CameraReportOptions, listener: CameraListener) {
    this.#clock = clock;
    this.#logger = logger;
    this.#listener = listener;
    this.#status = { camera, state: 'stopped', restarts: 0 };
  }

  get status(): CameraStatus {
    return this.#status;
  }

  /** Notes facts; they are sent with the next state, or by `repeat`. */
  add(facts: Partial<Omit<CameraStatus, 'camera' | 'state'>>): void {
    this.#status = { ...this.#status, ...facts };
  }

  /** How late the newest frame is; undefined where that is not known. */
  behind(behindMs: number | undefined): void {
    const { behindMs: _, ...rest } = this.#status;
    this.#status = behindMs === undefined ? rest : { ...rest, behindMs };
  }

  /** Sends the status of a camera that delivers again, once a second. */
  repeat(): void {
    if (this.#status.state !== 'streaming') return;
    if (this.#clock.monoMs() - this.#sentMs >= STATUS_EVERY_MS) this.#send();
  }

  enter(state: CameraState): void {
    if (this.#status.state === state) return;
    // `connecting` keeps the error: until pictures come, it is still what is wrong.
    const { error, ...rest } = this.#status;
    const keep = state === 'connecting' && error !== undefined ? { error } : {};
    const again = state === 'connecting' && error !== undefined;
    this.#status = { ...rest, ...keep, state };
    this.#send();
    if (again) return;
    const outage = this.#outage;
    if (state === 'streaming') this.#outage = undefined;
    const after = outage && { failures: outage.failures, outageMs: Math.round(this.#clock.monoMs() - outage.sinceMs) };
    const facts = { state, source: rest.source, ...after };
    this.#logger.info(facts, `camera is ${state}${after === undefined ? '' : ' again'}`);
  }

  fail(error: StreamError, end?: RunEnd): void {
    const outage = (this.#outage ??= { sinceMs: this.#clock.monoMs(), failures: 0, code: undefined });
    outage.failures += 1;
    this.show(error);
    // One line per change: a camera that stays away is logged once, and how often it failed when it is there again.
    if (outage.code === error.code) return;
    outage.code = error.code;
    const facts = { code: error.code, advice: error.advice, failures: outage.failures };
    const run = { frames: end?.frames, droppedBytes: end?.droppedBytes };
    this.#logger.warn({ ...facts, ...run }, `camera failed: ${error.message}`);
  }

  /** Shows what is wrong without counting it as a failure: the stream may still go on. */
  show({ code, message, advice }: StreamError): void {
    const { stream } = this.#status;
    const gone = stream === undefined ? {} : { stream: { ...stream, quality: 0 as const } };
    this.#status = { ...this.#status, ...gone, state: 'failed', error: { code, message, advice } };
    this.#send();
  }

  #send(): void {
    this.#sentMs = this.#clock.monoMs();
    this.#listener.status(this.#status);
  }
}
