import { describe, expect, it } from 'vitest';
import type { Box } from '../../domain/index.ts';
import { track } from '../../../../tests/support/crafted-tracks.ts';
import { Occluders, Place } from './index.ts';

const PLACE: Box = [100, 200, 200, 260];
const SUBJECT = {};

const occluders = (): Occluders => new Occluders({ canHide: (label) => label !== 'spill', maxAgeMs: 60_000 });
const person = (box: Box) => track(7, 'person', box);

describe('the occluders of a frame', () => {
  it('hide a place of which a third is covered, and not one that is touched at its edge', () => {
    const seen = occluders();
    seen.see(0, [person([0, 0, 140, 300])], []);
    expect(seen.hides(SUBJECT, PLACE)).toBe(true);
    expect(seen.hides({}, [131, 200, 231, 260])).toBe(false);
  });

  it('hide a place together, where each covers too little of it', () => {
    const seen = occluders();
    seen.see(0, [person([80, 0, 120, 300]), person([180, 0, 220, 300])], []);
    expect(seen.hides(SUBJECT, PLACE)).toBe(true);
  });

  it('are objects of other models too, also where the newest result of that model is not new', () => {
    const seen = occluders();
    const others = [{ model: 'ppe', atMs: 1000, tracks: [person([0, 0, 300, 300])] }];
    seen.see(1200, [], others);
    expect(seen.hides(SUBJECT, PLACE)).toBe(true);
    seen.see(50_000, [], others);
    expect(seen.hides(SUBJECT, PLACE)).toBe(true);
    seen.see(62_000, [], others);
    expect(seen.hides(SUBJECT, PLACE)).toBe(false);
  });

  it('are no objects that cannot hide anything', () => {
    const seen = occluders();
    seen.see(0, [track(1, 'spill', [0, 0, 300, 300])], []);
    expect(seen.hides(SUBJECT, PLACE)).toBe(false);
  });

  it('hide a place for two seconds longer, because their detection may flicker', () => {
    const seen = occluders();
    seen.see(0, [person([0, 0, 300, 300])], []);
    seen.hides(SUBJECT, PLACE);
    seen.see(2000, [], []);
    expect(seen.hides(SUBJECT, PLACE)).toBe(true);
    seen.see(2200, [], []);
    expect(seen.hides(SUBJECT, PLACE)).toBe(false);
  });
});

describe('the place of an object', () => {
  it('identifies an object that stood still there, by its overlap', () => {
    const place = new Place();
    for (let atMs = 0; atMs <= 1000; atMs += 200) place.see([100 + (atMs % 400) / 100, 200, 200, 260], atMs);
    expect(place.isStill).toBe(true);
    expect(place.isAt([110, 200, 210, 260])).toBe(true);
    expect(place.isAt([170, 200, 270, 260])).toBe(false);
  });

  it('identifies nothing where the object was moving, or was seen too briefly', () => {
    const moving = new Place();
    for (let atMs = 0; atMs <= 3000; atMs += 200) moving.see([100 + atMs / 10, 200, 200 + atMs / 10, 260], atMs);
    expect(moving.isAt([400, 200, 500, 260])).toBe(false);
    const brief = new Place();
    brief.see(PLACE, 0);
    brief.see(PLACE, 800);
    expect(brief.isAt(PLACE)).toBe(false);
  });
});
