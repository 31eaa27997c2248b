import { AuditBody } from './bodies.ts';
import { Epoch } from './envelope.ts';
import { countInRanges, isStream, mergeRanges, type SeqRange, type Stream } from './records/index.ts';

/** `action` of the audit record that says what recovery did with the undelivered numbers of an earlier journal. */
export const RECORDS_TRANSFERRED = 'records_transferred';
/** The same in version 0.1. */
const FORMERLY = 'records_carried_over';

/** Ranges in one record; more are written as further records, so that each can be sent. */
export const MAX_LOST_RANGES = 2000;

/** What recovery did with numbers `from..to` of one stream of an earlier journal. */
export interface Transfer {
  readonly stream: Stream;
  /** Of the earlier journal. */
  readonly epoch: string;
  /** Why that journal was given up: `damaged`, `missing`, `restored`, `behind_collector`. */
  readonly reason: string;
  readonly from: number;
  readonly to: number;
  /** Records that go on under the new epoch. */
  readonly transferred: number;
  /** Of those, how many no hash chain proves. */
  readonly unproved: number;
  /** Numbers that could not be read and are declared lost. */
  readonly lost: readonly SeqRange[];
  /**
   * In the record by which a journal is given up: the highest number of the stream that its successor knows of. What
   * that journal signed beyond it nobody holds any more, unless the collector does.
   */
  readonly known?: number | undefined;
}

/** Bodies of the audit records that carry it: one, or more where the ranges do not fit into one. */
export function transferBodies({ lost, transferred, unproved, known, ...rest }: Transfer): readonly AuditBody[] {
  const chunks: (readonly SeqRange[])[] = [];
  for (let at = 0; at === 0 || at < lost.length; at += MAX_LOST_RANGES)
    chunks.push(lost.slice(at, at + MAX_LOST_RANGES));
  return chunks.map((ranges, index) => ({
    action: RECORDS_TRANSFERRED,
    who: 'lineside',
    details: {
      ...rest,
      transferred: index === 0 ? transferred : 0,
      unproved: index === 0 ? unproved : 0,
      ...(index === 0 && known !== undefined ? { known } : {}),
      lost: countInRanges(ranges),
      lostRanges: ranges.map(([a, b]) => (a === b ? String(a) : `${a}-${b}`)).join(','),
    },
  }));
}

/** What such a record declares lost; undefined for any other body. */
export function readTransfer(
  body: unknown,
): Pick<Transfer, 'stream' | 'epoch' | 'reason' | 'lost' | 'known'> | undefined {
  const { data } = AuditBody.safeParse(body);
  if (data === undefined || (data.action !== RECORDS_TRANSFERRED && data.action !== FORMERLY)) return undefined;
  const { stream, epoch, reason = 'unknown', lostRanges, known: highest } = data.details ?? {};
  const known = Epoch.safeParse(epoch);
  if (typeof stream !== 'string' || !isStream(stream) || !known.success) return undefined;
  if (typeof lostRanges !== 'string' || typeof reason !== 'string') return undefined;
  const lost = lostRanges.split(',').flatMap((text): SeqRange[] => {
    const [, from, to] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(text) ?? [];
    return from === undefined ? [] : [[Number(from), Number(to ?? from)]];
  });
  if (lost.length > MAX_LOST_RANGES) return undefined;
  const most = typeof highest === 'number' && Number.isSafeInteger(highest) && highest >= 0 ? { known: highest } : {};
  return { stream, epoch: known.data, reason: reason.slice(0, 64), lost: mergeRanges(lost), ...most };
}
