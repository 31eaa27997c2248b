/** Statements about production records that both databases take; `$1` or `?` is how a database marks a value. */
export interface PageSql {
  readonly seq: number;
  readonly receivedMs: number;
  readonly json: string;
}

export const JOURNALS = `select j.id as journal, j.device, j.epoch, s.last as upto
  from journals j join spans s on s.journal = j.id and s.first = 1 where j.stream = 'telemetry' order by j.id`;

/** The first stored number behind another: what retention deleted is passed over in one step. */
export const FIRST_BEHIND = (journal: string, after: string): string =>
  `select min(seq) as seq from records where journal = ${journal} and seq > ${after}`;

export const PAGE = (journal: string, first: string, last: string): string =>
  `select seq, received_ms as "receivedMs", json from records
    where journal = ${journal} and seq between ${first} and ${last} and kind = 'production' order by seq`;
