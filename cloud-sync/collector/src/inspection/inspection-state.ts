import type { InspectionSample, TelemetryRow } from '../records/index.ts';
import {
  isStreaming,
  MAX_STEP_MS,
  mostCounted,
  reasonOfState,
  reasonText,
  timelineOf,
} from '@lineside/protocol/coverage';

/**
 * What is known now of one camera and model. `unknown`: no record tells. `ended`: the device reports its other cameras
 * and no longer this one.
 */
export interface InspectionState {
  readonly state: 'inspecting' | 'starting' | 'not_inspecting' | 'unknown' | 'ended';
  /** Why, as a code and in words; undefined for `inspecting` and `ended`. */
  readonly reason?: string;
  readonly text?: string;
}

export interface StateFacts {
  readonly row: Pick<TelemetryRow, 'wallMs' | 'receivedAtMs' | 'body'>;
  /** Its latest records, in order; the last is `row`'s. */
  readonly samples: readonly InspectionSample[];
  /** When the latest counters of any camera of this device were received. */
  readonly newestReceivedAtMs: number;
  readonly isOnline: boolean;
  readonly nowMs: number;
}

/** Judges one camera and model by its latest counters, and says so where they are too old to tell. */
export function inspectionState(facts: StateFacts): InspectionState {
  const { row, samples, newestReceivedAtMs, isOnline, nowMs } = facts;
  if (newestReceivedAtMs - row.receivedAtMs > MAX_STEP_MS) return { state: 'ended' };
  if (!isOnline) return because('unknown', 'offline');
  const [before, last] = [samples.at(-2), samples.at(-1)];
  const isOld = last?.clock === 'synced' && nowMs - last.wallMs > MAX_STEP_MS;
  if (isOld || nowMs - row.receivedAtMs > MAX_STEP_MS) return because('unknown', 'old_counters');
  const { counters, state } = row.body;
  if (!isStreaming(row.body)) {
    const isStart = state === 'connecting' && counters.inspected === 0 && before === undefined;
    return because(isStart ? 'starting' : 'not_inspecting', reasonOfState(state));
  }
  const segment = timelineOf(samples).at(-1);
  if (segment === undefined || segment.reason === 'restarted' || segment.state === 'unknown') {
    return counters.inspected > 0 ? { state: 'inspecting' } : because('starting', mostOf(row.body));
  }
  if (segment.state === 'inspected') return { state: 'inspecting' };
  // A camera that has just come back streams; the next record shows whether it is inspected.
  const isBack = before !== undefined && !isStreaming(before.body);
  return because(isBack ? 'starting' : 'not_inspecting', segment.reason ?? 'no_frames');
}

function mostOf({ counters }: TelemetryRow['body']): string {
  return mostCounted({}, { ...counters.skipped, ...counters.failed }) ?? 'no_frames';
}

function because(state: InspectionState['state'], reason: string): InspectionState {
  return { state, reason, text: reasonText(reason) };
}
