import type { Pose } from './person.ts';

export type Facing = Pose['facing'];

/** A head without hair, in thousandths of the body's height: half width, half height, and the height of its middle. */
export const HALF_WIDTH = 58;
export const HALF_HEIGHT = 76;
export const MIDDLE = -918;
