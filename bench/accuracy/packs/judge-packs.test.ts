import { describe, expect, it } from 'vitest';
import { judgePacks, type JudgedPack, type TruePack } from './judge-packs.ts';

const LIMITS = { recordedMs: 100_000, halfViewMs: 1000, latestMs: 2500, shown: 100 };
const pack = (second: number, verdict = 'good'): TruePack => ({ atMs: second * 1000, verdict, fault: verdict });
const judged = (second: number, verdict = 'good'): JudgedPack => ({ atMs: second * 1000, verdict });
const seconds = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe('judging packs', () => {
  it('counts each bad pack as found whose verdict comes while it passes or soon after, and the right verdicts', () => {
    const packs = seconds(0, 100).map((second) =>
      pack(second, second === 30 ? 'wrong' : second === 60 ? 'missing' : 'good'),
    );
    const verdicts = seconds(0, 100).map((second) =>
      judged(second, second === 31 ? 'wrong' : second === 62 ? 'unreadable' : 'good'),
    );
    expect(judgePacks(packs, verdicts, LIMITS)).toMatchObject({
      ...{ good: 97, bad: 2, found: 2, exact: 1, falselyBad: 0, twice: 0, notJudged: 0, missed: [] },
    });
  });

  it('counts a bad pack without a verdict as missed, and a verdict without a bad pack as false', () => {
    const figures = judgePacks([pack(30, 'wrong'), pack(50)], [judged(30), judged(50, 'wrong')], LIMITS);
    expect(figures).toMatchObject({ bad: 1, found: 0, falselyBad: 1 });
    expect(figures.falselyAs).toEqual({ wrong: 1, unreadable: 0, missing: 0 });
    expect(figures.falsely).toEqual([{ atMs: 50_000, verdict: 'wrong' }]);
    expect(figures.missed).toEqual([{ atMs: 30_000, fault: 'wrong' }]);
  });

  it('gives one verdict to one pack only, and each of two packs its own', () => {
    const packs = [pack(30, 'wrong'), pack(30.5, 'missing')];
    expect(judgePacks(packs, [judged(31, 'missing')], LIMITS)).toMatchObject({ found: 1, exact: 1, notJudged: 1 });
    expect(judgePacks(packs, [judged(31, 'missing'), judged(32, 'wrong')], LIMITS)).toMatchObject({
      found: 2,
      exact: 2,
    });
  });

  it('counts verdicts beyond the number of packs as packs that were judged twice', () => {
    expect(judgePacks([pack(30)], [judged(30), judged(31)], { ...LIMITS, shown: 1 })).toMatchObject({
      twice: 1,
      notJudged: 0,
    });
  });

  it('demands nothing of packs that the film shows in part, and takes what it is given of them', () => {
    const packs = [pack(0.5, 'wrong'), pack(99.5, 'missing')];
    expect(judgePacks(packs, [judged(0.6, 'wrong')], LIMITS)).toMatchObject({
      bad: 0,
      falselyBad: 0,
      twice: 0,
      notJudged: 0,
    });
  });
});
