import { describe, expect, it } from 'vitest';
import { mergeResults } from './merge-results.ts';
import type { PackRow } from './packs/judge-packs.ts';
import { type AccuracyResult, type EventRow, GOALS } from './result.ts';

const FIGURES = { truth: 5, matched: 5, missed: 0, wrong: 0, doubles: 0, unclosed: 0, mislabelled: 0 };
const row = (kind: string, condition: string, matched = 5): EventRow => ({
  ...FIGURES,
  ...{ kind, condition, matched, eventKind: 'sanitation', seconds: 60, seed: 1, precision: 1, recall: 1 },
  ...{ delayP50Ms: 0, delayP95Ms: 0, losses: [] },
});
const pack = (condition: string, good: number): PackRow => ({
  ...{ condition, seconds: 60, good, bad: 2, found: 2, exact: 2, falselyBad: 1, twice: 0, notJudged: 0 },
  ...{ falselyAs: { wrong: 1, unreadable: 0, missing: 0 }, missed: [], falsely: [{ atMs: 1, verdict: 'wrong' }] },
});
const model = (version: string) => [{ id: 'defect', version, sha256: version }];
const result = (parts: Partial<AccuracyResult>): AccuracyResult => ({
  ...{ secondsPerKind: 1440, goals: GOALS, events: [], films: [], counts: [], models: [], modelVersions: model('1') },
  ...{ machine: { cpu: 'x', cores: 2, node: '24' }, ...parts },
});

describe('figures of some kinds added to those of others', () => {
  const before = result({ events: [row('spill', 'dark'), row('spill', 'all'), row('ppe', 'all')] });

  it('replace their own kind completely, and leave the others and the films', () => {
    const film = [{ film: 'a.mp4', what: 'bottles', truth: 7, counted: 7 }];
    const added = result({ secondsPerKind: 60, events: [row('spill', 'ordinary', 4), row('spill', 'all', 4)] });
    const merged = mergeResults({ ...before, counts: film }, added);
    expect(merged.events.map(({ kind, condition, matched }) => `${kind} ${condition} ${matched}`)).toEqual([
      ...['spill ordinary 4', 'spill all 4'],
      'ppe all 5',
    ]);
    expect(merged).toMatchObject({ counts: film, secondsPerKind: 60 });
    expect(merged).not.toHaveProperty('kept');
  });

  it('replace packs condition by condition, with the sum of all', () => {
    const first = mergeResults(before, result({ packs: [pack('glare', 100), pack('all', 100)] }));
    const merged = mergeResults(first, result({ secondsPerKind: 60, packs: [pack('dark', 50), pack('glare', 300)] }));
    expect(merged.packs?.map(({ condition, good }) => [condition, good])).toEqual([
      ['glare', 300],
      ['dark', 50],
      ['all', 350],
    ]);
    expect(merged.packs?.at(-1)).toMatchObject({ bad: 4, falselyBad: 2, falselyAs: { wrong: 2 }, seconds: 120 });
    expect(merged).toMatchObject({ secondsPerKind: 1440, events: before.events });
  });

  it('say which kinds were measured with other models, until they are measured again', () => {
    const second = result({ modelVersions: model('2'), packs: [pack('dark', 50)] });
    const merged = mergeResults(before, second);
    expect(merged.kept).toEqual([{ kinds: ['spill', 'ppe'], modelVersions: model('1') }]);
    const third = mergeResults(merged, result({ modelVersions: model('3'), events: [row('ppe', 'all')] }));
    expect(third.kept).toEqual([
      { kinds: ['spill'], modelVersions: model('1') },
      { kinds: ['code_check'], modelVersions: model('2') },
    ]);
    const last = mergeResults(third, result({ modelVersions: model('3'), packs: [], events: [row('spill', 'all')] }));
    expect(last).not.toHaveProperty('kept');
  });
});
