import { describe, expect, it } from 'vitest';
import { eventBody } from '../../../../tests/support/journal-twin.ts';
import { type EventSummary, type EventTransition, summarise } from './event-summary.ts';

const FIRST = 'c'.repeat(64);
const SECOND = 'd'.repeat(64);
const base = eventBody({ snapshot: FIRST });
const transition = (seq: number, wallMs: number, changes: object, journal = 1): EventTransition => ({
  rank: { journal, seq },
  wallMs,
  clock: 'synced',
  body: { ...base, ...changes },
});
const story = [
  transition(1, 10_000, { durationMs: 5000, score: 0.6, zone: 'east' }),
  {
    ...transition(5, 12_000, {
      phase: 'updated',
      durationMs: 7000,
      severity: 'critical',
      snapshot: SECOND,
      score: 0.9,
    }),
  },
  {
    ...transition(2, 15_000, { phase: 'closed', reason: 'cleared', durationMs: 10_000, score: 0.7 }, 2),
    clock: 'suspect',
  },
] as const satisfies readonly EventTransition[];

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => permutations(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]));
}

function together(transitions: readonly EventTransition[]): EventSummary | undefined {
  return transitions.reduce<EventSummary | undefined>((before, next) => summarise(before, next), undefined);
}

describe('the summary of an event', () => {
  it('is the same for every order in which its transitions arrive', () => {
    const [first, ...others] = permutations(story).map(together);
    expect(first).toMatchObject({
      state: 'closed',
      openedAtMs: 10_000,
      openedKnown: true,
      updatedAtMs: 15_000,
      closedAtMs: 15_000,
      reason: 'cleared',
      durationMs: 10_000,
      severity: 'warning',
      score: 0.9,
      clock: 'suspect',
      latest: { journal: 2, seq: 2 },
      snapshots: [
        { journal: 1, seq: 1, sha256: FIRST },
        { journal: 1, seq: 5, sha256: SECOND },
      ],
    });
    expect(first).not.toHaveProperty('zone', 'east');
    for (const other of others) expect(other).toEqual(first);
  });

  it('estimates the opening from a later transition when the opening record is not known', () => {
    expect(together(story.slice(1))).toMatchObject({ openedAtMs: 5000, openedKnown: false, closedAtMs: 15_000 });
  });

  it('is open until a closing transition is known', () => {
    const summary = together(story.slice(0, 2));
    expect(summary).toMatchObject({ state: 'open', severity: 'critical' });
    expect(summary).not.toHaveProperty('closedAtMs');
    expect(summary).not.toHaveProperty('reason');
  });
});
