import type { StoredSummary } from '../records/index.ts';

/** A row of table `events`, the same in every database; flags are 0 and 1. */
export interface EventRowSql {
  readonly id: number;
  readonly device: string;
  readonly event: string;
  readonly kind: string;
  readonly severity: string;
  readonly camera: string;
  readonly zone: string | null;
  readonly rule: string;
  readonly label: string;
  readonly opened_ms: number;
  readonly opened_known: number;
  readonly updated_ms: number;
  readonly closed_ms: number | null;
  readonly reason: string | null;
  readonly lasted_ms: number;
  readonly score: number | null;
  readonly clock: string;
  readonly snapshot: string | null;
  readonly extra: string;
  readonly journal: number;
  readonly seq: number;
  readonly snapshot_journal: number | null;
  readonly snapshot_seq: number | null;
}

/** Every column but the id. */
export const EVENT_COLUMNS = [
  'device',
  'event',
  'kind',
  'severity',
  'camera',
  'zone',
  'rule',
  'label',
  'opened_ms',
  'opened_known',
  'updated_ms',
  'closed_ms',
  'reason',
  'lasted_ms',
  'score',
  'clock',
  'snapshot',
  'extra',
  'journal',
  'seq',
  'snapshot_journal',
  'snapshot_seq',
] as const satisfies readonly (keyof EventRowSql)[];

export function fromEventRow(row: EventRowSql): StoredSummary {
  const { device, event, kind, severity, camera, zone, rule, label, reason, score, clock, snapshot } = row;
  return {
    ...{ device, event, kind, severity, camera, zone, rule, label, reason, score, clock, snapshot },
    openedAtMs: row.opened_ms,
    openedKnown: row.opened_known === 1,
    updatedAtMs: row.updated_ms,
    closedAtMs: row.closed_ms,
    durationMs: row.lasted_ms,
    extra: JSON.parse(row.extra) as StoredSummary['extra'],
    rank: { journal: row.journal, seq: row.seq },
    snapshotRank:
      row.snapshot_journal === null || row.snapshot_seq === null
        ? null
        : { journal: row.snapshot_journal, seq: row.snapshot_seq },
  };
}

export function toEventRow(summary: StoredSummary): Omit<EventRowSql, 'id'> {
  const { device, event, kind, severity, camera, zone, rule, label, reason, score, clock, snapshot } = summary;
  return {
    ...{ device, event, kind, severity, camera, zone, rule, label, reason, score, clock, snapshot },
    opened_ms: summary.openedAtMs,
    opened_known: summary.openedKnown ? 1 : 0,
    updated_ms: summary.updatedAtMs,
    closed_ms: summary.closedAtMs,
    lasted_ms: summary.durationMs,
    extra: JSON.stringify(summary.extra),
    journal: summary.rank.journal,
    seq: summary.rank.seq,
    snapshot_journal: summary.snapshotRank?.journal ?? null,
    snapshot_seq: summary.snapshotRank?.seq ?? null,
  };
}
