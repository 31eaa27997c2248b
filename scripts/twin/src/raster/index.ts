/**
 * A small software rasteriser: filled paths with a record of which object owns each pixel, so that the exact truth of
 * every frame is known. Pure and deterministic: the same seed gives the same bytes on every machine.
 */
export { Canvas, type Matrix, NOBODY, SCENERY } from './canvas.ts';
export { type Camera, GOOD_CAMERA } from './camera.ts';
export { hsv, mix, type Rgb, shade, vary } from './colour.ts';
export { type Optics, Finish } from './finish.ts';
export { CLOUD, DOTS, FINE, HATCH, type NoiseTile, SPECKLE, WEAVE } from './noise.ts';
export { type Box, ObjectMap } from './objects.ts';
export { linear, type Paint, solid, type Stop } from './paint.ts';
export { arcBand, blob, ellipse, limb, type Path, placed, rectangle, smooth, stroke } from './path.ts';
export { type Pen, PLAIN_PEN } from './pen.ts';
export { smeared } from './smear.ts';
export { SoftCopy } from './soft-copy.ts';
export { forEachRow, Spans } from './spans.ts';
export { Random } from './random.ts';
