import { type CameraConfig, periodMs } from '../config/index.ts';
import type { LanesState, LaneState } from '../pipeline/index.ts';

/** A line whose cameras deliver must give a result at least this often, or it makes no progress. */
const PROGRESS_MS = 30_000;
/** More than this part of the working time spent waiting for a CPU gives a line this many times as long. */
const STARVED = 0.5;
const STARVED_TIMES = 10;

export interface ProgressFacts {
  readonly lanes: LanesState;
  readonly cameras: readonly CameraConfig[];
  /** Monotonic ms, as the times of the lanes. */
  readonly nowMs: number;
  readonly startedMs: number;
  /** Part of the working time that was spent waiting for a CPU, 0 to 1. */
  readonly waitedFraction: number;
  /** Whether an engine is being built. */
  readonly isBuilding: boolean;
}

/**
 * Whether cameras that deliver frames are also inspected. Cameras that are down for outside reasons do not count, nor
 * does a vision process that is being replaced within its budget, nor a model that is being loaded. A device whose CPUs are
 * taken by other programs gets more time: to kill the service would not help it.
 */
export function progresses(facts: ProgressFacts): boolean {
  const { lanes, nowMs, startedMs } = facts;
  const progressMs = facts.waitedFraction > STARVED ? STARVED_TIMES * PROGRESS_MS : PROGRESS_MS;
  if (nowMs - startedMs < progressMs) return true;
  // The builder has a time limit of its own; until then the cameras are meant to wait.
  if (facts.isBuilding) return true;
  if (lanes.vision.state === 'down') return nowMs - lanes.vision.sinceMs < progressMs;
  const delivering = lanes.lanes.filter(({ status }) => status?.state === 'streaming');
  return delivering.length === 0 || !delivering.every((lane) => isStuck(lane, facts, progressMs));
}

function isStuck(lane: LaneState, { cameras, nowMs, startedMs }: ProgressFacts, progressMs: number): boolean {
  const camera = cameras.find(({ id }) => id === lane.camera);
  return lane.models.every(({ model, newest, status }) => {
    // The loading has a time limit of its own.
    if (status === undefined || status.state === 'loading') return false;
    const waitMs = Math.max(progressMs, camera === undefined ? 0 : 3 * periodMs(camera, model));
    return nowMs - (newest?.resultAtMs ?? startedMs) > waitMs;
  });
}
