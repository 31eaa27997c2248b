import type { InspectionSample } from './sample.ts';
import { MAX_STEP_MS, type Segment, type SilenceReason } from './timeline.ts';

/** What the records of a whole device tell of the time in which it wrote none of a camera. */
export interface Silences {
  readonly reason: SilenceReason;
  /** Time from the first sample of the device to the first of a camera, where no record is missing between them. */
  before(first: InspectionSample): readonly Segment[];
  /** Time from the last sample of a camera to the last of its device, where no record is missing between them. */
  after(last: InspectionSample): readonly Segment[];
}

/** `samples`: those of all cameras of a device, in the order of the records. Consecutive numbers leave none out. */
export function silencesOf(samples: readonly InspectionSample[]): Silences {
  const places = new Map(samples.map((sample, index) => [keyOf(sample), index]));
  const starts: number[] = [];
  for (const [index, sample] of samples.entries()) {
    const before = samples[index - 1];
    const follows =
      before?.device === sample.device && before.journal === sample.journal && before.seq + 1 === sample.seq;
    starts.push(follows ? (starts[index - 1] ?? index) : index);
  }
  const isComplete = (from: number, to: number): boolean => (starts[to] ?? to) <= from;
  const longest = (from: number, to: number): number => {
    let most = 0;
    for (let index = from + 1; index <= to; index += 1) {
      most = Math.max(most, (samples[index]?.wallMs ?? 0) - (samples[index - 1]?.wallMs ?? 0));
    }
    return most;
  };
  const reason: SilenceReason = (before, after) => {
    const [from, to] = [places.get(keyOf(before)), places.get(keyOf(after))];
    if (from === undefined || to === undefined || !isComplete(from, to)) return undefined;
    return longest(from, to) > MAX_STEP_MS ? 'device_off' : 'not_configured';
  };
  const absence = (a: InspectionSample, b: InspectionSample): readonly Segment[] =>
    b.wallMs - a.wallMs > MAX_STEP_MS && reason(a, b) === 'not_configured'
      ? [
          {
            ...{ fromMs: a.wallMs, toMs: b.wallMs, state: 'unscheduled', reason: 'not_configured' },
            ...{ offered: 0, inspected: 0 },
          },
        ]
      : [];
  return {
    reason,
    before: (first) => {
      const start = samples[starts[places.get(keyOf(first)) ?? 0] ?? 0];
      return start === undefined ? [] : absence(start, first);
    },
    after: (last) => {
      const end = samples.at(-1);
      return end === undefined ? [] : absence(last, end);
    },
  };
}

function keyOf({ device, journal, seq }: InspectionSample): string {
  return `${device} ${journal} ${seq}`;
}
