import { DeviceState, Reported, TelemetryBody } from '@lineside/protocol';
import type { GapRow, GapState } from '../gaps/index.ts';
import type {
  Conflict,
  DeviceRow,
  Retired,
  StoredJournal,
  StreamKey,
  StreamRange,
  StreamRow,
  TelemetryRow,
} from '../records/index.ts';

/** Rows as both databases return them, and what the ports make of them. Flags are 0 and 1. */
export interface DeviceSql {
  readonly device: string;
  readonly first_seen_ms: number;
  readonly last_seen_ms: number;
  readonly birth: string | null;
  readonly reported: string | null;
  readonly has_credential: number;
}

/** What does not fit its schema, because an earlier version stored it, is left out: it must not harm other devices. */
export function toDeviceRow(row: DeviceSql): DeviceRow {
  return {
    device: row.device,
    firstSeenAtMs: row.first_seen_ms,
    lastSeenAtMs: row.last_seen_ms,
    birth: row.birth === null ? undefined : DeviceState.safeParse(JSON.parse(row.birth)).data,
    hasCredential: row.has_credential === 1,
    reported: row.reported === null ? null : (Reported.safeParse(JSON.parse(row.reported)).data ?? null),
  };
}

export interface StreamSql extends StreamKey {
  /** Rows ever stored under this journal. */
  readonly stored: number;
  /** Numbers whose records a later journal has. */
  readonly transferred: number;
  readonly retired: number;
  readonly covered: number;
  readonly highest: number;
  readonly upto: number;
  readonly head: string | null;
  readonly signedUpto: number;
}

export function toStreamRow({ covered, ...row }: StreamSql): StreamRow {
  const stored = row.stored + row.transferred;
  return { ...row, stored, declaredLost: Math.max(0, covered - stored), missing: row.highest - covered };
}

export interface TelemetrySql {
  readonly device: string;
  readonly camera: string;
  readonly model: string;
  readonly journal: number;
  readonly seq: number;
  readonly wall_ms: number;
  readonly received_ms: number;
  readonly body: string;
}

/** Rows whose body does not fit its schema are left out. */
export function toTelemetryRows(rows: readonly TelemetrySql[]): readonly TelemetryRow[] {
  return rows.flatMap(({ device, camera, model, wall_ms, received_ms, body: json }) => {
    const body = TelemetryBody.safeParse(JSON.parse(json)).data;
    return body === undefined ? [] : [{ device, camera, model, wallMs: wall_ms, receivedAtMs: received_ms, body }];
  });
}

export type ConflictSql = Omit<Conflict, 'contentDiffers'> & { readonly differs: number };

export function toConflict({ differs, ...row }: ConflictSql): Conflict {
  return { ...row, contentDiffers: differs === 1 };
}

export interface GapSql extends StreamRange {
  readonly id: number;
  readonly journal: number;
  readonly state: GapState;
  readonly opened_ms: number;
  readonly closed_ms: number | null;
  readonly requests: number;
  readonly requested_ms: number | null;
}

export function toGapRow(gap: GapSql, missing: number): GapRow {
  const { id, device, epoch, stream, first, last, state, requests } = gap;
  return {
    ...{ id, device, epoch, stream, first, last, state, requests, missing },
    openedAtMs: gap.opened_ms,
    closedAtMs: gap.closed_ms,
    requestedAtMs: gap.requested_ms,
  };
}

export const GAPS = `select g.id, g.journal, j.device, j.epoch, j.stream, g.first, g.last, g.state, g.opened_ms,
    g.closed_ms, g.requests, g.requested_ms from gaps g join journals j on j.id = g.journal`;

/** Ranges of one journal that are looked at, so that a device with many gaps does not hide those of the others. */
export const MISSING_PER_JOURNAL = 64;

export type JournalSql = StreamKey & { readonly id: number; readonly stored: number; readonly firstSeenMs: number } & {
  readonly [name in keyof Retired]: Retired[name] | null;
};

export const JOURNALS = `select j.id, j.device, j.epoch, j.stream, j.stored, j.first_seen_ms as "firstSeenMs", r.last, r.head, r.count
  from journals j left join retired r on r.journal = j.id`;

export function toStoredJournal({ last, head, count, ...journal }: JournalSql): StoredJournal {
  return { ...journal, retired: last === null || head === null || count === null ? undefined : { last, head, count } };
}

/** The sums that totals need over all streams. */
export function streamSums(streams: readonly StreamRow[]): { declaredLost: number; missing: number } {
  return {
    declaredLost: streams.reduce((sum, row) => sum + row.declaredLost, 0),
    missing: streams.reduce((sum, row) => sum + row.missing, 0),
  };
}
