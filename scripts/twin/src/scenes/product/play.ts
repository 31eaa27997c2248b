import { type Canvas, NOBODY, Random } from '../../raster/index.ts';
import type { Play } from '../stage.ts';
import { type Mount, mountFor } from '../view.ts';
import { type Bottle, DEFECTS, makeBottle } from './bottle.ts';
import { drawBottle } from './draw-bottle.ts';
import { drawBeltLinks, drawProductHall, type ProductHall } from './hall.ts';

/** A bottle and where it stands at a moment. */
export interface StandingBottle {
  readonly bottle: Bottle;
  readonly x: number;
  readonly scale: number;
}

/** Paints standing bottles on their moving belt. */
export function paintBottles(
  canvas: Canvas,
  hall: ProductHall,
  standing: readonly StandingBottle[],
  shift: number,
): void {
  canvas.as(NOBODY, () => drawBeltLinks(canvas, hall, shift));
  for (const { bottle, x, scale } of standing) {
    canvas.glow(x + 8, hall.foot + 2, bottle.half * 1.5 * scale, 9, [0, 0, 0], 0.5);
    drawBottle(canvas, bottle, x, hall.foot, scale);
  }
}

/** A training picture: any number of bottles at any distance from each other, faults far more often than on a line. */
export function trainingBottles(random: Random, hall: ProductHall): Play {
  const mount: Mount = mountFor(random, 'training');
  const standing: StandingBottle[] = [];
  if (!random.chance(0.06)) {
    const crowd = random.chance(0.2);
    const size = random.between(0.8, 1.12);
    let x = random.between(-60, 120);
    const limit = random.chance(0.25) ? random.between(200, 640) : 690;
    for (let k = 0; x < limit; k += 1) {
      const defect = random.chance(0.34) ? random.pick(DEFECTS) : undefined;
      const bottle = makeBottle(random, `bottle-${k}`, defect);
      const scale = size * random.between(0.95, 1.05);
      x += bottle.half * scale;
      standing.push({ bottle, x, scale });
      x += bottle.half * scale + (crowd ? random.between(2, 16) : random.between(16, 150));
    }
  }
  const shift = random.between(0, 100);
  return {
    mount,
    backdrop: (canvas) => drawProductHall(canvas, hall),
    subjects: (canvas) => paintBottles(canvas, hall, standing, shift),
  };
}
