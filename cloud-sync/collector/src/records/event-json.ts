import type { EventRow } from '../store/index.ts';

/** An event as the API and `events list --json` give it: times in ISO 8601, UTC; durations in milliseconds. */
export function eventJson(row: EventRow): object {
  const { device, event, kind, severity, camera, zone, rule, label, reason, score, clock, snapshot, extra } = row;
  return {
    ...{ device, event, kind, severity, camera, zone, rule, label, score, clock, ...extra },
    phase: row.closedMs === null ? 'open' : 'closed',
    opened: iso(row.openedMs),
    openingSeen: row.openedKnown,
    updated: iso(row.updatedMs),
    closed: row.closedMs === null ? null : iso(row.closedMs),
    reason,
    durationMs: Math.round(row.durationMs),
    picture:
      snapshot === null ? null : { sha256: snapshot, stored: row.snapshotStored, url: `/api/v1/media/${snapshot}` },
  };
}

/** A device's clock can say anything; what no calendar holds is shown as null. */
export function iso(ms: number): string | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
