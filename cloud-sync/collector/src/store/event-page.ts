import { ClockQuality, orderedTimes } from '@lineside/protocol';
import type { EventSummary, Page, StoredSummary } from '../records/index.ts';
import { encodeCursor } from './cursor.ts';
import { fromEventRow, type EventRowSql } from './event-row.ts';

/** Snapshot of event `e`: its own, or the first that the media stream announced for it. */
const SNAPSHOT = `coalesce(e.snapshot,
    (select min(x.sha256) from expected_media x where x.device = e.device and x.event = e.event and not exists (
      select 1 from media v where v.sha256 = x.sha256 and v.mime like 'video/%')))`;

/** Hashes of the clips of event `e` whose bytes are here, with spaces between; null where there are none. */
const CLIPS = `(select string_agg(x.sha256, ' ') from expected_media x join media v on v.sha256 = x.sha256
    where x.device = e.device and x.event = e.event and v.mime like 'video/%' and v.retired_ms is null)`;

/** For either database: events with their snapshots; `stored` is 1 where the bytes are here. */
export const EVENTS = `select e.*, ${SNAPSHOT} as picture, case when exists (
    select 1 from media m where m.sha256 = ${SNAPSHOT} and m.retired_ms is null) then 1 else 0 end as stored,
    ${CLIPS} as clips
  from events e`;

export type EventPageSql = EventRowSql & {
  readonly picture: string | null;
  readonly stored: number;
  readonly clips: string | null;
  /** When the first record of the event arrived: it cannot have opened later, whatever the device's clock says. */
  readonly received_ms: number;
};

/** A page of at most `limit` events from `rows`, of which one more than that was asked for. */
export function eventPage(rows: readonly EventPageSql[], limit: number): Page<EventSummary> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map((row) => ({
      ...listed(fromEventRow(row), row.received_ms),
      snapshot: row.picture,
      snapshotStored: row.stored === 1,
      clips: row.clips?.split(' ') ?? [],
    })),
    next:
      rows.length > limit && last !== undefined
        ? encodeCursor({ openedAtMs: Math.min(last.opened_ms, last.received_ms), id: last.id })
        : undefined,
  };
}

/** With times that do not contradict each other, each with the quality of its own clock. */
function listed(summary: StoredSummary, receivedAtMs: number): StoredSummary {
  const clock = ClockQuality.safeParse(summary.clock).data ?? 'suspect';
  const { openedAtMs, openedKnown, durationMs, closedAtMs } = summary;
  const { openedClock = clock, closedClock = clock } = summary.extra;
  const closing = closedAtMs === null ? {} : { closedAtMs, closedClock };
  const times = orderedTimes({ openedAtMs, openedClock, openedKnown, durationMs, ...closing }, receivedAtMs);
  const closed = times.closedClock === undefined ? {} : { closedClock: times.closedClock };
  return {
    ...summary,
    openedAtMs: times.openedAtMs,
    openedKnown: times.openedKnown,
    closedAtMs: times.closedAtMs ?? null,
    extra: { ...summary.extra, openedClock: times.openedClock, ...closed },
  };
}
