import { describe, expect, it } from 'vitest';
import { type Area, PeopleCover, type PrivacyPlan } from './index.ts';

const PLAN: PrivacyPlan = {
  ...{ masks: [], blur: 'heads', model: 'ppe', margin: 0.2, holdMs: 2_000 },
  ...{ headLabels: ['headwear', 'bare_head'], personLabels: ['person'] },
};
const SIZE = { width: 640, height: 360 };
const PERSON = { label: 'person', box: [100, 50, 180, 330] } as const;
const HEAD = { label: 'bare_head', box: [120, 55, 160, 100] } as const;
const PRODUCT = { label: 'product', box: [300, 200, 360, 260] } as const;

const holds = (areas: readonly Area[], [x1, y1, x2, y2]: Area): boolean =>
  areas.some((area) => area[0] <= x1 && area[1] <= y1 && area[2] >= x2 && area[3] >= y2);

describe('what is covered of people', () => {
  it('is each head with a margin, and neither the body under it nor anything else', () => {
    const areas = new PeopleCover(PLAN).areas({ mediaMs: 0, size: SIZE, detections: [PERSON, HEAD, PRODUCT] });
    expect(areas).toEqual([[112, 46, 168, 109]]);
  });

  it('is the whole person where no head was detected', () => {
    const areas = new PeopleCover(PLAN).areas({ mediaMs: 0, size: SIZE, detections: [PERSON] });
    expect(areas).toHaveLength(1);
    expect(holds(areas, PERSON.box)).toBe(true);
  });

  it('is the whole person and every head where persons are to be covered', () => {
    const cover = new PeopleCover({ ...PLAN, blur: 'persons' });
    const areas = cover.areas({ mediaMs: 0, size: SIZE, detections: [PERSON, HEAD] });
    expect(holds(areas, PERSON.box)).toBe(true);
    expect(holds(areas, HEAD.box)).toBe(true);
  });

  it('is a head whose person was not detected', () => {
    expect(new PeopleCover(PLAN).areas({ mediaMs: 0, size: SIZE, detections: [HEAD] })).toHaveLength(1);
  });

  it('stays covered where a head is missed for some frames, in growing areas and where it was heading', () => {
    const cover = new PeopleCover(PLAN);
    const moved = (dx: number): Area => [120 + dx, 55, 160 + dx, 100];
    for (const n of [0, 1, 2]) {
      cover.areas({ mediaMs: n * 200, size: SIZE, detections: [{ label: 'headwear', box: moved(10 * n) }] });
    }
    for (const n of [3, 4, 6, 9]) {
      const areas = cover.areas({ mediaMs: n * 200, size: SIZE, detections: [] });
      expect(holds(areas, moved(10 * n)), `frame ${n}`).toBe(true);
      expect(holds(areas, moved(20)), `frame ${n}`).toBe(true);
    }
    expect(cover.areas({ mediaMs: 13 * 200, size: SIZE, detections: [] })).toEqual([]);
  });

  it('is the whole person when the head is missed and the person is not', () => {
    const cover = new PeopleCover(PLAN);
    cover.areas({ mediaMs: 0, size: SIZE, detections: [PERSON, HEAD] });
    const areas = cover.areas({ mediaMs: 200, size: SIZE, detections: [PERSON] });
    expect(holds(areas, PERSON.box)).toBe(true);
  });

  it('is forgotten when the clock of the stream begins again', () => {
    const cover = new PeopleCover(PLAN);
    cover.areas({ mediaMs: 5_000, size: SIZE, detections: [HEAD] });
    expect(cover.areas({ mediaMs: 0, size: SIZE, detections: [] })).toEqual([]);
  });

  it('ends at the edges of the picture', () => {
    const edge = { label: 'bare_head', box: [620, 0, 640, 20] } as const;
    const [area] = new PeopleCover(PLAN).areas({ mediaMs: 0, size: SIZE, detections: [edge] });
    expect(area).toEqual([616, 0, 640, 24]);
  });
});
