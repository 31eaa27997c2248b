import type { EventBody } from '@lineside/protocol';
import type { EventSummary } from './record-queries.ts';

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

/** An event summary as it is stored, with what makes it independent of the order in which transitions arrive. */
export type StoredSummary = Omit<EventSummary, 'snapshotStored'> & {
  readonly rank: Rank;
  readonly snapshotRank: Rank | null;
};

/** The summary after one more transition; the result is the same for every order of arrival. */
export function addTransition(before: StoredSummary | undefined, transition: Transition): StoredSummary {
  const { body, rank, wallMs } = transition;
  const seen = summaryOfOne(transition);
  if (before === undefined) return seen;
  const latest = isLater(rank, before.rank) ? seen : before;
  const opening = body.phase === 'opened' ? seen : before.openedKnown ? before : earlier(before, seen);
  const snapshot = firstSnapshot(before, seen);
  return {
    ...latest,
    openedAtMs: opening.openedAtMs,
    openedKnown: before.openedKnown || seen.openedKnown,
    updatedAtMs: latest === seen ? wallMs : before.updatedAtMs,
    closedAtMs: seen.closedAtMs ?? before.closedAtMs,
    reason: seen.reason ?? before.reason,
    durationMs: Math.max(before.durationMs, seen.durationMs),
    snapshot: snapshot.snapshot,
    snapshotRank: snapshot.snapshotRank,
  };
}

function isLater(a: Rank, b: Rank): boolean {
  return a.journal === b.journal ? a.seq > b.seq : a.journal > b.journal;
}

function earlier(a: StoredSummary, b: StoredSummary): StoredSummary {
  return b.openedAtMs < a.openedAtMs ? b : a;
}

function firstSnapshot(a: StoredSummary, b: StoredSummary): StoredSummary {
  if (a.snapshotRank === null) return b;
  if (b.snapshotRank === null) return a;
  return isLater(a.snapshotRank, b.snapshotRank) ? b : a;
}

function summaryOfOne({ device, body, wallMs, clock, rank }: Transition): StoredSummary {
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
    openedAtMs: body.phase === 'opened' ? wallMs : Math.round(wallMs - body.durationMs),
    openedKnown: body.phase === 'opened',
    updatedAtMs: wallMs,
    closedAtMs: body.phase === 'closed' ? wallMs : null,
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
