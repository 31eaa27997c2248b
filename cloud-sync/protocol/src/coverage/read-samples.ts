import { setImmediate } from 'node:timers/promises';
import type { InspectionSample } from './sample.ts';
import type { Interval } from './shifts.ts';
import { MAX_STEP_MS } from './timeline.ts';

type Soon<T> = T | Promise<T>;

/** Wall times of the last telemetry record before an interval and of the first after it. */
export interface Neighbours {
  readonly beforeMs?: number | undefined;
  readonly afterMs?: number | undefined;
}

/** Where the telemetry of one device is stored. */
export interface SampleSource {
  /** The samples whose wall time lies in an interval, both ends included. */
  between(fromMs: number, toMs: number): Soon<readonly InspectionSample[]>;
  neighbours(fromMs: number, toMs: number): Soon<Neighbours>;
}

/** Records are read in steps of so much time, so that a long interval does not hold up what arrives. */
const READ_MS = 3_600_000;

/**
 * The samples from which the coverage of an interval follows, in the order of their records. Those of its neighbours are
 * among them, however far away: what they leave out tells whether the device was off.
 */
export async function readSamples(source: SampleSource, interval: Interval): Promise<readonly InspectionSample[]> {
  const [fromMs, toMs] = [interval.fromMs - MAX_STEP_MS, interval.toMs + MAX_STEP_MS];
  const { beforeMs, afterMs } = await source.neighbours(fromMs, toMs);
  const samples: InspectionSample[] = [];
  const add = async (from: number, to: number): Promise<void> => {
    for (const sample of await source.between(from, to)) samples.push(sample);
  };
  // With the other cameras of the same minute.
  if (beforeMs !== undefined) await add(beforeMs - MAX_STEP_MS, Math.min(beforeMs, fromMs - 1));
  for (let from = fromMs; from <= toMs; from += READ_MS) {
    await add(from, Math.min(toMs, from + READ_MS - 1));
    await setImmediate();
  }
  if (afterMs !== undefined) await add(Math.max(afterMs, toMs + 1), afterMs + MAX_STEP_MS);
  return samples.toSorted((a, b) => a.journal - b.journal || a.seq - b.seq);
}
