import { describe, expect, it } from 'vitest';
import type { Box, RuleOutput, Track, Zone } from '../../domain/index.ts';
import type { Rule } from '../../pipeline/index.ts';
import { play, ruleOf, story, track } from '../../../../tests/support/crafted-tracks.ts';

/** Few votes are enough here, so that each test is about one thing. */
const FEW = { minSightings: 2, minLoneSightings: 2, minFraction: 0.2 };
const rule = (more: object = {}, zone?: Zone): Rule =>
  ruleOf({ type: 'product_defect', id: 'faults', severity: 'critical', zone: zone?.id, ...FEW, ...more }, { zone });

const at = (x: number, width: number, top: number, bottom: number): Box => [x - width / 2, top, x + width / 2, bottom];
const bottle = (id: number, x: number, more: Partial<Track> = {}): Track =>
  track(id, 'product', at(x, 60, 100, 260), more);
const fault = (id: number, x: number, more: Partial<Track> = {}): Track =>
  track(id, 'defect', at(x, 20, 180, 200), { confirmed: false, ...more });

/** Where something that enters at `fromMs` stands. */
const x = (atMs: number, fromMs = 0): number => 60 + (atMs - fromMs) * 0.3;

describe('the product defect rule', () => {
  it('opens at the second sighting and closes when the product is gone, one event per product', () => {
    const outputs = play(rule(), 0, 5000, (atMs) =>
      atMs > 2000
        ? []
        : [bottle(1, x(atMs)), ...(atMs % 600 === 0 ? [fault(2, x(atMs), { score: 0.5 + atMs / 8000 })] : [])],
    );
    expect(story(outputs)).toEqual(['opened@600 #1', 'closed(object_lost)@3200 #1']);
    expect(outputs[0]).toMatchObject({
      kind: 'quality_issue',
      label: 'defect',
      details: { framesWithDefect: 2, productTrack: 1 },
    });
    expect(outputs[1]).toMatchObject({ score: 0.725, details: { framesWithDefect: 4, mostDefects: 1 } });
  });

  it('reports nothing after one sighting, and nothing for good products', () => {
    expect(
      play(rule(), 0, 5000, (atMs) => [bottle(1, x(atMs)), ...(atMs === 1000 ? [fault(2, x(atMs))] : [])]),
    ).toEqual([]);
    expect(play(rule(), 0, 5000, (atMs) => [bottle(1, x(atMs))])).toEqual([]);
  });

  it('adds up the sightings of one product when the track of its defect is lost and starts again', () => {
    const outputs = play(rule(), 0, 1600, (atMs) => [
      bottle(1, x(atMs)),
      ...(atMs === 400 ? [fault(2, x(atMs))] : atMs === 1400 ? [fault(3, x(atMs))] : []),
    ]);
    expect(story(outputs)).toEqual(['opened@1400 #1']);
  });

  it('makes one event of two defects on one product, and two of two products', () => {
    const one = play(rule(), 0, 1000, (atMs) => [bottle(1, x(atMs)), fault(2, x(atMs) - 15), fault(3, x(atMs) + 15)]);
    expect(story(one)).toEqual(['opened@200 #1']);
    expect(one[0]?.details).toMatchObject({ mostDefects: 2 });
    const two = play(rule(), 0, 1000, (atMs) => [
      bottle(1, x(atMs)),
      fault(2, x(atMs)),
      bottle(4, x(atMs) + 90),
      fault(5, x(atMs) + 90),
    ]);
    expect(story(two)).toEqual(['opened@200 #1', 'opened@200 #2']);
  });

  it('reports a defect whose product was never detected', () => {
    const outputs = play(rule(), 0, 4000, (atMs) => (atMs < 1000 ? [fault(2, x(atMs))] : []));
    expect(story(outputs)).toEqual(['opened@200 #1', 'closed(object_lost)@2000 #1']);
    expect(outputs[0]?.details).toMatchObject({ productDetected: false });
  });

  it('makes one event when the product is detected after its defect, is missed in between, or gets a new track', () => {
    const outputs = play(rule(), 0, 6000, (atMs) => {
      const seen: Track[] = atMs <= 3000 ? [fault(2, x(atMs, 0) / 2)] : [];
      if (atMs >= 600 && atMs < 1200) seen.push(bottle(5, x(atMs) / 2, { firstSeenMs: 600 }));
      if (atMs >= 1600 && atMs <= 3000) seen.push(bottle(6, x(atMs) / 2, { firstSeenMs: 1600 }));
      return seen;
    });
    expect(story(outputs)).toEqual(['opened@200 #1', 'closed(object_lost)@4200 #1']);
  });

  it('reports the defect of the next product when the track of the first defect jumps to it', () => {
    const outputs = play(rule(), 0, 1800, (atMs) => [
      bottle(1, x(atMs) + 200),
      bottle(3, x(atMs)),
      fault(2, atMs < 1000 ? x(atMs) + 200 : x(atMs)),
    ]);
    expect(story(outputs)).toEqual(['opened@200 #1', 'opened@1200 #2']);
    expect(outputs.map((output: RuleOutput) => output.details?.['productTrack'])).toEqual([1, 3]);
  });

  it('opens only after as many sightings as its options ask for', () => {
    const outputs = play(rule({ minSightings: 4 }), 0, 1000, (atMs) => [bottle(1, x(atMs)), fault(2, x(atMs))]);
    expect(story(outputs)).toEqual(['opened@600 #1']);
  });

  it('reads the labels that its options name', () => {
    const named = rule({ labels: ['crack'], productLabels: ['bottle'] });
    const outputs = play(named, 0, 400, (atMs) => [
      track(1, 'bottle', at(x(atMs), 60, 100, 260)),
      track(2, 'crack', at(x(atMs), 20, 180, 200)),
      fault(3, x(atMs)),
    ]);
    expect(outputs).toMatchObject([{ label: 'crack', details: { productTrack: 1, mostDefects: 1 } }]);
    expect(named.colours).toEqual({ bottle: 'good', crack: 'bad' });
  });

  it('judges only inside its zone', () => {
    const zone = {
      id: 'gate',
      polygon: [
        [0.5, 0],
        [1, 0],
        [1, 1],
        [0.5, 1],
      ],
    } as const;
    const outputs = play(rule({}, zone), 0, 1600, (atMs) => [bottle(1, x(atMs)), fault(2, x(atMs))]);
    expect(story(outputs)).toEqual(['opened@1200 #1']);
    expect(outputs[0]?.zone).toBe('gate');
  });

  it('counts sightings over frames without a result, and closes when the camera is lost', () => {
    const faults = rule();
    const outputs = play(faults, 0, 1600, (atMs) =>
      atMs === 0 || atMs === 1600 ? [bottle(1, x(atMs)), fault(2, x(atMs))] : undefined,
    );
    expect(story(outputs)).toEqual(['opened@1600 #1']);
    expect(story(faults.expire(62_000))).toEqual(['closed(camera_lost) #1']);
  });
});
