import type { EventBody } from './event-body.ts';
import type { ClockQuality } from './wire-record.ts';

/** Place of a record among all records of one device: `journal` orders its journals, `seq` the records within one. */
export interface RecordRank {
  readonly journal: number;
  readonly seq: number;
}

/** One transition of an event, with the place and the time labels of its record. Wall ms. */
export interface EventTransition {
  readonly rank: RecordRank;
  readonly wallMs: number;
  readonly clock: ClockQuality;
  readonly body: EventBody;
}

export interface RankedSnapshot extends RecordRank {
  readonly sha256: string;
}

/** All transitions of one event put together. Times are wall ms, boxes source pixels. */
export interface EventSummary extends Latest {
  readonly event: string;
  readonly state: 'open' | 'closed';
  /** Of the opening; where that record is not known, the time of another transition less the duration it reports. */
  readonly openedAtMs: number;
  readonly openedKnown: boolean;
  /** Quality of the clock at the record that `openedAtMs` comes from; absent in summaries from before 0.1. */
  readonly openedClock?: ClockQuality;
  readonly closedAtMs?: number;
  /** Quality of the clock at the closing. */
  readonly closedClock?: ClockQuality;
  /** Why it closed. */
  readonly reason?: EventBody['reason'];
  /** The longest that any transition reports, monotonic ms. */
  readonly durationMs: number;
  /** Highest of any transition, 0 to 1. */
  readonly score?: number;
  /** The least trusted clock among its transitions. */
  readonly clock: ClockQuality;
  /** True when any of its transitions came from degraded results. */
  readonly degraded: boolean;
  /** Evidence, oldest first. */
  readonly snapshots: readonly RankedSnapshot[];
}

/** What the latest transition says. */
interface Latest extends Pick<EventBody, 'kind' | 'severity' | 'camera' | 'rule' | 'label'> {
  readonly latest: RecordRank;
  readonly updatedAtMs: number;
  readonly zone?: string;
  readonly ruleType?: string;
  readonly box?: NonNullable<EventBody['box']>;
  readonly frame?: NonNullable<EventBody['frame']>;
  readonly model?: NonNullable<EventBody['model']>;
  readonly details?: NonNullable<EventBody['details']>;
}

const LEAST_TRUSTED_LAST: readonly ClockQuality[] = ['synced', 'unsynced', 'suspect'];

/**
 * The event after one more of its transitions (`before` undefined: its first). Pure; the result is the same for every
 * order in which the transitions arrive. Each transition must be given once.
 */
export function summarise(before: EventSummary | undefined, transition: EventTransition): EventSummary {
  const own = summaryOf(transition);
  if (before === undefined) return own;
  const score = highest(before.score, own.score);
  return {
    ...latestOf(isLater(own.latest, before.latest) ? own : before),
    event: own.event,
    ...openingOf(before, own),
    ...closingOf(before, own),
    durationMs: Math.max(before.durationMs, own.durationMs),
    ...(score === undefined ? {} : { score }),
    clock: leastTrusted(before.clock, own.clock),
    degraded: before.degraded || own.degraded,
    snapshots: mergeSnapshots(before.snapshots, own.snapshots),
  };
}

function summaryOf({ rank, wallMs, clock, body }: EventTransition): EventSummary {
  const { zone, ruleType, box, frame, model, details, score, snapshot, reason } = body;
  const opening = body.phase === 'opened';
  const closing = body.phase === 'closed';
  return {
    event: body.event,
    kind: body.kind,
    severity: body.severity,
    camera: body.camera,
    rule: body.rule,
    label: body.label,
    latest: rank,
    updatedAtMs: wallMs,
    ...(zone === undefined ? {} : { zone }),
    ...(ruleType === undefined ? {} : { ruleType }),
    ...(box === undefined ? {} : { box }),
    ...(frame === undefined ? {} : { frame }),
    ...(model === undefined ? {} : { model }),
    ...(details === undefined ? {} : { details }),
    state: closing ? 'closed' : 'open',
    openedAtMs: opening ? wallMs : Math.round(wallMs - body.durationMs),
    openedKnown: opening,
    openedClock: clock,
    ...(closing ? { closedAtMs: wallMs, closedClock: clock, ...(reason === undefined ? {} : { reason }) } : {}),
    durationMs: body.durationMs,
    ...(score === undefined ? {} : { score }),
    clock,
    degraded: model?.degraded === true,
    snapshots: snapshot === undefined ? [] : [{ ...rank, sha256: snapshot }],
  };
}

function latestOf(summary: EventSummary): Latest {
  const { kind, severity, camera, rule, label, latest, updatedAtMs } = summary;
  const { zone, ruleType, box, frame, model, details } = summary;
  return {
    ...{ kind, severity, camera, rule, label, latest, updatedAtMs },
    ...(zone === undefined ? {} : { zone }),
    ...(ruleType === undefined ? {} : { ruleType }),
    ...(box === undefined ? {} : { box }),
    ...(frame === undefined ? {} : { frame }),
    ...(model === undefined ? {} : { model }),
    ...(details === undefined ? {} : { details }),
  };
}

type Opening = Pick<EventSummary, 'openedAtMs' | 'openedKnown' | 'openedClock'>;

function openingOf(a: EventSummary, b: EventSummary): Opening {
  if (a.openedKnown !== b.openedKnown) return pickOpening(a.openedKnown ? a : b);
  return pickOpening(b.openedAtMs < a.openedAtMs ? b : a);
}

function pickOpening({ openedAtMs, openedKnown, openedClock }: EventSummary): Opening {
  return { openedAtMs, openedKnown, ...(openedClock === undefined ? {} : { openedClock }) };
}

/** The earliest closing; an event has one, unless two runs have closed it. */
function closingOf(
  a: EventSummary,
  b: EventSummary,
): Pick<EventSummary, 'state' | 'closedAtMs' | 'closedClock' | 'reason'> {
  const [aMs = Number.POSITIVE_INFINITY, bMs = Number.POSITIVE_INFINITY] = [a.closedAtMs, b.closedAtMs];
  const first = aMs === bMs ? ((a.reason ?? '') <= (b.reason ?? '') ? a : b) : aMs < bMs ? a : b;
  const { state, closedAtMs, closedClock, reason } = first;
  if (closedAtMs === undefined) return { state };
  const clock = closedClock === undefined ? {} : { closedClock };
  return { state, closedAtMs, ...clock, ...(reason === undefined ? {} : { reason }) };
}

function highest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

function leastTrusted(a: ClockQuality, b: ClockQuality): ClockQuality {
  return LEAST_TRUSTED_LAST.indexOf(a) > LEAST_TRUSTED_LAST.indexOf(b) ? a : b;
}

/** In the order of their records; a snapshot that several records name counts once, where it was named first. */
function mergeSnapshots(a: readonly RankedSnapshot[], b: readonly RankedSnapshot[]): readonly RankedSnapshot[] {
  const merged: RankedSnapshot[] = [];
  for (const snapshot of [...a, ...b].toSorted((x, y) => (isLater(x, y) ? 1 : -1))) {
    if (!merged.some(({ sha256 }) => sha256 === snapshot.sha256)) merged.push(snapshot);
  }
  return merged;
}

/** Whether the record at `a` was written after the one at `b`. */
export function isLater(a: RecordRank, b: RecordRank): boolean {
  return a.journal === b.journal ? a.seq > b.seq : a.journal > b.journal;
}
