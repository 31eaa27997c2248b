import { describe, expect, it } from 'vitest';
import { type Belt, belt, BELT_PICTURE as PICTURE } from '../../../tests/support/belt.ts';
import { fractionsFrom } from '../../../tests/support/dice.ts';
import { ByteTracker } from './byte-tracker.ts';

const STEP_MS = 200;
const FRAMES = 150;
/** Frames after which the tracker must have found its way. */
const SETTLED = 40;

interface Arrival {
  /** Undefined: the frame is lost. */
  readonly atMs: number | undefined;
  readonly mediaMs?: number;
}

/** How often an identity passed from one product to another after the first frames, and products with two. */
function handovers(kind: Belt, seed: number, arrival: (index: number, dice: () => number) => Arrival): number {
  const dice = fractionsFrom(seed);
  const at = belt(kind, dice);
  const tracker = new ByteTracker();
  const productOf = new Map<number, number>();
  let count = 0;
  for (let index = 0; index < FRAMES; index += 1) {
    const seen = at((index * STEP_MS) / 1000);
    const { atMs, ...media } = arrival(index, dice);
    if (atMs === undefined) continue;
    const tracks = tracker.update({
      frame: { camera: 'belt', index, atMs, ...media, ...PICTURE },
      model: 'defect',
      result: { status: 'ok', detections: [...seen.keys()] },
      times: { waitMs: 0, inferMs: 0, decodeMs: 0 },
    });
    for (const { id, missed, box } of tracks) {
      if (missed > 0) continue;
      const product = [...seen].find(([detection]) => detection.box === box)?.[1];
      if (product === undefined) throw new Error('a track without its detection');
      if (index >= SETTLED && productOf.has(id) && productOf.get(id) !== product) count += 1;
      productOf.set(id, product);
    }
  }
  return count;
}

/** The first frames waited for up to three seconds somewhere, some of them in vain, and come in a rush. */
function rush(seed: number): (index: number) => { atMs: number | undefined } {
  const dice = fractionsFrom(seed + 5000);
  const [backlogMs, frames, loss] = [dice() * 3000, 2 + Math.floor(dice() * 12), dice() < 0.5 ? dice() * 0.6 : 0];
  let lastMs = 0;
  return (index) => {
    if (index > 0 && index < frames && dice() < loss) return { atMs: undefined };
    const late = index < frames ? backlogMs * (1 - index / frames) : 0;
    lastMs = Math.max(lastMs + 3 + dice() * 6, 1000 + index * STEP_MS + late + dice() * 8);
    return { atMs: lastMs };
  };
}

const ORDINARY: Belt = { speed: 118, spacing: 154, width: 48 };
const DENSE: Belt = { speed: 118, spacing: 94, width: 48 };
const SEEDS = Array.from({ length: 60 }, (_, seed) => seed);

describe('products on a belt', () => {
  for (const [name, kind] of Object.entries({ ordinary: ORDINARY, dense: DENSE })) {
    it(`keep their identities after a rush of frames at the start, by the camera's clock: ${name}`, () => {
      const wrong = SEEDS.filter((seed) => {
        const arrivals = rush(seed);
        return handovers(kind, seed, (index) => ({ ...arrivals(index), mediaMs: index * STEP_MS })) > 0;
      });
      expect(wrong).toEqual([]);
    });

    it(`find their identities again where nothing but the arrival is known: ${name}`, () => {
      const wrong = SEEDS.filter((seed) => handovers(kind, seed, rush(seed)) > 2);
      expect(wrong).toEqual([]);
    });
  }

  it('keep their identities when frames arrive in rushes all the time', () => {
    const wrong = SEEDS.filter((seed) => {
      const arrival = (index: number): Arrival => ({
        atMs: 1000 + Math.ceil((index + 1) / 5) * 5 * STEP_MS + (index % 5) * 4,
        mediaMs: index * STEP_MS,
      });
      return handovers(ORDINARY, seed, arrival) > 0;
    });
    expect(wrong).toEqual([]);
  });
});
