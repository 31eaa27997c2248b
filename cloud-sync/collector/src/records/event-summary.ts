import type { EventBody } from '@lineside/protocol';
import type { EventRow } from '../store/store.ts';

/** Which of two transitions is the later: by journal, then by number. */
export interface Rank {
  readonly journal: number;
  readonly seq: number;
}

export interface Transition {
  readonly device: string;
  readonly wallMs: number;
  readonly clock: string;
  readonly rank: Rank;
  readonly body: EventBody;
}

/** An event as it is kept, with what folding needs to be independent of the order of arrival. */
export type FoldedEvent = Omit<EventRow, 'snapshotStored'> & {
  readonly rank: Rank;
  readonly snapshotRank: Rank | null;
};

/** The event after one more of its transitions; the same for every order in which they arrive. */
export function foldTransition(before: FoldedEvent | undefined, transition: Transition): FoldedEvent {
  const { body, rank, wallMs } = transition;
  const seen = ownFacts(transition);
  if (before === undefined) return seen;
  const latest = isLater(rank, before.rank) ? seen : before;
  const opening = body.phase === 'opened' ? seen : before.openedKnown ? before : earlier(before, seen);
  const picture = firstPicture(before, seen);
  return {
    ...latest,
    openedMs: opening.openedMs,
    openedKnown: before.openedKnown || seen.openedKnown,
    updatedMs: latest === seen ? wallMs : before.updatedMs,
    closedMs: seen.closedMs ?? before.closedMs,
    reason: seen.reason ?? before.reason,
    durationMs: Math.max(before.durationMs, body.durationMs),
    snapshot: picture.snapshot,
    snapshotRank: picture.snapshotRank,
  };
}

function isLater(a: Rank, b: Rank): boolean {
  return a.journal === b.journal ? a.seq > b.seq : a.journal > b.journal;
}

function earlier(a: FoldedEvent, b: FoldedEvent): FoldedEvent {
  return b.openedMs < a.openedMs ? b : a;
}

function firstPicture(a: FoldedEvent, b: FoldedEvent): FoldedEvent {
  if (a.snapshotRank === null) return b;
  if (b.snapshotRank === null) return a;
  return isLater(a.snapshotRank, b.snapshotRank) ? b : a;
}

function ownFacts({ device, body, wallMs, clock, rank }: Transition): FoldedEvent {
  const { box, frame, model, details, ruleType } = body;
  return {
    device,
    event: body.event,
    kind: body.kind,
    severity: body.severity,
    camera: body.camera,
    zone: body.zone ?? null,
    rule: body.rule,
    label: body.label,
    openedMs: body.phase === 'opened' ? wallMs : Math.round(wallMs - body.durationMs),
    openedKnown: body.phase === 'opened',
    updatedMs: wallMs,
    closedMs: body.phase === 'closed' ? wallMs : null,
    reason: body.phase === 'closed' ? (body.reason ?? null) : null,
    durationMs: body.durationMs,
    score: body.score ?? null,
    clock,
    snapshot: body.snapshot ?? null,
    extra: {
      ...(box && { box }),
      ...(frame && { frame }),
      ...(model && { model }),
      ...(details && { details }),
      ...(ruleType && { ruleType }),
    },
    rank,
    snapshotRank: body.snapshot === undefined ? null : rank,
  };
}
