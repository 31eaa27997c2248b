import { describe, expect, it } from 'vitest';
import { eventBody } from '../../../../tests/support/journal-twin.ts';
import { addTransition, type StoredSummary, type Transition } from './event-summary.ts';

const SNAPSHOT = 'c'.repeat(64);
const base = eventBody({ snapshot: SNAPSHOT });
const transition = (seq: number, wallMs: number, changes: object): Transition => ({
  device: 'line-1',
  wallMs,
  clock: 'synced',
  rank: { journal: 1, seq },
  body: { ...base, ...changes },
});
const story = [
  transition(1, 10_000, { durationMs: 5000 }),
  transition(5, 12_000, { phase: 'updated', durationMs: 7000, severity: 'critical', snapshot: 'd'.repeat(64) }),
  transition(9, 15_000, { phase: 'closed', reason: 'cleared', durationMs: 10_000, snapshot: undefined }),
];

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => permutations(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]));
}

function summarise(transitions: readonly Transition[]): StoredSummary | undefined {
  return transitions.reduce<StoredSummary | undefined>((before, next) => addTransition(before, next), undefined);
}

describe('an event summary', () => {
  it('is the same for every order in which transitions arrive', () => {
    const [first, ...others] = permutations(story).map(summarise);
    expect(first).toMatchObject({
      openedAtMs: 10_000,
      openedKnown: true,
      closedAtMs: 15_000,
      reason: 'cleared',
      durationMs: 10_000,
      severity: 'warning',
      snapshot: SNAPSHOT,
    });
    for (const other of others) expect(other).toEqual(first);
  });

  it('calculates the opening time from a later transition when the opening is lost', () => {
    expect(summarise(story.slice(1))).toMatchObject({ openedAtMs: 5000, openedKnown: false, closedAtMs: 15_000 });
  });

  it('stays open until a closing transition is stored', () => {
    expect(summarise(story.slice(0, 2))).toMatchObject({ closedAtMs: null, reason: null, severity: 'critical' });
  });
});
