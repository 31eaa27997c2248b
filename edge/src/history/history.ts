import { type Clock, isAbort, type Logger, LogThrottle, messageOf, type Service } from '@lineside/kit';
import { RingFile, type Sample } from './ring-file.ts';

/** What is kept of the device, once a minute. Rates are per second, over all cameras and models. */
export const SERIES = [
  'inspectedPerS',
  'wantedPerS',
  'latencyMs',
  'ownCores',
  'otherCores',
  'memoryUsedBytes',
  'temperatureC',
  'diskFreeBytes',
  'queuedRecords',
  'camerasInspecting',
] as const;
export type SeriesName = (typeof SERIES)[number];

export type Measured = Readonly<Partial<Record<SeriesName, number>>>;

/** Means of equal parts of the last day, oldest first; null where nothing was measured. */
export interface HistoryView {
  readonly fromAtMs: number;
  readonly toAtMs: number;
  readonly everyMs: number;
  readonly series: Readonly<Partial<Record<SeriesName, readonly (number | null)[]>>>;
}

export interface HistoryParts {
  /** Path of the file. */
  readonly path: string;
  readonly measure: () => Measured;
  readonly clock: Clock;
  readonly log: Logger;
}

const EVERY_MS = 60_000;
const DAY_MS = 24 * 60 * EVERY_MS;
const POINTS = 288;

/** Keeps the last 24 hours of the device in a file of fixed size, for charts. */
export class History implements Service {
  readonly name = 'history';
  readonly #parts: HistoryParts;
  #samples: Sample[] = [];
  #ring: RingFile | undefined;

  constructor(parts: HistoryParts) {
    this.#parts = parts;
  }

  /** Measures until `signal` aborts. A file that cannot be used costs the history, and nothing else. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, path, log } = this.#parts;
    try {
      this.#ring = RingFile.open({ path, series: SERIES, slots: DAY_MS / EVERY_MS, slotMs: EVERY_MS });
      this.#samples = [...this.#ring.read()];
    } catch (error) {
      log.warn({ path, err: messageOf(error) }, 'the history of the device cannot be kept over a restart');
    }
    const throttle = new LogThrottle({ everyMs: 3_600_000, nowMs: () => clock.monoMs() });
    try {
      for (;;) {
        await clock.sleep(EVERY_MS, signal);
        this.#add(throttle);
      }
    } catch (error) {
      if (!isAbort(error)) throw error;
    } finally {
      this.#ring?.close();
      this.#ring = undefined;
    }
  }

  view(): HistoryView {
    const toAtMs = this.#parts.clock.wallMs();
    const fromAtMs = toAtMs - DAY_MS;
    const everyMs = DAY_MS / POINTS;
    const points: Sample[][] = Array.from({ length: POINTS }, () => []);
    for (const sample of this.#samples) {
      if (sample.atMs > fromAtMs && sample.atMs <= toAtMs) {
        points[Math.min(POINTS - 1, Math.floor((sample.atMs - fromAtMs) / everyMs))]?.push(sample);
      }
    }
    const series: Partial<Record<SeriesName, readonly (number | null)[]>> = {};
    for (const [k, name] of SERIES.entries()) series[name] = points.map((samples) => meanOf(samples, k));
    return { fromAtMs, toAtMs, everyMs, series };
  }

  #add(throttle: LogThrottle): void {
    const { measure, clock, log } = this.#parts;
    const measured = measure();
    const atMs = clock.wallMs();
    const sample = { atMs, values: SERIES.map((name) => measured[name] ?? Number.NaN) };
    this.#samples = [...this.#samples.filter((old) => old.atMs > atMs - DAY_MS && old.atMs < atMs), sample];
    try {
      this.#ring?.write(sample);
    } catch (error) {
      const count = throttle.due('write');
      if (count !== undefined) log.warn({ err: messageOf(error), count }, 'a sample of the history was not kept');
    }
  }
}

function meanOf(samples: readonly Sample[], k: number): number | null {
  const known = samples.flatMap(({ values }) => values[k] ?? []).filter((value) => Number.isFinite(value));
  if (known.length === 0) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return Number(mean.toPrecision(4));
}
