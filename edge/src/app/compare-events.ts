import type { ReplayEvent } from './options.ts';

/** All transitions of one event of a replay put together. Times are milliseconds of the recording. */
export interface ReplayedEvent {
  readonly camera: string;
  readonly kind: string;
  readonly rule: string;
  readonly label: string;
  readonly zone?: string;
  readonly severity: string;
  /** Track of what the event is about; the same number is the same object where both replays tracked alike. */
  readonly track?: number;
  readonly openedMs: number;
  /** Absent where it was open at the end. */
  readonly closedMs?: number;
  readonly reason?: string;
}

export type EventChange =
  | { readonly change: 'added' | 'removed'; readonly event: ReplayedEvent }
  | {
      readonly change: 'changed';
      readonly before: ReplayedEvent;
      readonly after: ReplayedEvent;
      /** What is another: `opened`, `closed`, `severity`, `rule`, `label`, `zone`. */
      readonly fields: readonly string[];
    };

export interface EventComparison {
  readonly changes: readonly EventChange[];
  /** Events that are the same in both. */
  readonly unchanged: number;
}

/** Events of the same subject whose times are further apart are two events. */
const NEAR_MS = 5000;
/** Times that differ by less are the same. */
const SAME_MS = 50;

/** The events of a replay, in the order in which they opened. */
export function foldReplay(transitions: readonly ReplayEvent[]): readonly ReplayedEvent[] {
  const folded = new Map<string, ReplayedEvent>();
  for (const { event, camera, atMs, output } of transitions) {
    const before = folded.get(event);
    const { kind, rule, label, zone, severity, track, phase, reason } = output;
    if (before === undefined) {
      folded.set(event, {
        ...{ camera, kind, rule, label, severity, openedMs: atMs },
        ...(zone === undefined ? {} : { zone }),
        ...(track === undefined ? {} : { track }),
      });
    } else if (phase === 'closed') {
      folded.set(event, { ...before, severity, closedMs: atMs, ...(reason === undefined ? {} : { reason }) });
    } else folded.set(event, { ...before, severity });
  }
  return [...folded.values()].toSorted((a, b) => a.openedMs - b.openedMs);
}

/**
 * What the events `after` a change have otherwise than those `before` it. Events are matched by camera, kind, subject
 * (track or label) and time; each is matched once, the best pairs first.
 */
export function compareEvents(before: readonly ReplayedEvent[], after: readonly ReplayedEvent[]): EventComparison {
  const pairs = before
    .flatMap((old, a) => after.map((now, b) => ({ a, b, distance: distanceOf(old, now) })))
    .filter(({ distance }) => distance !== undefined)
    .toSorted((x, y) => (x.distance ?? 0) - (y.distance ?? 0));
  const matched = new Map<number, number>();
  const taken = new Set<number>();
  for (const { a, b } of pairs) {
    if (matched.has(a) || taken.has(b)) continue;
    matched.set(a, b);
    taken.add(b);
  }
  const changes: EventChange[] = [];
  let unchanged = 0;
  for (const [a, old] of before.entries()) {
    const now = after[matched.get(a) ?? -1];
    if (now === undefined) changes.push({ change: 'removed', event: old });
    else {
      const fields = differences(old, now);
      if (fields.length === 0) unchanged += 1;
      else changes.push({ change: 'changed', before: old, after: now, fields });
    }
  }
  for (const [b, now] of after.entries()) if (!taken.has(b)) changes.push({ change: 'added', event: now });
  return { changes: changes.toSorted((a, b) => openedOf(a) - openedOf(b)), unchanged };
}

function openedOf(change: EventChange): number {
  return change.change === 'changed' ? change.before.openedMs : change.event.openedMs;
}

/** Undefined where the two cannot be the same event. The same track counts more than any time. */
function distanceOf(a: ReplayedEvent, b: ReplayedEvent): number | undefined {
  if (a.camera !== b.camera || a.kind !== b.kind) return undefined;
  const sameTrack = a.track !== undefined && a.track === b.track;
  if (!sameTrack && a.label !== b.label) return undefined;
  const gap = Math.max(a.openedMs - endOf(b), b.openedMs - endOf(a), 0);
  if (gap > NEAR_MS) return undefined;
  const apart = Math.abs(a.openedMs - b.openedMs);
  return (sameTrack ? 0 : 1e9) + (a.rule === b.rule ? 0 : 1e6) + apart;
}

function endOf({ closedMs = Number.POSITIVE_INFINITY }: ReplayedEvent): number {
  return closedMs;
}

function differences(a: ReplayedEvent, b: ReplayedEvent): readonly string[] {
  const fields: string[] = [];
  if (Math.abs(a.openedMs - b.openedMs) > SAME_MS) fields.push('opened');
  const [endA, endB] = [endOf(a), endOf(b)];
  if (endA !== endB && !(Math.abs(endA - endB) <= SAME_MS)) fields.push('closed');
  for (const field of ['severity', 'rule', 'label', 'zone'] as const) if (a[field] !== b[field]) fields.push(field);
  return fields;
}
