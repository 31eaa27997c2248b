import type { Language } from '@lineside/protocol/vocabulary';
import type { AlertCondition, AlertLine, AlertMessage } from './senders/index.ts';

/** Everything that must survive a restart. */
export interface AlertState {
  readonly v: 1;
  /** What lasts and was reported as begun. `goneMs`: since when it is not there, while it may come back. */
  readonly open: Readonly<Record<string, AlertCondition & { readonly goneMs?: number }>>;
  /** Lines that wait to be put into a message. */
  readonly pending: readonly AlertLine[];
  /** Messages with the targets that do not have them yet. */
  readonly outbox: readonly OutgoingAlert[];
  /** Keys of events that were reported, newest last. */
  readonly seen: readonly string[];
  /** Wall ms up to which the events of the journal were looked through. */
  readonly eventsUptoMs: number;
  /** Of the next message. */
  readonly next: number;
  /** Messages that no target took for so long that they were given up. */
  readonly givenUp: number;
}

export interface OutgoingAlert {
  readonly message: AlertMessage;
  /** Ids of targets. */
  readonly targets: readonly string[];
  readonly attempts: number;
  /** Wall ms of the next attempt. */
  readonly nextMs: number;
}

export const EMPTY_STATE: AlertState = {
  ...{ v: 1, open: {}, pending: [], outbox: [], seen: [], eventsUptoMs: 0, next: 1, givenUp: 0 },
};

const MOST_SEEN = 2_000;
const MOST_OUTBOX = 500;

/** What lasts now is compared with what was reported. `firstSeen`: when each was seen first, monotonic or wall alike. */
export function noteConditions(
  state: AlertState,
  conditions: readonly AlertCondition[],
  { nowMs, lastsMs, firstSeen }: { nowMs: number; lastsMs: number; firstSeen: Map<string, number> },
): AlertState {
  const now = new Map(conditions.map((condition) => [condition.key, condition]));
  for (const key of firstSeen.keys()) if (!now.has(key)) firstSeen.delete(key);
  const lines: AlertLine[] = [];
  const open: Record<string, AlertState['open'][string]> = {};
  for (const [key, alert] of Object.entries(state.open)) {
    const { goneMs, ...condition } = alert;
    if (now.has(key)) open[key] = condition;
    else if (goneMs === undefined) open[key] = { ...condition, goneMs: nowMs };
    else if (nowMs - goneMs < lastsMs && nowMs >= goneMs) open[key] = alert;
    else lines.push({ ...condition, phase: 'ended', atMs: nowMs });
  }
  for (const [key, condition] of now) {
    if (key in state.open) continue;
    const since = firstSeen.get(key) ?? nowMs;
    firstSeen.set(key, since);
    if (nowMs - since < lastsMs && nowMs >= since) continue;
    open[key] = condition;
    lines.push({ ...condition, phase: 'began', atMs: nowMs });
  }
  const isSame = lines.length === 0 && JSON.stringify(open) === JSON.stringify(state.open);
  return isSame ? state : { ...state, open, pending: [...state.pending, ...lines] };
}

/** Critical events of the journal, each reported once. */
export function noteEvents(
  state: AlertState,
  events: readonly { readonly condition: AlertCondition; readonly atMs: number }[],
  uptoMs: number,
): AlertState {
  const known = new Set(state.seen);
  const fresh = events.filter(({ condition }) => !known.has(condition.key));
  if (fresh.length === 0 && uptoMs === state.eventsUptoMs) return state;
  const lines = fresh.map(({ condition, atMs }): AlertLine => ({ ...condition, phase: 'began', atMs }));
  const seen = [...state.seen, ...fresh.map(({ condition }) => condition.key)].slice(-MOST_SEEN);
  return { ...state, seen, eventsUptoMs: uptoMs, pending: [...state.pending, ...lines] };
}

export interface GroupingFacts {
  readonly nowMs: number;
  readonly groupMs: number;
  /** True in quiet hours, when only what is critical is sent. */
  readonly quiet: boolean;
  readonly device: string;
  readonly line: string;
  readonly language?: Language;
  readonly targets: readonly string[];
}

/** Lines that have waited for others for long enough become one message. */
export function groupPending(state: AlertState, facts: GroupingFacts): AlertState {
  const { nowMs, groupMs, quiet, device, line, language = 'en', targets } = facts;
  const due = state.pending.filter(({ critical }) => critical || !quiet);
  const oldest = Math.min(...due.map(({ atMs }) => atMs));
  // A clock that was set back must not hold them for ever.
  if (due.length === 0 || (nowMs - oldest < groupMs && nowMs >= oldest)) return state;
  const pending = state.pending.filter((one) => !due.includes(one));
  if (targets.length === 0) return { ...state, pending };
  const message = { id: `${device}-alert-${state.next}`, device, line, language, atMs: nowMs, lines: due };
  const outbox = [...state.outbox, { message, targets, attempts: 0, nextMs: nowMs }];
  const givenUp = Math.max(0, outbox.length - MOST_OUTBOX);
  return { ...state, pending, outbox: outbox.slice(givenUp), next: state.next + 1, givenUp: state.givenUp + givenUp };
}

const FIRST_RETRY_MS = 15_000;
const MOST_RETRY_MS = 30 * 60_000;

/** An attempt that not every target took. Targets that are no longer configured are dropped. */
export function noteAttempt(
  state: AlertState,
  id: string,
  { configured, nowMs }: { readonly configured: readonly string[]; readonly nowMs: number },
): AlertState {
  const outbox = state.outbox.flatMap((outgoing) => {
    if (outgoing.message.id !== id) return [outgoing];
    const targets = outgoing.targets.filter((target) => configured.includes(target));
    if (targets.length === 0) return [];
    const attempts = outgoing.attempts + 1;
    const waitMs = Math.min(MOST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempts - 1));
    return [{ ...outgoing, targets, attempts, nextMs: nowMs + waitMs }];
  });
  return { ...state, outbox };
}

/** One target has a message. */
export function withoutTarget(state: AlertState, id: string, target: string): AlertState {
  const outbox = state.outbox.flatMap((outgoing) => {
    if (outgoing.message.id !== id) return [outgoing];
    const targets = outgoing.targets.filter((one) => one !== target);
    return targets.length === 0 ? [] : [{ ...outgoing, targets }];
  });
  return { ...state, outbox };
}
