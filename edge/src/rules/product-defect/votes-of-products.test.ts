import { describe, expect, it } from 'vitest';
import type { Box, Track } from '../../domain/index.ts';
import type { OtherTracks, Rule } from '../../pipeline/index.ts';
import { play, ruleOf, story, track } from '../../../../tests/support/crafted-tracks.ts';

const rule = (more: object = {}, limit?: number): Rule =>
  ruleOf({ type: 'product_defect', id: 'faults', ...more }, { anomalyLimit: () => limit });

const at = (x: number, width: number, top: number, bottom: number): Box => [x - width / 2, top, x + width / 2, bottom];
const x = (atMs: number): number => 60 + atMs * 0.15;
const bottle = (id: number, atMs: number, more: Partial<Track> = {}): Track =>
  track(id, 'product', at(x(atMs), 60, 100, 260), more);
const crack = (id: number, atMs: number, more: Partial<Track> = {}): Track =>
  track(id, 'defect', at(x(atMs), 20, 180, 200), more);
const cap = (atMs: number, label = 'cap', top = 96): Track => track(50, label, at(x(atMs), 20, top, top + 20));

describe('by default, the frames of a product', () => {
  it('open an event when three of them show a defect, and half of those that show the product', () => {
    expect(story(play(rule(), 0, 1000, (atMs) => [bottle(1, atMs), crack(2, atMs)]))).toEqual(['opened@400 #1']);
  });

  it('open none where the defect is detected now and then on a product that stands there', () => {
    const outputs = play(rule(), 0, 20_000, (atMs) => [bottle(1, 0), ...(atMs % 1000 === 800 ? [crack(2, 0)] : [])]);
    expect(outputs).toEqual([]);
  });

  it('do not count detections that score too little to begin a track', () => {
    const outputs = play(rule(), 0, 20_000, (atMs) => [bottle(1, 0), crack(2, 0, { weak: atMs % 1000 > 0 })]);
    expect(outputs).toEqual([]);
  });

  it('are not asked for where the model knows no product: then three frames with the defect are enough', () => {
    const brief = (labels: readonly string[]) => {
      const lone = ruleOf({ type: 'product_defect', id: 'faults' }, { labelsOf: () => labels });
      return story(play(lone, 0, 800, (atMs) => [crack(2, atMs)]));
    };
    expect(brief(['defect'])).toEqual(['opened@400 #1']);
    expect(brief(['defect', 'product'])).toEqual([]);
  });

  it('open none for a defect that is seen briefly on no product, and one for a defect that stays', () => {
    const brief = play(rule(), 0, 4000, (atMs) => (atMs < 1000 ? [crack(2, atMs)] : []));
    expect(brief).toEqual([]);
    expect(story(play(rule(), 0, 2000, (atMs) => [crack(2, atMs)]))).toEqual(['opened@1000 #1']);
  });
});

describe('a product with required parts', () => {
  const capped = (): Rule => rule({ parts: [{ id: 'cap', at: [0, -0.2, 1, 0.3], wrong: ['red_cap'] }] });

  it('has one event when its part is missing, and none when it is there', () => {
    const outputs = play(capped(), 0, 6000, (atMs) => (atMs > 3000 ? [] : [bottle(1, atMs)]));
    expect(story(outputs)).toEqual(['opened@400 #1', 'closed(object_lost)@4200 #1']);
    expect(outputs[0]).toMatchObject({
      ...{ label: 'no_cap', track: 1 },
      details: { found: 'missing_part', missingParts: 'cap', productTrack: 1 },
    });
    expect(play(capped(), 0, 6000, (atMs) => [bottle(1, atMs), cap(atMs)])).toEqual([]);
  });

  it('is not judged while an edge of the frame cuts it off', () => {
    expect(play(capped(), 0, 4000, () => [track(1, 'product', [0, 100, 60, 260])])).toEqual([]);
  });

  it('has its part although the detector misses it now and then, and not when it lies elsewhere', () => {
    expect(play(capped(), 0, 4000, (atMs) => [bottle(1, atMs), ...(atMs % 600 === 0 ? [] : [cap(atMs)])])).toEqual([]);
    expect(story(play(capped(), 0, 1000, (atMs) => [bottle(1, atMs), cap(atMs, 'cap', 230)]))).toEqual([
      'opened@400 #1',
    ]);
  });

  it('has an event that names the wrong part', () => {
    const outputs = play(capped(), 0, 1000, (atMs) => [bottle(1, atMs), cap(atMs, 'red_cap')]);
    expect(outputs).toMatchObject([{ label: 'red_cap', details: { found: 'wrong_part', wrongParts: 'red_cap' } }]);
    expect(outputs[0]?.details).not.toHaveProperty('missingParts');
  });

  it('has one event when it has a defect and lacks a part', () => {
    const outputs = play(capped(), 0, 4000, (atMs) => (atMs > 3000 ? [] : [bottle(1, atMs), crack(2, atMs)]));
    expect(outputs.filter(({ phase }) => phase === 'opened')).toHaveLength(1);
  });
});

describe('a product that an anomaly model scores', () => {
  /** The second stage answers one frame later. */
  const scores =
    (score: (atMs: number) => number) =>
    (atMs: number): readonly OtherTracks[] => {
      const earlier = atMs - 200;
      return [
        { model: 'look', atMs: earlier, tracks: [], scores: [{ box: bottle(1, earlier).box, score: score(earlier) }] },
      ];
    };
  const looked = (more: object = {}, limit?: number): Rule => rule({ anomalyModel: 'look', ...more }, limit);
  const passing = (atMs: number): readonly Track[] => (atMs > 3000 ? [] : [bottle(1, atMs)]);

  it('has one event when several frames score above the limit', () => {
    const outputs = play(
      looked({ anomalyLimit: 10 }),
      0,
      6000,
      passing,
      scores(() => 12),
    );
    expect(story(outputs)).toEqual(['opened@600 #1', 'closed(object_lost)@4200 #1']);
    expect(outputs[0]).toMatchObject({ label: 'anomaly', score: 0.6, details: { found: 'anomaly', anomalyScore: 12 } });
  });

  it('has none when few frames do, or when none does', () => {
    expect(
      play(
        looked({ anomalyLimit: 10 }),
        0,
        6000,
        passing,
        scores((atMs) => (atMs % 800 === 0 ? 40 : 3)),
      ),
    ).toEqual([]);
    expect(
      play(
        looked({ anomalyLimit: 10 }),
        0,
        6000,
        passing,
        scores(() => 9.9),
      ),
    ).toEqual([]);
  });

  it('is judged by the limit of the model where the rule has none, and not at all without one', () => {
    expect(
      story(
        play(
          looked({}, 5),
          0,
          1000,
          passing,
          scores(() => 6),
        ),
      ),
    ).toEqual(['opened@600 #1']);
    expect(
      play(
        looked(),
        0,
        6000,
        passing,
        scores(() => 1000),
      ),
    ).toEqual([]);
  });
});
