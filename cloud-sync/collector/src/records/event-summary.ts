import {
  ClockQuality,
  codesOf,
  type EventBody,
  type EventSummary as ProtocolSummary,
  type RecordRank,
  SEVERITIES,
  summarise,
} from '@lineside/protocol';
import type { EventSummary } from './record-queries.ts';

/** Which of two transitions is the later: by journal, then by number. */
export type Rank = RecordRank;

export interface Transition {
  readonly device: string;
  readonly wallMs: number;
  readonly clock: string;
  readonly rank: Rank;
  readonly body: EventBody;
}

/** An event summary as it is stored, with what makes it independent of the order in which transitions arrive. */
export type StoredSummary = Omit<EventSummary, 'snapshotStored' | 'clips'> & {
  readonly rank: Rank;
  readonly snapshotRank: Rank | null;
};

/** The summary after one more transition; the result is the same for every order of arrival. */
export function addTransition(before: StoredSummary | undefined, transition: Transition): StoredSummary {
  const { device, clock, ...facts } = transition;
  const known = before === undefined ? undefined : fromStored(before);
  return toStored(device, summarise(known, { ...facts, clock: clockQuality(clock) }));
}

function fromStored(stored: StoredSummary): ProtocolSummary {
  const { event, kind, camera, rule, label, openedAtMs, openedKnown, updatedAtMs, durationMs, extra, rank } = stored;
  const { zone, closedAtMs, reason, score, snapshot, snapshotRank } = stored;
  return {
    ...definedOnly(extra),
    ...{ event, kind, camera, rule, label, openedAtMs, openedKnown, updatedAtMs, durationMs },
    // Stored severities have passed the schema of the body.
    severity: codesOf(SEVERITIES).find((code) => code === stored.severity) ?? 'critical',
    clock: clockQuality(stored.clock),
    latest: rank,
    state: closedAtMs === null ? 'open' : 'closed',
    degraded: extra.model?.degraded === true,
    snapshots: snapshot === null || snapshotRank === null ? [] : [{ ...snapshotRank, sha256: snapshot }],
    ...(zone === null ? {} : { zone }),
    ...(closedAtMs === null ? {} : { closedAtMs }),
    ...(reason === null ? {} : { reason }),
    ...(score === null ? {} : { score }),
  };
}

function toStored(device: string, summary: ProtocolSummary): StoredSummary {
  const { event, kind, severity, camera, rule, label, openedAtMs, openedKnown, updatedAtMs, durationMs } = summary;
  const { clock, latest: rank, box, frame, model, details, ruleType, openedClock, closedClock } = summary;
  const [first] = summary.snapshots;
  return {
    ...{ device, event, kind, severity, camera, rule, label, openedAtMs, openedKnown, updatedAtMs, durationMs },
    zone: summary.zone ?? null,
    closedAtMs: summary.closedAtMs ?? null,
    reason: summary.reason ?? null,
    score: summary.score ?? null,
    clock,
    snapshot: first?.sha256 ?? null,
    extra: definedOnly({ box, frame, model, details, ruleType, openedClock, closedClock }),
    rank,
    snapshotRank: first === undefined ? null : { journal: first.journal, seq: first.seq },
  };
}

type Optional<T> = { readonly [K in keyof T]: T[K] | undefined };

/** Only what is there, so that nothing is stored as null. */
function definedOnly({
  box,
  frame,
  model,
  details,
  ruleType,
  openedClock,
  closedClock,
}: Optional<EventSummary['extra']>) {
  return {
    ...(box && { box }),
    ...(frame && { frame }),
    ...(model && { model }),
    ...(details && { details }),
    ...(ruleType && { ruleType }),
    ...(openedClock && { openedClock }),
    ...(closedClock && { closedClock }),
  };
}

/** A stored label; one of a newer device that is not known here is the least trusted. */
function clockQuality(text: string): ClockQuality {
  return ClockQuality.safeParse(text).data ?? 'suspect';
}
