import { describe, expect, it } from 'vitest';
import type { Box, Track } from '../../domain/index.ts';
import type { Rule } from '../../pipeline/index.ts';
import { play, ruleOf, story, track } from '../../../../tests/support/crafted-tracks.ts';

const RIGHT_HALF = {
  id: 'floor',
  polygon: [
    [0.5, 0],
    [1, 0],
    [1, 1],
    [0.5, 1],
  ],
} as const;

const rule = (more: object = {}): Rule =>
  ruleOf(
    { type: 'spill', id: 'clean-floor', zone: 'floor', minDuration: '4s', clearAfter: '3s', ...more },
    { zone: RIGHT_HALF },
  );

const PUDDLE: Box = [400, 200, 500, 240];
const spill = (id: number, box: Box = PUDDLE, more: Partial<Track> = {}): Track =>
  track(id, 'spill', box, { score: 0.3, ...more });

describe('the spill rule', () => {
  it('opens after the minimum duration, updates every ten seconds and closes when the floor is clean', () => {
    const outputs = play(rule(), 0, 30_000, (atMs) => (atMs <= 20_000 ? [spill(1)] : []));
    expect(story(outputs)).toEqual(['opened@4000 #1', 'updated@14000 #1', 'closed(cleared)@23200 #1']);
    expect(outputs[0]).toMatchObject({
      kind: 'sanitation',
      label: 'spill',
      zone: 'floor',
      box: PUDDLE,
      details: { zoneFraction: 1 },
    });
    expect(outputs[2]?.durationMs).toBe(20_000);
  });

  it('stays open while the spill is hidden for less than the clearing time, and closes after that', () => {
    const passing = (hiddenMs: number): string[] =>
      story(
        play(rule(), 0, 12_000, (atMs) =>
          atMs > 5000 && atMs <= 5000 + hiddenMs ? [spill(1, PUDDLE, { missed: 1 })] : [spill(1)],
        ),
      );
    expect(passing(3000)).toEqual(['opened@4000 #1']);
    expect(passing(3400)).toEqual(['opened@4000 #1', 'closed(cleared)@8200 #1']);
  });

  it('continues the event when the track is lost and starts again at the same place', () => {
    const outputs = play(rule(), 0, 9000, (atMs) => [
      spill(1 + Math.floor(atMs / 1500), [400 + (atMs % 7), 200, 500, 241]),
    ]);
    expect(story(outputs)).toEqual(['opened@4000 #1']);
  });

  it('makes one incident of a spill that is detected in two parts, and two of two places or two labels', () => {
    const torn = play(rule(), 0, 9000, (atMs) =>
      atMs < 2000 ? [spill(1)] : [spill(1, [400, 200, 445, 240]), spill(2, [455, 200, 500, 240])],
    );
    expect(story(torn)).toEqual(['opened@4000 #1']);
    const two = play(rule(), 0, 5000, () => [spill(1), spill(2, [540, 300, 600, 330])]);
    expect(story(two)).toEqual(['opened@4000 #1', 'opened@4000 #2']);
    const mixed = play(rule(), 0, 5000, () => [spill(1), track(2, 'litter', [420, 210, 440, 230])]);
    expect(mixed.map((output) => output.label).sort()).toEqual(['litter', 'spill']);
  });

  it('gives a second spill an incident of its own, although the track of the first one jumped to it', () => {
    const other: Box = [540, 300, 600, 330];
    const outputs = play(rule(), 0, 16_000, (atMs) => {
      if (atMs < 6000) return [spill(1)];
      return atMs < 6600 ? [spill(1, other)] : [spill(1, other), spill(2)];
    });
    expect(story(outputs).filter((line) => line.startsWith('opened'))).toEqual(['opened@4000 #1', 'opened@10800 #2']);
  });

  it('is one incident when only a part of it is visible at a time, left or right of a person', () => {
    const [left, right]: Box[] = [
      [400, 200, 440, 240],
      [460, 200, 500, 240],
    ];
    const outputs = play(rule(), 0, 30_000, (atMs) => {
      const phase = Math.floor(atMs / 3000) % 3;
      return [
        spill(
          atMs < 6000 ? 1 : 2 + Math.floor(atMs / 3000),
          atMs < 6000 || phase === 0 ? PUDDLE : phase === 1 ? left : right,
        ),
      ];
    });
    expect(story(outputs).filter((line) => !line.startsWith('updated'))).toEqual(['opened@4000 #1']);
  });

  it('judges only objects that lie in the zone with the required fraction', () => {
    expect(play(rule(), 0, 9000, () => [spill(1, [100, 200, 200, 240])])).toEqual([]);
    expect(play(rule(), 0, 9000, () => [spill(1, [260, 200, 360, 240])])).toEqual([]);
    expect(story(play(rule({ minZoneFraction: 0.3 }), 0, 5000, () => [spill(1, [260, 200, 360, 240])]))).toEqual([
      'opened@4000 #1',
    ]);
  });

  it('opens although a weak detector misses every fourth frame', () => {
    expect(story(play(rule(), 0, 8000, (atMs) => (atMs % 800 === 600 ? [] : [spill(1)])))).toEqual(['opened@4000 #1']);
    expect(play(rule(), 0, 20_000, (atMs) => (atMs % 800 === 600 ? [spill(1)] : []))).toEqual([]);
  });

  it('counts no time over a gap that is too long, and none over frames without a result', () => {
    const inspected = rule();
    const outputs = [
      ...play(inspected, 0, 2000, () => [spill(1)]),
      ...play(inspected, 2200, 5000, () => undefined),
      ...play(inspected, 5200, 9000, () => [spill(1)]),
    ];
    expect(story(outputs)).toEqual(['opened@7200 #1']);
    const unfed = rule();
    const late = [...play(unfed, 0, 2000, () => [spill(1)]), ...play(unfed, 5200, 9000, () => [spill(1)])];
    expect(story(late)).toEqual(['opened@7200 #1']);
  });

  it('opens no second incident at the same place during the cool-down', () => {
    const outputs = play(rule({ minDuration: '1s', clearAfter: '1s', coolDown: '8s' }), 0, 16_000, (atMs) =>
      atMs > 2000 && atMs <= 4000 ? [] : [spill(atMs <= 2000 ? 1 : 9)],
    );
    expect(story(outputs)).toEqual(['opened@1000 #1', 'closed(cleared)@3200 #1', 'opened@11200 #2']);
  });
});
