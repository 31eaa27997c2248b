import type { CameraReference } from '../domain/index.ts';
import type { Measured } from '../history/index.ts';
import type { AcceptedCamera, EventView, Snapshot } from '../status/index.ts';

/** Stops of the line that are open events of `downtime`. */
export function standingStops(open: readonly EventView[]): NonNullable<Snapshot['production']>['stops'] {
  const standing = open.filter(({ ruleType }) => ruleType === 'downtime');
  return standing.map(({ event, camera, rule, zone, openedAtMs, details = {} }) => ({
    ...{ event, camera, rule, sinceMs: openedAtMs },
    ...(zone === undefined ? {} : { zone }),
    ...('reason' in details ? { reason: String(details['reason']) } : {}),
    ...('state' in details ? { state: String(details['state']) } : {}),
  }));
}

/** What the history keeps of a minute. */
export function measured({ load, machine, disk, cameras, journal }: Snapshot): Measured {
  const latencies = cameras.flatMap(({ models }) => models.flatMap(({ latencyMs }) => latencyMs?.p99 ?? []));
  const temperatures = machine?.temperatures.map(({ celsius }) => celsius) ?? [];
  const memory = machine?.memory;
  return {
    ...(load === undefined
      ? {}
      : {
          ...{ inspectedPerS: load.inspectedPerS, wantedPerS: load.wantedPerS },
          ...{ ownCores: load.ownCores, otherCores: load.otherCores },
        }),
    ...(latencies.length === 0 ? {} : { latencyMs: Math.max(...latencies) }),
    ...(memory === undefined ? {} : { memoryUsedBytes: memory.totalBytes - memory.availableBytes }),
    ...(temperatures.length === 0 ? {} : { temperatureC: Math.max(...temperatures) }),
    diskFreeBytes: disk.freeBytes,
    queuedRecords: journal.streams.reduce((sum, { queued }) => sum + queued, 0),
    camerasInspecting: cameras.filter(({ inspecting }) => inspecting === 'inspecting').length,
  };
}

/** What a person gets to see of a reference. */
export function acceptedView(camera: string, reference: CameraReference): AcceptedCamera {
  const { acceptedAtMs, measuredMs, similarity, luma, contrast, sharpness } = reference;
  const { fps, bitsPerS, keyframeIntervalMs } = reference;
  return {
    ...{ camera, acceptedAtMs, measuredMs, similarity, luma, contrast, sharpness },
    ...(fps === undefined ? {} : { fps }),
    ...(bitsPerS === undefined ? {} : { bitsPerS }),
    ...(keyframeIntervalMs === undefined ? {} : { keyframeIntervalMs }),
  };
}
