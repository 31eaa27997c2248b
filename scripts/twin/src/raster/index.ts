/**
 * A small software rasteriser: filled paths with a record of which object owns each pixel, so that the exact truth of
 * every frame is known. Pure and deterministic: the same seed gives the same bytes on every machine.
 */
export { Canvas, type Matrix, NOBODY, SCENERY } from './canvas.ts';
export { hsv, mix, type Rgb, shade, vary } from './colour.ts';
export { type Optics, Finish } from './finish.ts';
export { CLOUD, FINE, SPECKLE } from './noise.ts';
export { type Box, ObjectMap } from './objects.ts';
export { linear, type Paint, solid, type Stop } from './paint.ts';
export { arcBand, blob, ellipse, limb, type Path, placed, rectangle, smooth, stroke } from './path.ts';
export { Random } from './random.ts';
