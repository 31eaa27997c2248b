/**
 * One model run on image and video files, outside the pipeline: find it, load it, predict. The command line, model
 * import, evaluation and diagnostics use it.
 */
export { PREDICTOR_ERROR_CODES, PredictorError, type PredictorErrorCode } from './errors.ts';
export { drawTo, type Picture, type PictureRequest, pictures } from './file-frames.ts';
export { firstFrame, type StillPicture, type StillRequest } from './first-frame.ts';
export {
  findModel,
  type ModelReference,
  openPredictor,
  type Prediction,
  type Predictor,
  specOf,
  type SpecOptions,
} from './predictor.ts';
export { stillImages } from './still-images.ts';
export { type Task, taskOf } from './task.ts';
