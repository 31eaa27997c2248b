import type { ClockQuality } from './wire-record.ts';

/** When an event opened and closed. Wall ms, each with the quality of the clock at its own instant. */
export interface EventTimes {
  readonly openedAtMs: number;
  readonly openedClock: ClockQuality;
  readonly openedKnown: boolean;
  readonly closedAtMs?: number;
  readonly closedClock?: ClockQuality;
  /** Monotonic ms. */
  readonly durationMs: number;
}

const BEST_FIRST: readonly ClockQuality[] = ['synced', 'unsynced', 'suspect'];

/**
 * The times of an event as lists show them: it never closes before it opens, and never opens after `receivedAtMs`, when
 * its first record was received. Where the two wall times contradict each other because the clock was set in between,
 * the better one stays, the monotonic duration gives the other, and that one is `suspect`.
 */
export function orderedTimes(times: EventTimes, receivedAtMs = Number.POSITIVE_INFINITY): EventTimes {
  const { openedKnown, durationMs, closedAtMs } = times;
  const isLate = times.openedAtMs > receivedAtMs;
  const openedAtMs = isLate ? receivedAtMs : times.openedAtMs;
  const openedClock = isLate ? 'suspect' : times.openedClock;
  const opening = { openedAtMs, openedClock, openedKnown, durationMs };
  if (closedAtMs === undefined) return opening;
  const closedClock = times.closedClock ?? times.openedClock;
  if (closedAtMs >= openedAtMs) return { ...opening, closedAtMs, closedClock };
  const lengthMs = Math.round(durationMs);
  if (BEST_FIRST.indexOf(closedClock) < BEST_FIRST.indexOf(openedClock)) {
    const openedBeforeMs = closedAtMs - lengthMs;
    return {
      openedAtMs: openedBeforeMs,
      openedClock: 'suspect',
      openedKnown: false,
      durationMs,
      closedAtMs,
      closedClock,
    };
  }
  return { ...opening, closedAtMs: openedAtMs + lengthMs, closedClock: 'suspect' };
}
