import { describe, expect, it } from 'vitest';
import { eventBody } from '../../../../tests/support/journal-twin.ts';
import { foldTransition, type FoldedEvent, type Transition } from './event-summary.ts';

const PICTURE = 'c'.repeat(64);
const base = eventBody({ snapshot: PICTURE });
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

function fold(transitions: readonly Transition[]): FoldedEvent | undefined {
  return transitions.reduce<FoldedEvent | undefined>((before, next) => foldTransition(before, next), undefined);
}

describe('folding transitions', () => {
  it('gives the same event for every order of arrival', () => {
    const [first, ...others] = permutations(story).map(fold);
    expect(first).toMatchObject({
      openedMs: 10_000,
      openedKnown: true,
      closedMs: 15_000,
      reason: 'cleared',
      durationMs: 10_000,
      severity: 'warning',
      snapshot: PICTURE,
    });
    for (const other of others) expect(other).toEqual(first);
  });

  it('reckons the opening from what came later when the opening is lost', () => {
    expect(fold(story.slice(1))).toMatchObject({ openedMs: 5000, openedKnown: false, closedMs: 15_000 });
  });

  it('stays open until a closing is seen', () => {
    expect(fold(story.slice(0, 2))).toMatchObject({ closedMs: null, reason: null, severity: 'critical' });
  });
});
