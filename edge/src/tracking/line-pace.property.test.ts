import { describe, expect, it } from 'vitest';
import { type Belt, belt, BELT_PICTURE } from '../../../tests/support/belt.ts';
import { fractionsFrom } from '../../../tests/support/dice.ts';
import type { LinePace } from '../domain/index.ts';
import { ByteTracker } from './byte-tracker.ts';

const STEP_MS = 200;
const FRAMES = 90;
/** Frames in which the tracker may learn how the belt moves. */
const SETTLED = 15;

interface Outcome {
  /** Tracks that passed from one product to another, and products that had more than one track. */
  readonly handovers: number;
  readonly doubles: number;
  readonly products: number;
  readonly outrun: LinePace | undefined;
}

/** A belt whose products move by `ratio` of their spacing from frame to frame. */
function follow(ratio: number, kind: Omit<Belt, 'speed'>, seed: number): Outcome {
  const dice = fractionsFrom(seed);
  const speed = (ratio * kind.spacing * 1000) / STEP_MS;
  const at = belt({ ...kind, speed }, dice, Math.ceil((speed * FRAMES * STEP_MS) / 1000 / kind.spacing) + 12);
  const tracker = new ByteTracker();
  const productOf = new Map<number, number>();
  const tracksOf = new Map<number, Set<number>>();
  let handovers = 0;
  for (let index = 0; index < FRAMES; index += 1) {
    const seen = at((index * STEP_MS) / 1000);
    const tracks = tracker.update({
      frame: { camera: 'belt', index, atMs: index * STEP_MS, ...BELT_PICTURE },
      model: 'defect',
      result: { status: 'ok', detections: [...seen.keys()] },
      times: { waitMs: 0, inferMs: 0, decodeMs: 0 },
    });
    for (const { id, missed, box } of tracks) {
      const product = [...seen].find(([detection]) => detection.box === box)?.[1];
      if (missed > 0 || product === undefined) continue;
      if (index >= SETTLED) {
        if (productOf.has(id) && productOf.get(id) !== product) handovers += 1;
        tracksOf.set(product, (tracksOf.get(product) ?? new Set()).add(id));
      }
      productOf.set(id, product);
    }
  }
  const doubles = [...tracksOf.values()].filter((ids) => ids.size > 1).length;
  return { handovers, doubles, products: tracksOf.size, outrun: tracker.outrun };
}

/** Speed, spacing, unevenness and width as dice give them. */
function cases(count: number, from: number, to: number): readonly [number, Omit<Belt, 'speed'>, number][] {
  const dice = fractionsFrom(77);
  return Array.from({ length: count }, (_, seed) => {
    const spacing = 90 + dice() * 110;
    const width = Math.min(0.6 * spacing, 40 + dice() * 50);
    return [from + dice() * (to - from), { spacing, width, uneven: 0.06 + dice() * 0.14 }, seed];
  });
}

describe('a row of products that moves far between two frames', () => {
  it('keeps each product on one track, from 0.2 to 1.5 spacings per frame', () => {
    const total = { handovers: 0, doubles: 0, products: 0 };
    for (const [ratio, kind, seed] of cases(60, 0.2, 1.5)) {
      const { handovers, doubles, products } = follow(ratio, kind, seed);
      total.handovers += handovers;
      total.doubles += doubles;
      total.products += products;
    }
    expect(total.products).toBeGreaterThan(3000);
    expect(total.handovers).toBeLessThanOrEqual(total.products / 200);
    expect(total.doubles).toBeLessThanOrEqual(total.products / 200);
  });

  it('is reported with the frame rate that it needs when it moves more than half of its spacing', () => {
    for (const [ratio, kind, seed] of cases(25, 0.56, 1.5)) {
      const { outrun } = follow(ratio, kind, seed);
      expect(outrun?.label).toBe('product');
      expect(outrun?.fps).toBeCloseTo(1000 / STEP_MS, 6);
      expect(Math.abs((outrun?.ratio ?? 0) - ratio)).toBeLessThan(0.1 * ratio);
      expect(outrun?.neededFps).toBeCloseTo((5 * (outrun?.ratio ?? 0)) / 0.4, 6);
    }
  });

  it('is not reported when it moves less, however evenly the products stand', () => {
    for (const [ratio, kind, seed] of cases(25, 0.05, 0.42)) {
      const { handovers, outrun } = follow(ratio, { ...kind, uneven: seed % 2 === 0 ? 0 : 0.15 }, seed);
      expect([outrun, handovers]).toEqual([undefined, 0]);
    }
  });
});
