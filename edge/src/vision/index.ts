/**
 * Vision: cameras and models together in a process of their own, which may hang or die without harm; seen from the
 * main process as `VisionProcess`. Also the drawing of boxes on a picture.
 */
export { type Drawing, drawJpeg } from './draw.ts';
export { drawHeat, type HeatDrawing } from './heat.ts';
export { VISION_ADVICE, VisionError, type VisionErrorCode } from './errors.ts';
export type { CameraPlan, ModelUse, StagePlan, TilePlan, VisionPlan } from './plan.ts';
export { VisionProcess, type VisionProcessOptions } from './process.ts';
