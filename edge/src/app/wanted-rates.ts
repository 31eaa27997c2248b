import type { Config } from '../config/index.ts';
import type { WantedRate } from '../load/index.ts';
import { isBlind, type LaneState, type LanesState } from '../pipeline/index.ts';
import { periodMs } from '../config/index.ts';

/** What each model should inspect on each camera that delivers or is being opened, with its counters. */
export function wantedRates({ cameras }: Config, { lanes }: Pick<LanesState, 'lanes'>): readonly WantedRate[] {
  return lanes.flatMap((lane) => {
    const camera = cameras.find(({ id }) => id === lane.camera);
    return lane.models.map(({ model, counters, status }) => {
      const runs = camera !== undefined && isThere(lane) && status?.state !== 'failed';
      const sourceFps = lane.status?.source?.fps ?? Number.POSITIVE_INFINITY;
      return { perSecond: runs ? Math.min(1000 / periodMs(camera, model), sourceFps) : 0, counters };
    });
  });
}

/** A camera that fails, or whose picture shows nothing, does so for a reason of its own, and nothing of it is missing for lack of time. */
function isThere({ status }: LaneState): boolean {
  if (isBlind(status)) return false;
  return status === undefined || status.state === 'streaming' || (status.state === 'connecting' && !status.error);
}
