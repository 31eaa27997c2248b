import { randomInt } from 'node:crypto';
import type { Delivery, Moment } from './delivery.ts';
import type { Faults } from './faults.ts';
import { NAL, nalType, type ParameterSets, splitNals } from './nal.ts';
import { CLOCK_HZ, packetize } from './rtp.ts';
import type { AccessUnit, H264Source } from './source.ts';

export interface Clock {
  readonly monotonicMs: () => number;
  readonly wallMs: () => number;
}

/** How long a client waits for the first key frame of a source that has just been opened. */
const READY_WITHIN_MS = 15_000;

/** What a stream needs from its server. */
export interface StreamSurroundings {
  readonly faults: Faults;
  readonly clock: Clock;
  /** The source broke. */
  readonly failed: (path: string, error: unknown) => void;
  /** Closes the connections of these deliveries. */
  readonly disconnect: (deliveries: ReadonlySet<Delivery>) => void;
}

/**
 * One source, shared: opened when the first client asks, then kept running, so that its clients see one time line. A
 * source that ends is opened again for the next client, and the RTP time goes on from where it was.
 */
export class SharedStream {
  readonly path: string;
  readonly fps: number;
  readonly #source: H264Source;
  readonly #around: StreamSurroundings;
  readonly #deliveries = new Set<Delivery>();
  readonly #rtpBase: number;
  #sets: Partial<ParameterSets> = {};
  #ready: PromiseWithResolvers<ParameterSets> | undefined;
  #running: Promise<void> = Promise.resolve();
  /** End of the last picture on the stream's own time line, and when it was sent. */
  #last: { readonly endSeconds: number; readonly atMs: number } | undefined;

  constructor(path: string, source: H264Source, around: StreamSurroundings) {
    this.path = path;
    this.fps = source.fps;
    this.#source = source;
    this.#rtpBase = source.rtpStart ?? randomInt(0, 2 ** 32);
    this.#around = around;
  }

  /** Opens the source if it is not open, and waits until a picture can be decoded. Rejects when it breaks or is late. */
  async ready(signal: AbortSignal): Promise<ParameterSets> {
    if (this.#ready === undefined) {
      this.#ready = Promise.withResolvers();
      // Nobody may be waiting when it breaks.
      this.#ready.promise.catch(() => undefined);
      this.#running = this.#pump(signal, this.#ready);
    }
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new Error(`${this.path} gave no key frame within ${READY_WITHIN_MS} ms`));
    }, READY_WITHIN_MS);
    try {
      return await Promise.race([this.#ready.promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  add(delivery: Delivery): void {
    this.#deliveries.add(delivery);
  }

  remove(delivery: Delivery): void {
    this.#deliveries.delete(delivery);
  }

  /** Resolves when the source is closed; the signal given to ready() closes it. */
  closed(): Promise<void> {
    return this.#running;
  }

  async #pump(signal: AbortSignal, ready: PromiseWithResolvers<ParameterSets>): Promise<void> {
    let end = new Error(`${this.path} has ended`);
    try {
      let shift: number | undefined;
      for await (const unit of this.#source.open(signal)) {
        shift ??= this.#resumeSeconds() - unit.timestampSeconds;
        this.#take(unit, unit.timestampSeconds + shift, ready);
      }
    } catch (error) {
      end = new Error(`${this.path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      if (!signal.aborted) this.#around.failed(this.path, error);
    } finally {
      this.#ready = undefined;
      ready.reject(end);
      for (const delivery of this.#deliveries) delivery.end(this.#now());
    }
  }

  /** Where the time line goes on after the source was away. */
  #resumeSeconds(): number {
    if (this.#last === undefined) return 0;
    return (
      this.#last.endSeconds + Math.max(0, (this.#around.clock.monotonicMs() - this.#last.atMs) / 1000 - 1 / this.fps)
    );
  }

  #now(): Moment {
    const { clock } = this.#around;
    return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
  }

  #take(unit: AccessUnit, seconds: number, ready: PromiseWithResolvers<ParameterSets>): void {
    const { faults } = this.#around;
    const now = this.#now();
    this.#last = { endSeconds: seconds + 1 / this.fps, atMs: now.monotonicMs };
    if (unit.key) this.#learnSets(unit.annexB);
    const { sps, pps } = this.#sets;
    if (sps === undefined || pps === undefined) return;
    ready.resolve({ sps, pps });
    if (faults.isFrozen(this.path)) {
      for (const delivery of this.#deliveries) delivery.awaitKey();
      return;
    }
    if (![...this.#deliveries].some((delivery) => delivery.playing)) return;
    const payloads = packetize(unit.annexB, unit.key, { sps, pps });
    // Unsigned, also for a source whose time runs back.
    const rtpTime = (((this.#rtpBase + Math.round(seconds * CLOCK_HZ)) % 2 ** 32) + 2 ** 32) % 2 ** 32;
    const packetized = { payloads, key: unit.key, rtpTime };
    if (!unit.key && faults.takeTruncation(this.path)) {
      for (const delivery of this.#deliveries) delivery.deliverHalf(packetized);
      this.#around.disconnect(this.#deliveries);
      return;
    }
    for (const delivery of this.#deliveries) delivery.deliver(packetized, now);
  }

  #learnSets(annexB: Buffer): void {
    for (const nal of splitNals(annexB)) {
      if (nalType(nal) === NAL.sps) this.#sets = { ...this.#sets, sps: Buffer.from(nal) };
      if (nalType(nal) === NAL.pps) this.#sets = { ...this.#sets, pps: Buffer.from(nal) };
    }
  }
}
