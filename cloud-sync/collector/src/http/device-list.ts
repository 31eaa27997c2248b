import type { Clock } from '@lineside/kit';
import { type CameraInspection, readInspection, worstOf } from '../inspection/index.ts';
import type { RecordQueries, StreamRow } from '../records/index.ts';
import type { DeviceLinks } from './device-links.ts';

export interface DeviceListOptions {
  readonly records: Pick<RecordQueries, 'devices' | 'streams' | 'telemetry' | 'inspectionSamples'>;
  readonly links: DeviceLinks;
  readonly clock: Clock;
}

/** Earlier journals of a device that are listed, so that one device cannot fill the answer; the sums count all. */
const MAX_EARLIER_STREAMS = 40;

/** Every device with its link, streams and counters, as `/api/v1/devices` gives them. */
export async function deviceList({ records, links, clock }: DeviceListOptions): Promise<object[]> {
  const [rows, streams] = [await records.devices(), Map.groupBy(await records.streams(), ({ device }) => device)];
  const now = clock.monoMs();
  const isOnline = (device: string): boolean => links.of(device, now).link === 'online';
  const inspection = await readInspection({ records, isOnline, nowMs: clock.wallMs() });
  return rows.map((row) => {
    const link = links.of(row.device, now);
    const cameras = inspection.get(row.device) ?? [];
    const worst = worstOf(cameras);
    return {
      device: row.device,
      line: row.birth?.line ?? null,
      version: row.birth?.version ?? null,
      link: link.link,
      linkForMs: link.sinceMs === 0 ? null : Math.round(now - link.sinceMs),
      identityConflict: link.identityConflict,
      hasCredential: row.hasCredential,
      firstSeenAtMs: row.firstSeenAtMs,
      lastSeenAtMs: row.lastSeenAtMs,
      epoch: row.birth?.epoch ?? null,
      ...streamList(streams.get(row.device) ?? [], row.birth?.epoch),
      /** Of the camera that is worst off; null where no camera was ever reported. */
      inspecting: worst?.state ?? null,
      inspection: cameras.map(cameraJson),
      reported: row.reported,
    };
  });
}

function streamList(streams: readonly StreamRow[], epoch: string | undefined): object {
  const current = streams.filter((stream) => stream.epoch === epoch);
  const earlier = streams.filter((stream) => stream.epoch !== epoch);
  // Those with something missing or lost first: that is what somebody looks for.
  const shown = earlier
    .toSorted((a, b) => b.missing + b.declaredLost - (a.missing + a.declaredLost))
    .slice(0, MAX_EARLIER_STREAMS);
  return {
    streams: [...current, ...shown].map((stream) => ({ ...stream, current: stream.epoch === epoch })),
    journals: new Set(streams.map((stream) => stream.epoch)).size,
    streamsLeftOut: earlier.length - shown.length,
  };
}

function cameraJson({ row, state, reason, text }: CameraInspection): object {
  const { camera, model, body, wallMs, receivedAtMs } = row;
  return {
    ...{ camera, model, state: body.state, ...body.counters, latencyMs: body.latencyMs ?? null },
    ...{ inspecting: state, reason: reason ?? null, reasonText: text ?? null, atMs: wallMs, receivedAtMs },
  };
}
