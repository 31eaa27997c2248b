import type { Clock } from '@lineside/kit';
import type { RecordQueries } from '../records/index.ts';
import type { DeviceLinks } from './device-links.ts';

export interface DeviceListOptions {
  readonly records: Pick<RecordQueries, 'devices' | 'streams' | 'telemetry'>;
  readonly links: DeviceLinks;
  readonly clock: Clock;
}

/** Every device with its link, streams and counters, as `/api/v1/devices` gives them. */
export async function deviceList({ records, links, clock }: DeviceListOptions): Promise<object[]> {
  const [rows, streams, telemetry] = [await records.devices(), await records.streams(), await records.telemetry()];
  const now = clock.monoMs();
  return rows.map((row) => {
    const link = links.of(row.device, now);
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
      streams: streams
        .filter(({ device }) => device === row.device)
        .map(({ device: _, ...stream }) => ({ ...stream, current: stream.epoch === row.birth?.epoch })),
      inspection: telemetry
        .filter(({ device }) => device === row.device)
        .map(({ camera, model, body, wallMs, receivedAtMs }) => ({
          ...{ camera, model, state: body.state, ...body.counters, latencyMs: body.latencyMs ?? null },
          ...{ atMs: wallMs, receivedAtMs },
        })),
      reported: row.reported,
    };
  });
}
