/**
 * For either database: what devices declared lost, by tombstones of the stream itself and by the recovery of an earlier
 * journal; `limit` is the placeholder of its parameter.
 */
export function lossesSql(limit: string): string {
  return `select j.device, j.epoch, j.stream, d.reason, cast(sum(d.last - d.first + 1) as bigint) as count,
      min(d.first) as first, max(d.last) as last, coalesce(max(r.received_ms), 0) as "lastDeclaredAtMs"
    from (select journal, first, last, reason, journal as by_journal, tombstone as by_seq from declared
      union all select journal, first, last, reason, audit_journal, audit_seq from recovery_losses) d
    join journals j on j.id = d.journal
    left join records r on r.journal = d.by_journal and r.seq = d.by_seq
    group by j.device, j.epoch, j.stream, d.reason order by 5 desc, 1, 2, 3, 4 limit ${limit}`;
}

/** Ranges of one journal that are explained without a record: declared lost, or transferred to a later journal. */
export const EXPLAINED = `(select journal, first, last from declared
  union all select journal, first, last from recovery_losses
  union all select journal, first, last from transferred)`;
