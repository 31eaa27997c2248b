/**
 * Vision: cameras and models together in a process of their own, which may hang or be killed without harm. The main
 * process uses it through `VisionProcess`. Also draws boxes on frames.
 */
export { rectAround, scaledCrop } from './detection-crops.ts';
export { type Drawing, drawJpeg } from './draw.ts';
export { type BoxesOnJpeg, drawOnJpeg } from './draw-boxes.ts';
export { drawHeat, type HeatDrawing } from './heat.ts';
export { VISION_ADVICE, VisionError, type VisionErrorCode } from './errors.ts';
export {
  assignmentOf,
  type CameraPlan,
  formatsOf,
  type ModelAssignment,
  type MotionPlan,
  type StagePlan,
  type TilePlan,
  tilesOf,
  type VisionPlan,
} from './plan.ts';
export { VisionProcess, type VisionProcessOptions } from './process.ts';
