import { describe, expect, it } from 'vitest';
import type { Box, Track } from '../../domain/index.ts';
import type { Rule } from '../../pipeline/index.ts';
import { play, ruleOf, story, track } from '../../../../tests/support/crafted-tracks.ts';

const LEFT_HALF = {
  id: 'packing',
  polygon: [
    [0, 0],
    [0.5, 0],
    [0.5, 1],
    [0, 1],
  ],
} as const;

const rule = (): Rule =>
  ruleOf(
    { type: 'missing_headwear', id: 'hats', zone: 'packing', minDuration: '2s', clearAfter: '1s' },
    { zone: LEFT_HALF },
  );

const body = (x: number): Box => [x - 40, 100, x + 40, 300];
const head = (x: number): Box => [x - 15, 102, x + 15, 135];
const person = (id: number, x: number, more: Partial<Track> = {}): Track => track(id, 'person', body(x), more);
const bare = (id: number, x: number, more: Partial<Track> = {}): Track => track(id, 'bare_head', head(x), more);
const capped = (id: number, x: number, more: Partial<Track> = {}): Track => track(id, 'headwear', head(x), more);

describe('the missing headwear rule', () => {
  it('opens after the minimum duration with zone, head and counts, and clears when a cap is put on', () => {
    const hats = rule();
    const outputs = [
      ...play(hats, 0, 3000, () => [person(1, 100), bare(2, 100)]),
      ...play(hats, 3200, 6000, () => [person(1, 100), capped(3, 100)]),
    ];
    expect(story(outputs)).toEqual(['opened@2000 #1', 'closed(cleared)@4200 #1']);
    expect(outputs[0]).toMatchObject({
      rule: 'hats',
      kind: 'personnel_violation',
      severity: 'warning',
      zone: 'packing',
      label: 'bare_head',
      score: 0.8,
      box: head(100),
      durationMs: 2000,
      details: { personTrack: 1, framesAbsent: 11, framesPresent: 0 },
    });
    expect(outputs[1]?.durationMs).toBe(3000);
  });

  it('reports the one of two people whose head is bare', () => {
    const outputs = play(rule(), 0, 3000, () => [person(1, 100), person(2, 220), capped(3, 100), bare(4, 220)]);
    expect(outputs.map((output) => output.details?.['personTrack'])).toEqual([2]);
  });

  it('gives each head to one person, so that a cap in front does not cover the bare head behind', () => {
    // Two people close together: both heads lie in both head regions.
    const outputs = play(rule(), 0, 3000, () => [person(1, 100), person(2, 130), capped(3, 102), bare(4, 128)]);
    expect(outputs.map((output) => output.details?.['personTrack'])).toEqual([2]);
  });

  it('takes a bare head that was detected twice for one head, and not for a further person', () => {
    const again: Box = [86, 100, 114, 128];
    const outputs = play(rule(), 0, 3000, () => [
      person(1, 100),
      bare(2, 100),
      track(3, 'bare_head', again, { score: 0.4 }),
    ]);
    expect(story(outputs)).toEqual(['opened@2000 #1']);
  });

  it('takes a small bare head at the edge of the head of a person for a part of it, and one beside it for a further person', () => {
    const knot: Box = [78, 95, 92, 110];
    const outputs = play(rule(), 0, 6000, () => [person(1, 100), bare(2, 100), track(3, 'bare_head', knot)]);
    expect(story(outputs)).toEqual(['opened@2000 #1']);
    const behind: Box = [66, 95, 80, 110];
    const two = play(rule(), 0, 6000, () => [person(1, 100), bare(2, 100), track(3, 'bare_head', behind)]);
    expect(story(two)).toEqual(['opened@2000 #1', 'opened@2000 #2']);
  });

  it('opens nothing on detections that are too faint to begin a track, and stays open on them', () => {
    expect(play(rule(), 0, 5000, () => [person(1, 100), bare(2, 100, { score: 0.3, weak: true })])).toEqual([]);
    const hats = rule();
    const outputs = [
      ...play(hats, 0, 2000, () => [person(1, 100), bare(2, 100)]),
      ...play(hats, 2200, 9000, () => [person(1, 100), bare(2, 100, { score: 0.3, weak: true })]),
    ];
    expect(story(outputs)).toEqual(['opened@2000 #1']);
  });

  it('begins anew with the bare head of another person when the tracks of two bodies change places', () => {
    const hats = rule();
    const outputs = [
      ...play(hats, 0, 1000, () => [person(1, 100), bare(2, 100)]),
      ...play(hats, 1200, 1200, () => [person(1, 100), capped(4, 100)]),
      // The body's track passes to somebody who walked past; that head has a track of its own.
      ...play(hats, 1400, 4000, () => [person(1, 220), bare(3, 220)]),
    ];
    expect(story(outputs)).toEqual(['opened@3400 #1']);
  });

  it('keeps an incident per person', () => {
    const outputs = play(rule(), 0, 3000, () => [person(1, 60), bare(2, 60), person(3, 200), bare(4, 200)]);
    expect(story(outputs)).toEqual(['opened@2000 #1', 'opened@2000 #2']);
  });

  it('does not judge people outside the zone, and clears when a person leaves it', () => {
    expect(play(rule(), 0, 5000, () => [person(1, 500), bare(2, 500)])).toEqual([]);
    const hats = rule();
    const outputs = play(hats, 0, 8000, (atMs) => {
      const x = atMs < 4000 ? 200 : 500;
      return [person(1, x), bare(2, x)];
    });
    expect(story(outputs)).toEqual(['opened@2000 #1', 'closed(cleared)@5000 #1']);
  });

  it('does not judge a head that is not visible: it neither opens nor clears', () => {
    expect(play(rule(), 0, 9000, () => [person(1, 100)])).toEqual([]);
    const hats = rule();
    play(hats, 0, 3000, () => [person(1, 100), bare(2, 100)]);
    expect(play(hats, 3200, 12_000, () => [person(1, 100)])).toEqual([]);
  });

  it('judges over time: a single frame of either kind changes nothing', () => {
    const hats = rule();
    const outputs = play(hats, 0, 6000, (atMs) =>
      atMs % 1000 === 600 ? [person(1, 100), capped(3, 100)] : [person(1, 100), bare(2, 100)],
    );
    expect(story(outputs)).toEqual(['opened@2000 #1']);
    const worn = play(rule(), 0, 9000, (atMs) =>
      atMs % 1000 === 600 ? [person(1, 100), bare(2, 100)] : [person(1, 100), capped(3, 100)],
    );
    expect(worn).toEqual([]);
  });

  it('believes the label with the higher score when one head has two', () => {
    const both = (cap: number): Track[] => [
      person(1, 100),
      bare(2, 100, { score: 0.6 }),
      capped(3, 101, { score: cap }),
    ];
    expect(play(rule(), 0, 3000, () => both(0.9))).toEqual([]);
    expect(story(play(rule(), 0, 3000, () => both(0.3)))).toEqual(['opened@2000 #1']);
  });

  it('counts a bare head without a body, and continues as the incident of the body when that is detected', () => {
    const hats = rule();
    const outputs = [
      ...play(hats, 0, 3000, () => [bare(2, 100)]),
      ...play(hats, 3200, 5000, () => [person(7, 100), bare(2, 100)]),
      ...play(hats, 5200, 8000, () => [person(7, 100), capped(9, 100)]),
    ];
    expect(story(outputs)).toEqual(['opened@2000 #1', 'closed(cleared)@6200 #1']);
    expect(outputs[0]?.details).toMatchObject({ personDetected: false });
    expect(outputs[1]?.details).toMatchObject({ personTrack: 7 });
  });

  it('continues the incident when the track of the body is lost and that of the head is not', () => {
    const hats = rule();
    const outputs = [
      ...play(hats, 0, 3000, () => [person(1, 100), bare(2, 100)]),
      ...play(hats, 3200, 6000, () => [bare(2, 100)]),
      ...play(hats, 6200, 9000, () => [person(8, 100), bare(2, 100)]),
      ...play(hats, 9200, 12_000, () => []),
    ];
    expect(story(outputs)).toEqual(['opened@2000 #1', 'closed(object_lost)@10200 #1']);
  });

  it('stays with the bare head when two bodies’ tracks change places', () => {
    const hats = rule();
    const outputs = [
      ...play(hats, 0, 3000, () => [person(1, 100), bare(2, 100), person(3, 200), capped(4, 200)]),
      ...play(hats, 3200, 8000, () => [person(3, 100), bare(2, 100), person(1, 200), capped(4, 200)]),
    ];
    expect(story(outputs)).toEqual(['opened@2000 #1']);
  });

  it('does not judge a body before its track is confirmed', () => {
    expect(play(rule(), 0, 5000, () => [person(1, 100, { confirmed: false }), capped(2, 100)])).toEqual([]);
  });

  it('does not take frames without a result for a cap', () => {
    const hats = rule();
    play(hats, 0, 3000, () => [person(1, 100), bare(2, 100)]);
    expect(play(hats, 3200, 9000, () => undefined)).toEqual([]);
    const outputs = play(hats, 9200, 11_000, () => [person(1, 100), capped(3, 100)]);
    expect(story(outputs)).toEqual(['closed(cleared)@10200 #1']);
  });

  it('closes with camera_lost when results stop, seen from the next frame or from the clock', () => {
    const hats = rule();
    play(hats, 0, 3000, () => [person(1, 100), bare(2, 100)]);
    expect(hats.expire(302_900)).toEqual([]);
    expect(story(hats.expire(303_100))).toEqual(['closed(camera_lost) #1']);
    expect(hats.expire(399_000)).toEqual([]);
    play(hats, 400_000, 403_000, () => [person(1, 100), bare(2, 100)]);
    const late = play(hats, 720_000, 723_000, () => [person(5, 100), bare(6, 100)]);
    expect(story(late)).toEqual(['closed(camera_lost)@720000 #2', 'opened@722000 #3']);
  });

  it('closes what is open when the service ends, once', () => {
    const hats = rule();
    play(hats, 0, 3000, () => [person(1, 100), bare(2, 100), person(3, 200)]);
    expect(story(hats.close(3000, 'restart'))).toEqual(['closed(restart) #1']);
    expect(hats.close(3000, 'restart')).toEqual([]);
  });
});
