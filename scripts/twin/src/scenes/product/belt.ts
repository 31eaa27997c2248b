import type { Line, ProductCamera } from '../line.ts';
import { UNITS } from '../view.ts';
import type { Flow } from './flow.ts';
import { PlantFlow } from './plant-flow.ts';
import { SteadyFlow } from './steady-flow.ts';

/** Widest half bottle; the time in view is counted for it. */
export const WIDEST = 42;

/** The belt below a product camera goes on beyond its picture: width of the picture and half a bottle in its units. */
export const BELT_UNITS = { pictureWidth: UNITS.width, halfBottle: WIDEST } as const;

/** Units of the belt in a second while it runs. */
export function speedOf({ secondsInView }: ProductCamera): number {
  return (UNITS.width + 2 * WIDEST) / secondsInView;
}

/** How the bottles of a product camera move: as its pictures show them, and before and behind them. */
export function productFlow(line: Line, camera: ProductCamera): Flow {
  return line.plant && camera.follows === 'plant'
    ? new PlantFlow(line.plant, line.seed, speedOf(camera))
    : new SteadyFlow(camera, [line.seed, camera.id], line.periodSeconds, speedOf(camera));
}
