import { describe, expect, it } from 'vitest';
import { distance, type Labelled, overlaps, placeLabels, type Rectangle } from './label-placement.ts';

const PICTURE = { width: 1280, height: 720 };
const LABEL = { width: 120, height: 26 };

const box = (left: number, top: number, width = 80, height = 160): Labelled => ({
  box: { left, top, width, height },
  label: LABEL,
});

function placesOf(boxes: readonly Labelled[], picture = PICTURE): readonly (Rectangle | undefined)[] {
  const places = placeLabels(boxes, picture);
  const drawn = places.filter((place) => place !== undefined);
  for (const [index, place] of drawn.entries()) {
    expect(place.left).toBeGreaterThanOrEqual(0);
    expect(place.top).toBeGreaterThanOrEqual(0);
    expect(place.left + place.width).toBeLessThanOrEqual(picture.width);
    expect(place.top + place.height).toBeLessThanOrEqual(picture.height);
    expect(drawn.slice(index + 1).filter((other) => overlaps(place, other))).toEqual([]);
  }
  return places;
}

describe('labels of boxes', () => {
  it('stand above their boxes where nothing is in the way', () => {
    expect(placesOf([box(100, 200)])).toEqual([{ left: 100, top: 174, ...LABEL }]);
  });

  it('stand inside a box at the upper edge and stay in the picture at the right one', () => {
    expect(placesOf([box(1230, 0)])).toEqual([{ left: 1160, top: 0, ...LABEL }]);
  });

  it('do not cover each other where boxes have the same place', () => {
    const places = placesOf(Array.from({ length: 6 }, () => box(400, 300)));
    expect(places.filter((place) => place === undefined)).toEqual([]);
  });

  it('do not cover each other and lie near their boxes in a row of people who stand close together', () => {
    const row = Array.from({ length: 14 }, (_, index) => box(100 + index * 60, 250 + (index % 3) * 8));
    const places = placesOf(row);
    expect(places.filter((place) => place === undefined)).toEqual([]);
    for (const [index, place] of places.entries()) {
      const own = row[index];
      if (place !== undefined && own !== undefined) expect(distance(place, own.box)).toBeLessThanOrEqual(4 * 26);
    }
  });

  it('are left out rather than drawn over another where a hundred small boxes fill a small picture', () => {
    const many = Array.from({ length: 100 }, (_, index) => box((index % 10) * 30, Math.floor(index / 10) * 16, 28, 14));
    const places = placesOf(many, { width: 320, height: 180 });
    const drawn = places.filter((place) => place !== undefined).length;
    expect(drawn).toBeGreaterThanOrEqual(8);
    expect(drawn).toBeLessThan(100);
    expect(places[0]).toBeDefined();
  });
});
