import { basename } from 'node:path';
import { type Transfer, transferBodies } from '@lineside/protocol';
import { type EarlierNumber, mergeRanges, type SeqRange, type Stream } from '@lineside/protocol/records';
import type { Entry } from '../journal-types.ts';
import type { Declaration, EarlierLoss } from './ledger.ts';
import type { Quarantined } from './quarantine.ts';

/** What became of one stream of a quarantined journal. */
export interface StreamOutcome {
  readonly stream: Stream;
  readonly range: SeqRange;
  /** Highest number that the journal is known to have given. */
  readonly known: number;
  /** Numbers whose records go on, in the order in which they were written. */
  readonly moved: readonly SeqRange[];
  /** Numbers in even earlier journals for which no record has space any more. */
  readonly dropped: readonly EarlierNumber[];
  readonly transferred: number;
  readonly unproved: number;
  readonly lost: readonly SeqRange[];
}

/** Why numbers of the earliest journals are declared lost though their records go on: these can name no more of them. */
const TOO_OFTEN = 'transferred_too_often';

/** The audit records of the successor that report a transfer. */
export interface Report {
  readonly records: readonly Entry[];
  /** What they declare; `at` counts from the first of `records`, which is 0. */
  readonly declared: readonly Declaration[];
}

export function reportOf(
  { reason, why, folder }: Quarantined,
  epoch: string,
  outcomes: readonly StreamOutcome[],
  earlier: readonly EarlierLoss[],
): Report {
  const transfers = [
    ...outcomes
      .filter(({ known }) => known > 0)
      .map(({ range: [from, to], ...outcome }): Transfer => ({ ...outcome, epoch, reason, from, to })),
    ...earlier.map((loss) => lossOf(loss, reason)),
    ...outcomes.flatMap(({ stream, dropped }) => declaredEarlier(stream, dropped, TOO_OFTEN)),
  ];
  const details = { reason, why, folder: basename(folder), epoch };
  const records: Entry[] = [
    { stream: 'audit', kind: 'audit', body: { action: 'journal_quarantined', who: 'lineside', details } },
  ];
  const declared = transfers.map((transfer): Declaration => {
    const { stream, lost, known } = transfer;
    const entries = entriesOf(transfer);
    const at = entries.map((_, index) => records.length + index);
    records.push(...entries);
    return { epoch: transfer.epoch, stream, lost, known, at };
  });
  return { records, declared };
}

/** Declares numbers of earlier journals whose records are given up under their latest number. */
export function declaredEarlier(
  stream: Stream,
  numbers: readonly EarlierNumber[],
  reason: string,
): readonly Transfer[] {
  const byEpoch = Map.groupBy(numbers, ({ epoch }) => epoch);
  return [...byEpoch].map(([epoch, group]) => {
    const lost = mergeRanges(group.map(({ seq }): SeqRange => [seq, seq]));
    return lossOf({ epoch, stream, lost }, reason);
  });
}

function lossOf({ epoch, stream, lost, known }: EarlierLoss, reason: string): Transfer {
  const [from, to] = [lost[0]?.[0] ?? 0, lost.at(-1)?.[1] ?? 0];
  return { epoch, stream, reason, from, to, transferred: 0, unproved: 0, lost, known };
}

/** The audit records that carry `transfer`. */
export function entriesOf(transfer: Transfer): readonly Entry[] {
  return transferBodies(pick(transfer)).map((body): Entry => ({ stream: 'audit', kind: 'audit', body }));
}

function pick({ epoch, stream, reason, from, to, transferred, unproved, lost, known }: Transfer): Transfer {
  return { epoch, stream, reason, from, to, transferred, unproved, lost, known };
}
