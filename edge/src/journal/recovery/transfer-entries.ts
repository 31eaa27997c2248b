import { basename } from 'node:path';
import { type Transfer, transferBodies } from '@lineside/protocol';
import { type EarlierNumber, mergeRanges, type SeqRange, type Stream } from '@lineside/protocol/records';
import type { Entry } from '../journal-types.ts';
import type { EarlierLoss, Ledger } from './ledger.ts';
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
export function recordsOf(
  quarantined: Quarantined,
  epoch: string | undefined,
  outcomes: readonly StreamOutcome[],
  earlier: readonly EarlierLoss[],
): readonly Entry[] {
  const old = epoch ?? 'unknown';
  const audit = (action: string, details: Readonly<Record<string, string | number>>): Entry => ({
    stream: 'audit',
    kind: 'audit',
    body: { action, who: 'lineside', details },
  });
  const { reason, why } = quarantined;
  const transfers = [
    ...outcomes
      .filter(({ known }) => known > 0)
      .map(({ range: [from, to], ...outcome }): Transfer => ({ ...outcome, epoch: old, reason, from, to })),
    ...earlier.map((loss) => lossOf(loss, reason)),
    ...outcomes.flatMap(({ stream, dropped }) => declaredEarlier(stream, dropped, TOO_OFTEN)),
  ];
  return [
    audit('journal_quarantined', { reason, why, folder: basename(quarantined.folder), epoch: old }),
    ...transfers.flatMap(entriesOf),
  ];
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

/** Where the numbers went, for the day on which the successor is lost before it has delivered them. */
export function streamsOf(
  epoch: string,
  outcomes: readonly StreamOutcome[],
  records: readonly Entry[],
  nextAudit: number,
): Ledger['streams'] {
  return outcomes.map(({ stream, known, lost, moved }) => {
    // These records are the next that the audit stream gets.
    const declaredAt = records.flatMap(({ body }, index) => (isAbout(body, epoch, stream) ? [nextAudit + index] : []));
    return { stream, known, lost, moved, declaredAt };
  });
}

function isAbout(body: object, epoch: string, stream: Stream): boolean {
  const details = 'details' in body ? body.details : undefined;
  if (typeof details !== 'object' || details === null || !('epoch' in details) || !('stream' in details)) return false;
  return details.epoch === epoch && details.stream === stream;
}
