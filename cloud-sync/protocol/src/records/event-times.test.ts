import { describe, expect, it } from 'vitest';
import { type EventTimes, orderedTimes } from './event-times.ts';

const HOUR = 3_600_000;
const times: EventTimes = {
  ...{ openedAtMs: 10 * HOUR, openedClock: 'synced', openedKnown: true, durationMs: 9000 },
  ...{ closedAtMs: 10 * HOUR + 9000, closedClock: 'synced' },
};

describe('the times of an event', () => {
  it('stay as they are when they do not contradict each other', () => {
    expect(orderedTimes(times, 10 * HOUR + 100)).toEqual(times);
  });

  it('keep the opening of a good clock and give the closing by the monotonic duration', () => {
    expect(orderedTimes({ ...times, closedAtMs: 2 * HOUR, closedClock: 'suspect' })).toEqual({
      ...times,
      closedClock: 'suspect',
    });
  });

  it('keep the closing of a better clock and estimate the opening', () => {
    expect(orderedTimes({ ...times, openedAtMs: 90 * HOUR, openedClock: 'unsynced' })).toEqual({
      ...times,
      openedAtMs: 10 * HOUR,
      openedClock: 'suspect',
      openedKnown: false,
    });
  });

  it('never open after the first record of the event was received', () => {
    const { openedAtMs, openedClock, openedKnown, durationMs } = times;
    const open = { openedAtMs, openedClock, openedKnown, durationMs };
    expect(orderedTimes({ ...open, openedAtMs: 90_000 * HOUR }, 11 * HOUR)).toEqual({
      ...open,
      openedAtMs: 11 * HOUR,
      openedClock: 'suspect',
    });
  });

  it.each([0, 1, 5 * HOUR, 10 * HOUR, 80 * HOUR])(
    'never close before they open, with the clock at %i at the closing',
    (at) => {
      for (const openedClock of ['synced', 'unsynced', 'suspect'] as const) {
        for (const closedClock of ['synced', 'unsynced', 'suspect'] as const) {
          const shown = orderedTimes({ ...times, openedClock, closedClock, closedAtMs: at }, 9 * HOUR);
          expect(shown.closedAtMs).toBeGreaterThanOrEqual(shown.openedAtMs);
        }
      }
    },
  );
});
