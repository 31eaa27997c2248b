import { describe, expect, it } from 'vitest';
import type { Track } from '../../domain/index.ts';
import type { OtherTracks } from '../../pipeline/index.ts';
import { definitionOf } from '../index.ts';
import { play, ruleOf, SIZE, STEP_MS, story, track } from '../../../../tests/support/crafted-tracks.ts';

const LEFT = {
  id: 'hall',
  polygon: [
    [0, 0],
    [0.6, 0],
    [0.6, 1],
    [0, 1],
  ],
} as const;
const MASK = { id: 'mask', present: ['mask'], absent: ['no_mask'] };
const GLOVES = { id: 'gloves', present: ['glove'], absent: ['bare_hand'] };
const COAT = { id: 'coat', present: ['coat'], visible: ['person'] };

const rule = (...garments: readonly object[]) =>
  ruleOf(
    {
      type: 'ppe',
      id: 'r',
      zone: 'hall',
      minDuration: '2s',
      clearAfter: '1s',
      ...(garments.length > 0 ? { garments } : {}),
    },
    { zone: LEFT },
  );
/** Persons are 60 wide and 160 high; what they wear is placed in their boxes. */
const person = (id: number, x: number, more: Partial<Track> = {}): Track =>
  track(id, 'person', [x, 150, x + 60, 310], more);
const head = (id: number, label: string, x: number, more: Partial<Track> = {}): Track =>
  track(id, label, [x + 18, 152, x + 42, 180], more);
const face = (id: number, label: string, x: number, more: Partial<Track> = {}): Track =>
  track(id, label, [x + 22, 165, x + 38, 180], more);
const hand = (id: number, label: string, x: number, side: 'left' | 'right'): Track =>
  side === 'left' ? track(id, label, [x - 8, 235, x + 6, 250]) : track(id, label, [x + 54, 235, x + 68, 250]);

describe('the ppe rule', () => {
  it('watches with its defaults for heads without headwear', () => {
    expect(story(play(rule(), 0, 4000, () => [person(1, 100), head(2, 'bare_head', 100)]))).toEqual(['opened@2000 #1']);
    expect(play(rule(), 0, 9000, () => [person(1, 100), head(2, 'headwear', 100)])).toEqual([]);
  });

  it('opens one event per person, whatever is missing, and says what is missing, worn and not visible', () => {
    const outputs = play(rule({ id: 'headwear', absent: ['bare_head'] }, MASK, GLOVES), 0, 4000, () => [
      ...[person(1, 60), head(2, 'headwear', 60), face(3, 'no_mask', 60)],
      ...[person(4, 200), head(5, 'bare_head', 200), face(6, 'no_mask', 200)],
    ]);
    expect(story(outputs)).toEqual(['opened@2000 #1', 'opened@2000 #2']);
    expect(outputs.map(({ details }) => details)).toEqual([
      { missing: 'mask', everMissing: 'mask', worn: 'headwear', notVisible: 'gloves', personTrack: 1 },
      { missing: 'headwear, mask', everMissing: 'headwear, mask', notVisible: 'gloves', personTrack: 4 },
    ]);
    expect(outputs[0]).toMatchObject({ label: 'no_mask', zone: 'hall', kind: 'personnel_violation' });
  });

  it('does not take what is not visible for missing, nor for put on', () => {
    expect(play(rule(MASK), 0, 20_000, () => [person(1, 100)])).toEqual([]);
    const masks = rule(MASK, { id: 'headwear', absent: ['bare_head'] });
    play(masks, 0, 3000, () => [person(1, 100), face(2, 'no_mask', 100)]);
    // The person turns round: the headwear is seen, the face is not.
    expect(story(play(masks, 3200, 20_000, () => [person(1, 100), head(3, 'headwear', 100)]))).toEqual([]);
    const outputs = play(masks, 20_200, 26_000, () => [person(1, 100), face(2, 'mask', 100)]);
    expect(story(outputs).at(-1)).toMatch(/^closed\(cleared\)/);
    expect(outputs.at(-1)?.details).toMatchObject({ everMissing: 'mask', worn: 'mask, headwear' });
  });

  it('counts from the first of the frames that decide: when the person came, and when a garment was taken off', () => {
    const masks = rule(MASK);
    expect(play(masks, 0, 4000, () => [person(1, 100), face(2, 'mask', 100)])).toEqual([]);
    const outputs = play(masks, 4200, 8000, () => [person(1, 100), face(2, 'no_mask', 100)]);
    expect(story(outputs)).toEqual(['opened@6200 #1']);
    expect(outputs[0]?.durationMs).toBe(2000);
    // What was missing before the person came into the zone was not required yet.
    const walk = play(rule(MASK), 0, 8000, (atMs) => [
      person(1, atMs < 2000 ? 500 : 100),
      face(2, 'no_mask', atMs < 2000 ? 500 : 100),
    ]);
    expect(story(walk)).toEqual(['opened@4000 #1']);
  });

  it('is not moved by single frames', () => {
    const flicker = (usual: string, rare: string) => (atMs: number) => [
      person(1, 100),
      face(2, atMs % 1000 === 600 ? rare : usual, 100),
    ];
    expect(play(rule(MASK), 0, 20_000, flicker('mask', 'no_mask'))).toEqual([]);
    const outputs = play(rule(MASK), 0, 20_000, flicker('no_mask', 'mask'));
    expect(story(outputs.filter(({ phase }) => phase !== 'updated'))).toEqual(['opened@2000 #1']);
  });

  it('reports at once when another garment goes missing, and when one of two is put on', () => {
    const outputs = play(rule(MASK, GLOVES), 0, 9000, (atMs) => [
      person(1, 100),
      face(2, atMs < 6000 ? 'no_mask' : 'mask', 100),
      hand(3, atMs < 4000 ? 'glove' : 'bare_hand', 100, 'left'),
    ]);
    expect(outputs.map(({ phase, details }) => [phase, details?.['missing'], details?.['everMissing']])).toEqual([
      ['opened', 'mask', 'mask'],
      ['updated', 'mask, gloves', 'mask, gloves'],
      ['updated', 'gloves', 'mask, gloves'],
    ]);
  });

  it('counts one bare hand of two as missing gloves', () => {
    const both = [hand(3, 'glove', 100, 'left'), hand(4, 'bare_hand', 100, 'right')];
    expect(story(play(rule(GLOVES), 0, 3000, () => [person(1, 100), ...both]))).toEqual(['opened@2000 #1']);
  });

  it('takes the label with the higher score where one place has two', () => {
    const two = (score: number) => () => [
      person(1, 100),
      face(2, 'no_mask', 100, { score: 0.6 }),
      face(3, 'mask', 100, { score }),
    ];
    expect(play(rule(MASK), 0, 5000, two(0.9))).toEqual([]);
    expect(story(play(rule(MASK), 0, 3000, two(0.3)))).toEqual(['opened@2000 #1']);
  });

  it('assigns what it sees to the person on whom it sits', () => {
    const outputs = play(rule(MASK), 0, 3000, () => [
      ...[person(1, 100), person(2, 130)],
      ...[face(3, 'mask', 102), face(4, 'no_mask', 128)],
    ]);
    expect(outputs.map(({ details }) => details?.['personTrack'])).toEqual([2]);
  });

  it('requires nothing outside of the zone, and clears when the person leaves it', () => {
    expect(play(rule(MASK), 0, 5000, () => [person(1, 500), face(2, 'no_mask', 500)])).toEqual([]);
    const outputs = play(rule(MASK), 0, 8000, (atMs) => {
      const x = atMs < 4000 ? 200 : 500;
      return [person(1, x), face(2, 'no_mask', x)];
    });
    expect(story(outputs)).toEqual(['opened@2000 #1', 'closed(cleared)@5000 #1']);
  });

  it('goes on with the event of a person who stood still and whose track was lost', () => {
    const masks = rule(MASK);
    play(masks, 0, 4000, () => [person(1, 100), face(2, 'no_mask', 100)]);
    expect(story(play(masks, 4200, 4400, () => []))).toEqual([]);
    const outputs = play(masks, 4600, 9000, () => [person(7, 100), face(8, 'no_mask', 100)]);
    expect(story(outputs)).toEqual([]);
    expect(story(play(masks, 9200, 12_000, () => []))).toEqual(['closed(object_lost)@10200 #1']);
  });

  it('goes on with the event of a person who stood still and whose track followed somebody who walked past', () => {
    const masks = rule(MASK);
    play(masks, 0, 4000, () => [person(1, 100), face(2, 'no_mask', 100)]);
    const outputs = play(masks, 4200, 12_000, (atMs) => {
      const passing = 100 + (atMs - 4000) / 20;
      const stays = atMs < 4800 ? [] : [person(7, 100), face(8, 'no_mask', 100)];
      return [...stays, person(1, passing), face(9, 'mask', passing)];
    });
    expect(story(outputs.filter(({ phase }) => phase !== 'updated'))).toEqual([]);
    // Two who both lack it are two.
    const two = rule(MASK);
    play(two, 0, 4000, () => [person(1, 100), face(2, 'no_mask', 100)]);
    const both = play(two, 4200, 9000, () => [
      ...[person(1, 100), face(2, 'no_mask', 100)],
      ...[person(7, 150), face(8, 'no_mask', 150)],
    ]);
    expect(story(both.filter(({ phase }) => phase !== 'updated'))).toEqual(['opened@6200 #2']);
  });

  it('takes somebody who comes to where a person stood for somebody new, when that person was seen to walk away', () => {
    const masks = rule(MASK);
    play(masks, 0, 4000, () => [person(1, 100), face(2, 'no_mask', 100)]);
    const outputs = play(masks, 4200, 9000, (atMs) => {
      const away = 100 + (atMs - 4000) / 8;
      return atMs <= 5600 ? [person(1, away), face(2, 'no_mask', away)] : [person(7, 100), face(8, 'no_mask', 100)];
    });
    expect(story(outputs.filter(({ phase }) => phase !== 'updated'))).toEqual([
      'closed(object_lost)@6800 #1',
      'opened@7800 #2',
    ]);
  });

  it('goes on with the event of a person who walks and whose track begins anew while that of the bare head goes on', () => {
    const heads = rule();
    const outputs = play(heads, 0, 12_000, (atMs) => {
      const x = 20 + atMs / 50;
      return [person(atMs < 5000 ? 1 : 7, x), head(2, 'bare_head', x)];
    });
    expect(story(outputs.filter(({ phase }) => phase !== 'updated'))).toEqual(['opened@2000 #1']);
  });

  it('goes on with the event of a person who walks past another and changes tracks with them', () => {
    const heads = rule();
    const outputs = play(heads, 0, 12_000, (atMs) => {
      const [x, swapped] = [20 + atMs / 50, atMs >= 6000];
      return [
        ...[person(swapped ? 7 : 1, x), head(2, 'bare_head', x)],
        ...[person(swapped ? 1 : 7, 140), head(3, 'headwear', 140)],
      ];
    });
    expect(story(outputs.filter(({ phase }) => phase !== 'updated'))).toEqual(['opened@2000 #1']);
  });

  it('takes a part of the body that is seen without the garment for its absence', () => {
    const byFace = { id: 'mask', present: ['mask'], visible: ['face'] };
    const outputs = play(rule(byFace), 0, 3000, () => [person(1, 100), face(2, 'face', 100)]);
    expect(story(outputs)).toEqual(['opened@2000 #1']);
    const worn = () => [person(1, 100), face(2, 'face', 100), face(3, 'mask', 100, { score: 0.3 })];
    expect(play(rule(byFace), 0, 9000, worn)).toEqual([]);
  });

  it('goes by the box of the person only where the part of the body can be seen', () => {
    expect(story(play(rule(COAT), 0, 3000, () => [person(1, 100)]))).toEqual(['opened@2000 #1']);
    const coat = track(2, 'coat', [105, 180, 155, 260]);
    expect(play(rule(COAT), 0, 9000, () => [person(1, 100), coat])).toEqual([]);
    // Half of the person is outside of the picture; then somebody stands in front.
    expect(play(rule(COAT), 0, 9000, () => [person(1, -32)])).toEqual([]);
    const inFront = track(3, 'person', [110, 170, 175, 340], { confirmed: true });
    const outputs = play(rule(COAT), 0, 9000, () => [person(1, 100), inFront, track(4, 'coat', [115, 195, 170, 290])]);
    expect(outputs).toEqual([]);
  });

  it('reads garments of other models, each of their results once and none that is old', () => {
    const other = { ...MASK, model: 'masks' };
    const seen =
      (everyMs: number, lagMs = 0) =>
      (atMs: number): OtherTracks[] => [
        { model: 'masks', atMs: atMs - (atMs % everyMs) - lagMs, tracks: [face(2, 'no_mask', 100)] },
      ];
    const scene = () => [person(1, 100)];
    expect(story(play(rule(other), 0, 3000, scene, seen(STEP_MS)))).toEqual(['opened@2000 #1']);
    // The model gave one result and then none: that is one vote.
    expect(
      play(rule(other), 0, 20_000, scene, () => [{ model: 'masks', atMs: 0, tracks: [face(2, 'no_mask', 100)] }]),
    ).toEqual([]);
    expect(play(rule(other), 3000, 20_000, scene, seen(STEP_MS, 2000))).toEqual([]);
    expect(play(rule(other), 0, 9000, () => [person(1, 100), face(2, 'no_mask', 100)])).toEqual([]);
  });

  it('neither opens nor closes on frames without a result', () => {
    const masks = rule(MASK);
    play(masks, 0, 3000, () => [person(1, 100), face(2, 'no_mask', 100)]);
    expect(play(masks, 3200, 60_000, () => undefined)).toEqual([]);
    expect(story(masks.expire(303_200))).toEqual(['closed(camera_lost) #1']);
  });

  it('refuses a required garment that it does not know', () => {
    const options = definitionOf('ppe')?.options;
    const parsed = options?.safeParse({ id: 'r', type: 'ppe', camera: 'c', garments: [MASK], required: ['coat'] });
    expect(parsed?.error?.issues).toMatchObject([
      { path: ['required', 0], message: 'must be one of the garments of the rule: mask' },
    ]);
  });

  it('requires of several garments only those that it names', () => {
    const only = ruleOf({ type: 'ppe', id: 'r', garments: [MASK, GLOVES], required: ['gloves'] });
    expect(play(only, 0, 9000, () => [person(1, 100), face(2, 'no_mask', 100)])).toEqual([]);
  });
});

/** A generator of the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('people who walk about, with a detector that errs', () => {
  /** Persons in places that do not touch; each wears or lacks the mask for the round, and now and then turns away. */
  function round(seed: number): {
    readonly lacking: number;
    readonly opened: readonly string[];
    readonly closed: number;
  } {
    const random = randomFrom(seed);
    const people = Array.from({ length: 4 }, (_, k) => ({ x: 20 + 150 * k, lacks: random() < 0.5, awayUntilMs: 0 }));
    const masks = ruleOf({ type: 'ppe', id: 'r', garments: [MASK] });
    const outputs = play(masks, 0, 120_000, (atMs) => {
      if (random() < 0.05) return undefined;
      return people.flatMap((one, k) => {
        const x = one.x + 20 * Math.sin(atMs / 4000 + k);
        if (atMs > one.awayUntilMs + 6000 && random() < 0.01) one.awayUntilMs = atMs + random() * 10_000;
        const errs = random() < 0.15;
        const isSeen = atMs >= one.awayUntilMs && random() < 0.7;
        const shown = face(10 + k, one.lacks === errs ? 'mask' : 'no_mask', x);
        return [person(1 + k, x), ...(isSeen ? [shown] : [])];
      });
    });
    return {
      lacking: people.filter(({ lacks }) => lacks).length,
      opened: outputs.flatMap(({ phase, details }) => (phase === 'opened' ? [String(details?.['missing'])] : [])),
      closed: outputs.filter(({ phase }) => phase === 'closed').length,
    };
  }

  it('are one event each where they lack the mask, and none where they wear it', () => {
    const rounds = Array.from({ length: 20 }, (_, seed) => round(seed + 1));
    expect(rounds.filter(({ lacking, opened }) => opened.length !== lacking)).toEqual([]);
    expect(rounds.filter(({ closed }) => closed > 0)).toEqual([]);
    expect(rounds.reduce((sum, { lacking }) => sum + lacking, 0)).toBeGreaterThan(20);
    expect(SIZE.width).toBeGreaterThan(20 + 150 * 3 + 80);
  });
});
