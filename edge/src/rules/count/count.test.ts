import { describe, expect, it } from 'vitest';
import { play, ruleOf, story, track } from '../../../../tests/support/crafted-tracks.ts';
import type { Track } from '../../domain/index.ts';

const product = (id: number, x: number, label = 'product'): Track => track(id, label, [x - 20, 100, x + 20, 160]);
const rule = (more: object = {}) => ruleOf({ type: 'count', id: 'c', clearAfter: '1s', ...more });

/** Moves one product from one place to another in two seconds. */
const move =
  (id: number, from: number, to: number, sinceMs: number) =>
  (atMs: number): Track[] => [product(id, from + ((to - from) * (atMs - sinceMs)) / 2000)];

/** Tallies by name and label, added up. */
function totals(counting: ReturnType<typeof rule>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { name, label, count } of counting.tallies?.() ?? []) {
    sums[`${name} ${label}`] = (sums[`${name} ${label}`] ?? 0) + count;
  }
  return sums;
}

describe('count', () => {
  it('counts each product that crosses, by label, and gives each count away once', () => {
    const counting = rule({ labels: ['product', 'box'] });
    expect(play(counting, 0, 2000, move(1, 240, 400, 0))).toEqual([]);
    play(counting, 2200, 4200, (atMs) => [product(2, 240 + (160 * (atMs - 2200)) / 2000, 'box')]);
    expect(totals(counting)).toEqual({
      'forward product': 1,
      'counted product': 1,
      'packed product': 1,
      'forward box': 1,
      'counted box': 1,
      'packed box': 1,
    });
    expect(totals(counting)).toEqual({});
  });

  it('counts a product under the name of what has been done to it, where the file says so', () => {
    for (const [countsAs, expected] of [
      ['marked', { 'forward product': 1, 'counted product': 1, 'marked product': 1 }],
      ['other', { 'forward product': 1, 'counted product': 1 }],
    ] as const) {
      const counting = rule({ countsAs });
      play(counting, 0, 2000, move(1, 240, 400, 0));
      expect(totals(counting)).toEqual(expected);
    }
  });

  it('subtracts a product that comes back, reports that products move backward, and closes when none does', () => {
    const counting = rule();
    play(counting, 0, 2000, move(1, 240, 400, 0));
    const outputs = play(counting, 2200, 4200, move(1, 400, 240, 2200));
    const after = play(counting, 4400, 9000, () => []);
    expect(story([...outputs, ...after]).map((line) => line.replace(/@\d+/, ''))).toEqual([
      'opened #1',
      'closed(cleared) #1',
    ]);
    expect(outputs[0]?.details).toEqual({ forward: 1, backward: 1, count: 0 });
    expect(totals(counting)).toMatchObject({ 'counted product': 0, 'backward product': 1 });
  });

  it('counts what comes back apart where that is wanted', () => {
    const counting = rule({ reversal: 'separate' });
    play(counting, 0, 2000, move(1, 240, 400, 0));
    play(counting, 2200, 4200, move(1, 400, 240, 2200));
    expect(totals(counting)).toMatchObject({ 'counted product': 1, 'backward product': 1 });
  });

  it('counts nothing in frames without a result, and does not guess what passed in a long gap', () => {
    const counting = rule();
    play(counting, 0, 1000, () => [product(1, 240)]);
    play(counting, 1200, 6000, () => undefined);
    play(counting, 6200, 8000, () => [product(1, 400)]);
    expect(totals(counting)).toEqual({});
  });
});
