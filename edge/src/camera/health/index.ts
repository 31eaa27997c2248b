/**
 * The health of a camera that delivers frames: whether its picture and its stream are what they should be, by limits and
 * by a reference that a person accepted. Pure: time and figures are given to it.
 */
export { CameraHealth, type HealthOptions, type HealthReport, type SeenPicture } from './camera-health.ts';
export { type LumaAt, packedLuma } from './luma.ts';
export { pictureFigures } from './picture-figures.ts';
export type { StreamFactors } from './stream-health.ts';
export { VIEW, type View, viewOf } from './view.ts';
