/**
 * Teaching an anomaly model on the device from good pieces only: collecting them, learning, showing them to the operator,
 * the limit as a multiple of their spread, the bundle, its report; and changing limit and state of a taught model.
 */
export { armModel, setLimit, type TaughtView, taughtView } from './adjust.ts';
export { TEACHING_ERROR_CODES, TeachingError, type TeachingErrorCode } from './errors.ts';
export { collectFromCamera, type CameraPieces, gridForCamera } from './from-camera.ts';
export { collectFromStage, type StagePieces } from './from-stage.ts';
export { collectImages, gridForImages, imageFiles } from './from-images.ts';
export { MEMORY, learn, type LearnOptions, type LearnStep, openScorer, type Pieces, TOP } from './learn.ts';
export {
  effectOf,
  inMads,
  type LimitEffect,
  median,
  sharpenedLimit,
  SLIDER,
  type Spread,
  spreadOf,
  USUAL_MADS,
} from './limit.ts';
export { seeded } from './random.ts';
export { TeachingFolder, type TeachingState } from './state.ts';
export { LEAST_PIECES, teach, type TeachReport, type TeachTask } from './teach.ts';
