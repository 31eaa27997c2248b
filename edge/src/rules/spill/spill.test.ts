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

  it('tells liquid, scattered goods and litter apart, also under the labels of another model', () => {
    const floor = ruleOf({
      type: 'spill',
      id: 'r',
      minDuration: '1s',
      scatteredLabels: ['flour'],
      litterLabels: ['paper'],
    });
    const outputs = play(floor, 0, 2000, () => [
      track(1, 'spill', [20, 20, 80, 60]),
      track(2, 'flour', [120, 20, 180, 60]),
      track(3, 'litter', [220, 20, 280, 60]),
      track(4, 'paper', [320, 20, 380, 60]),
      track(5, 'oil', [420, 20, 480, 60]),
    ]);
    expect(outputs.map(({ label, details }) => [label, details?.['matter']])).toEqual([
      ['spill', 'liquid'],
      ['flour', 'scattered_goods'],
      ['litter', 'litter'],
      ['paper', 'litter'],
    ]);
  });

  it('reports how much of the zone is covered, and the area where the zone has one', () => {
    const zone = {
      id: 'aisle',
      polygon: [
        [0, 0],
        [0.5, 0],
        [0.5, 1],
        [0, 1],
      ],
      areaM2: 20,
    } as const;
    const floor = ruleOf({ type: 'spill', id: 'r', zone: 'aisle', minDuration: '1s', updateInterval: '1s' }, { zone });
    // 160 x 90 of 320 x 360 pixels is an eighth; then half of that.
    const outputs = play(floor, 0, 4000, (atMs) => [track(1, 'spill', [20, 20, 180, atMs < 2500 ? 110 : 65])]);
    expect(outputs[0]?.details).toMatchObject({ zoneCovered: 0.125, mostZoneCovered: 0.125, areaM2: 2.5 });
    expect(outputs.at(-1)?.details).toMatchObject({ zoneCovered: 0.0625, mostZoneCovered: 0.125, areaM2: 1.25 });
  });

  it('does not take what lies on a person for litter, whichever model sees the person', () => {
    const shoe = track(1, 'litter', [110, 290, 140, 310]);
    const person = track(2, 'person', [100, 150, 160, 312]);
    const floor = () => ruleOf({ type: 'spill', id: 'r', minDuration: '1s' });
    expect(play(floor(), 0, 9000, () => [shoe, person])).toEqual([]);
    expect(
      play(
        floor(),
        0,
        9000,
        () => [shoe],
        (atMs) => [{ model: 'ppe', atMs, tracks: [person] }],
      ),
    ).toEqual([]);
    expect(play(floor(), 0, 3000, () => [shoe])).toHaveLength(1);
  });

  it('does not open for something that keeps moving', () => {
    const floor = ruleOf({ type: 'spill', id: 'r' });
    const rolling = (atMs: number): number => 20 + (atMs / 40_000) * 500;
    expect(
      play(floor, 0, 40_000, (atMs) => [track(1, 'litter', [rolling(atMs), 100, rolling(atMs) + 40, 130])]),
    ).toEqual([]);
  });
});
