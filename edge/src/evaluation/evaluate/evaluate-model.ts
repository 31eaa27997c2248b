import type { Clock } from '@lineside/kit';
import { probeFfmpeg } from '../../camera/index.ts';
import type { ModelSpec } from '../../inference/index.ts';
import { openPredictor, type Predictor, taskOf } from '../../predictor/index.ts';
import { EvaluationError } from '../errors.ts';
import type { OnProgress } from '../progress.ts';
import { saveReport } from '../report/save-report.ts';
import type { LabelledSet, SetForm } from '../sets/labelled-set.ts';
import { guessForm, readSet } from '../sets/read-set.ts';
import { evaluateAnomalies } from './evaluate-anomalies.ts';
import { evaluateBoxes } from './evaluate-boxes.ts';
import { evaluateClasses } from './evaluate-classes.ts';
import type { EvaluationResult } from './evaluation-result.ts';
import type { DatasetRun } from './run-dataset.ts';

export interface EvaluationTask {
  readonly spec: ModelSpec;
  /** Absolute folder of the labelled images. */
  readonly dir: string;
  /** How the folder is called in facts and report. */
  readonly name: string;
  /** Recognised from the folder when left out. */
  readonly form?: SetForm;
  /** Class names of a `yolo` set, in the order of their numbers; read from the set when left out. */
  readonly names?: readonly string[];
  /** Labels of the set to labels of the model, where they differ. */
  readonly map?: ReadonlyMap<string, string>;
  /** Scores from here up count as detections, 0 to 1; the manifest's threshold when left out. */
  readonly score?: number;
  /** At most this many images, spread evenly over the set. */
  readonly limit?: number;
  /** Absolute path of an HTML report to write. */
  readonly report?: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
}

export interface EvaluationFacts {
  readonly model: string;
  readonly sha256: string;
  readonly provider: string;
  readonly data: string;
  readonly form: SetForm;
  readonly pictures: number;
  readonly withoutResult: number;
  readonly seconds: number;
}

export interface Evaluation {
  readonly facts: EvaluationFacts;
  readonly result: EvaluationResult;
}

/** Average precision needs the entire curve, down to scores that no threshold would let through. */
const LEAST_SCORE = 0.01;

/**
 * Runs a model on labelled images and computes its metrics. Throws EvaluationError where the set cannot be read or does
 * not suit the model, InferenceError where the model does not run.
 */
export async function evaluateModel(task: EvaluationTask): Promise<Evaluation> {
  const { spec, dir, clock, signal, onProgress } = task;
  const form = task.form ?? (await guessForm(dir, taskOf(spec.manifest)));
  const set = thinned(await readSet({ dir, form, names: task.names }), task.limit);
  const capabilities = await probeFfmpeg('ffmpeg', signal);
  const startedMs = clock.monoMs();
  // Everything down to the least score; the threshold is applied to the predictions.
  const predictor = await openPredictor(
    { ...spec, score: LEAST_SCORE, maps: true, masks: hasOutlines(set) },
    signal,
    'process',
  );
  try {
    const run = { predictor, capabilities, signal, ...(onProgress && { onProgress }) };
    const result = await evaluate(run, set, task);
    const facts = factsOf(task, { predictor, set, result, seconds: (clock.monoMs() - startedMs) / 1000 });
    if (task.report !== undefined) {
      const title = `${facts.model} on ${facts.data}`;
      await saveReport({ path: task.report, title, facts: rowsOf(facts), result, capabilities, signal });
    }
    return { facts, result };
  } finally {
    await predictor.close();
  }
}

function evaluate(
  run: Omit<DatasetRun<never>, 'pictures'>,
  set: LabelledSet,
  { spec, map = new Map<string, string>(), score }: EvaluationTask,
): Promise<EvaluationResult> {
  const { manifest } = spec;
  const task = taskOf(manifest);
  if (set.form === 'yolo' && task === 'detect') {
    return evaluateBoxes(run, { set, map, threshold: score === undefined ? manifest.thresholds : { score } });
  }
  if (set.form === 'folders' && task === 'classify') return evaluateClasses(run, { set, map });
  if (set.form === 'mask' && task === 'anomaly') {
    return evaluateAnomalies(run, { set, threshold: manifest.output.options?.threshold ?? manifest.thresholds.score });
  }
  const wanted = { detect: 'yolo', classify: 'folders', anomaly: 'mask' } as const;
  throw new EvaluationError(
    'set_form',
    `a ${set.form} set does not suit this model`,
    `a model of the family ${manifest.output.family} is evaluated with --format ${wanted[task]}`,
  );
}

/** Masks cost time, and without true outlines there is nothing to compare them with. */
function hasOutlines(set: LabelledSet): boolean {
  return set.form === 'yolo' && set.pictures.some(({ truth }) => truth.some(({ polygon }) => polygon !== undefined));
}

/** `limit` images at equal distances. */
function thinned(set: LabelledSet, limit: number | undefined): LabelledSet {
  const total = set.pictures.length;
  if (limit === undefined || limit >= total) return set;
  const some = <P>(pictures: readonly P[]): readonly P[] =>
    pictures.filter((_, at) => Math.floor((at * limit) / total) !== Math.floor(((at - 1) * limit) / total));
  switch (set.form) {
    case 'yolo':
      return { ...set, pictures: some(set.pictures) };
    case 'folders':
      return { ...set, pictures: some(set.pictures) };
    case 'mask':
      return { ...set, pictures: some(set.pictures) };
  }
}

function factsOf(
  { spec, name }: EvaluationTask,
  of: {
    readonly predictor: Predictor;
    readonly set: LabelledSet;
    readonly result: EvaluationResult;
    readonly seconds: number;
  },
): EvaluationFacts {
  const { predictor, set, result, seconds } = of;
  return {
    model: spec.id,
    sha256: spec.sha256,
    provider: predictor.facts.provider,
    data: name,
    form: set.form,
    pictures: set.pictures.length,
    withoutResult: result.failures.length,
    seconds: Number(seconds.toFixed(1)),
  };
}

/** Names in words, for people. */
function rowsOf(facts: EvaluationFacts): readonly (readonly [string, string])[] {
  return Object.entries(facts).map(([name, value]: [string, unknown]) => [
    name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
    String(value),
  ]);
}
