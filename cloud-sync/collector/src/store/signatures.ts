import { STREAMS, type SignedHeads, type Stream } from '@lineside/protocol';
import type { SignatureProblem } from '../records/index.ts';

/** How many of the latest signatures are searched for problems. */
const SEARCHED = 4000;

/** For either database; `limit` is the placeholder of its parameter. */
export function signatureProblemsSql(limit: string): string {
  return `select h.device, h.epoch, h.stream, h.seq, h.at_ms, h.holds,
      case when r.hash is not null and r.hash <> h.head then 1 else 0 end as other_history,
      case when h.key <> (select k.key from signed_heads k where k.device = h.device and k.holds = 1
        order by k.at_ms limit 1) then 1 else 0 end as other_key
    from (select * from signed_heads order by at_ms desc limit ${SEARCHED}) h
    left join journals j on j.device = h.device and j.epoch = h.epoch and j.stream = h.stream
    left join records r on r.journal = j.id and r.seq = h.seq
    where h.holds = 0 or r.hash <> h.head or h.key <> (
      select k.key from signed_heads k where k.device = h.device and k.holds = 1 order by k.at_ms limit 1)
    order by h.at_ms desc limit ${limit}`;
}

/** Latest signed number of journal `j` that is stored as it was signed, or whose record retention deleted. */
export const SIGNED_UPTO = `coalesce((select h.seq from signed_heads h
    left join records r on r.journal = j.id and r.seq = h.seq
    left join retired t on t.journal = j.id
    where h.device = j.device and h.epoch = j.epoch and h.stream = j.stream and h.holds = 1
      and (r.hash = h.head or (t.last = h.seq and t.head = h.head))
    order by h.seq desc limit 1), 0)`;

export interface SignatureProblemSql {
  readonly device: string;
  readonly epoch: string;
  readonly stream: Stream;
  readonly seq: number;
  readonly at_ms: number;
  readonly holds: number;
  readonly other_history: number;
  readonly other_key: number;
}

export function toSignatureProblem(row: SignatureProblemSql): SignatureProblem {
  const { device, epoch, stream, seq } = row;
  const problem = row.holds === 0 ? 'forged' : row.other_history === 1 ? 'other_history' : 'other_key';
  return { device, epoch, stream, seq, problem, atMs: row.at_ms };
}

/** One row per stream that has a record. */
export function signedRows(heads: SignedHeads): { stream: Stream; seq: number; head: string }[] {
  return STREAMS.map((stream) => ({ stream, ...heads.ends[stream] })).filter(({ seq }) => seq > 0);
}
