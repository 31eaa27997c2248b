import type { EventSummary } from './record-queries.ts';

/** An event as the API and `events list --json` give it. Times are milliseconds since 1970, durations milliseconds. */
export function eventJson(row: EventSummary): object {
  const { device, event, kind, severity, camera, zone, rule, label, reason, score, clock, snapshot } = row;
  const { openedClock = clock, closedClock = clock, ...extra } = row.extra;
  return {
    ...{ device, event, kind, severity, camera, zone, rule, label, score, clock, ...extra },
    state: row.closedAtMs === null ? 'open' : 'closed',
    openedAtMs: row.openedAtMs,
    openedKnown: row.openedKnown,
    openedClock,
    updatedAtMs: row.updatedAtMs,
    closedAtMs: row.closedAtMs,
    closedClock: row.closedAtMs === null ? null : closedClock,
    reason,
    durationMs: Math.round(row.durationMs),
    snapshot:
      snapshot === null ? null : { sha256: snapshot, stored: row.snapshotStored, url: `/api/v1/media/${snapshot}` },
    clips: row.clips.map((sha256) => ({ sha256, url: `/api/v1/media/${sha256}` })),
  };
}
