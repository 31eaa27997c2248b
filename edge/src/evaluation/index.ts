/**
 * Evaluating a model: reading labelled sets, running the model on them, metrics as pure functions, the report; also
 * explaining one prediction and measuring the speed of a model.
 */
export { benchmarkModel } from './bench/ask-process.ts';
export type { BenchFigures, BenchTask } from './bench/bench-process.ts';
export { BenchmarkError, EvaluationError, type EvaluationErrorCode, ExplanationError } from './errors.ts';
export { type Comparison, compareTables } from './evaluate/compare-evaluations.ts';
export {
  type Evaluation,
  type EvaluationFacts,
  type EvaluationTask,
  evaluateModel,
} from './evaluate/evaluate-model.ts';
export type { EvaluationResult } from './evaluate/evaluation-result.ts';
export { type Explanation, type ExplanationTask, explainPrediction } from './explain/explain-prediction.ts';
export type { OnProgress } from './progress.ts';
export { confusionTable, type MetricsTable } from './report/tables.ts';
export { lines } from './sets/class-names.ts';
export { SET_FORMS, type SetForm } from './sets/labelled-set.ts';
