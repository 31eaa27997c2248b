/**
 * Judging a model on labelled pictures: reading labelled sets, metrics as pure functions, the report. Runs no model:
 * what a model said is given.
 */
export { type AnomalyFigures, anomalyFigures, type JudgedAnomaly, PixelRanks } from './anomaly-figures.ts';
export { areaUnderRoc } from './area-under-roc.ts';
export { averagePrecision, bestF1, type CurvePoint, type Mark, precisionRecallCurve } from './average-precision.ts';
export {
  type ClassFigures,
  classificationFigures,
  type ClassificationFigures,
  type JudgedClass,
} from './classification-figures.ts';
export { BACKGROUND, type Confusion } from './confusion.ts';
export {
  type DetectionFigures,
  detectionFigures,
  type JudgedPicture,
  type LabelFigures,
  type PictureOutcome,
  type TruthBox,
} from './detection-figures.ts';
export { EvaluationError, type EvaluationErrorCode } from './errors.ts';
export { lines } from './sets/class-names.ts';
export { type LabelMap, mapLabels } from './sets/label-map.ts';
export { type LabelledPicture, type LabelledSet, SET_FORMS, type SetForm } from './sets/labelled-set.ts';
export { guessForm, readSet } from './sets/read-set.ts';
export { type ReportContent, reportPage, type ReportPicture } from './report/report-page.ts';
export {
  anomalyTable,
  classificationTable,
  confusionTable,
  detectionTable,
  type FigureTable,
} from './report/tables.ts';
export { type HeatMap, Occlusion, paintOver, type Patch, remaining } from './occlusion.ts';
