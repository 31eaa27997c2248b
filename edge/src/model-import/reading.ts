import {
  COCO_LABELS,
  contradicts,
  distinct,
  type FamilyGuess,
  fitsLabels,
  graphFacts,
  guessAs,
  guessFamilies,
  type LoadedOnnx,
  type ModelInputs,
  type OnnxInspection,
  type OnnxValue,
} from '@lineside/models';
import type { ProbedTensor } from '../inference/index.ts';
import { refuse } from './refuse.ts';
import type { ImportRequest, Size } from './request.ts';

/** The labels of a model, and assumptions about them. */
export interface Labelling {
  readonly labels: readonly string[];
  readonly notes: readonly string[];
}

export function labelCount({ request, inspection }: Pick<Asked, 'request' | 'inspection'>): number | undefined {
  return request.labels?.length ?? inspection.hints.names?.length;
}

export interface Asked {
  readonly request: ImportRequest;
  readonly inspection: OnnxInspection;
  readonly inputs: ModelInputs;
  readonly size: Size;
}

export function chooseGuess(
  { model }: LoadedOnnx,
  blank: readonly ProbedTensor[],
  { request, inspection, inputs, size }: Asked,
): { readonly guess: FamilyGuess; readonly alternatives: readonly FamilyGuess[] } {
  const { hints } = inspection;
  const outputs = outputsOf(blank);
  const labels = labelCount({ request, inspection });
  const { channels } = inputs.image;
  const facts = graphFacts(model, {
    ...size,
    channels,
    hasSizesInput: inputs.sizes !== undefined,
    outputs,
    hints,
    labels,
  });
  const all = guessFamilies(facts).filter((guess) => !contradicts(guess, blank));
  const { family } = request;
  if (family !== undefined) {
    const named =
      all.find((guess) => guess.family === family) ??
      guessAs(
        family,
        outputs.map(({ name }) => name),
      );
    return { guess: withRequest(named, request), alternatives: [] };
  }
  const fitting = all.filter((guess) => fitsLabels(guess, labels));
  const [guess, ...alternatives] = fitting.length > 0 ? fitting : all;
  const supported = hints.task === undefined || ['detect', 'segment', 'classify'].includes(hints.task);
  if (guess !== undefined && supported) return { guess: withRequest(guess, request), alternatives };
  const shapes = outputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ');
  const what = supported ? `no family has such outputs: ${shapes}` : `the task is ${hints.task ?? ''}`;
  const advice = 'name the family with --family and the outputs in its order with --outputs; docs/models.md lists them';
  throw refuse(request, 'family_unknown', what, advice);
}

export function withRequest<G extends FamilyGuess>(
  guess: G,
  { outputs, outputLayout, outputOptions }: ImportRequest,
): G {
  return {
    ...guess,
    ...(outputs === undefined ? {} : { outputs }),
    ...(outputLayout === undefined ? {} : { layout: outputLayout }),
    ...(outputOptions === undefined ? {} : { options: { ...guess.options, ...outputOptions } }),
  };
}

export function chooseLabels(guess: FamilyGuess, { request, inspection }: Asked): Labelling {
  if (guess.task === 'anomaly') return { labels: ['anomaly'], notes: [] };
  const given = request.labels ?? inspection.hints.names;
  const { classes } = guess;
  if (given !== undefined) {
    if (fitsLabels(guess, given.length)) return { labels: distinct(given), notes: [] };
    const source = request.labels === undefined ? 'its metadata names' : 'there are';
    const advice = 'name with --labels one label per class, in the order of training';
    const message = `has space for ${classes ?? 0} classes, but ${source} ${given.length} labels`;
    throw refuse(request, 'labels_count', message, advice);
  }
  if (classes === undefined) {
    const notes = ['labels are assumed to be the 80 of COCO: the file names none'];
    return { labels: COCO_LABELS, notes };
  }
  const { background } = guess.options ?? {};
  const own = classes - (background === undefined ? 0 : 1);
  if (own === COCO_LABELS.length) {
    return { labels: COCO_LABELS, notes: ['labels are assumed to be the 80 of COCO: there are as many classes'] };
  }
  const labels = own === 1 ? ['object'] : Array.from({ length: own }, (_, i) => `class${i}`);
  return { labels, notes: [`labels are placeholders (${labels.slice(0, 3).join(', ')}): name them with --labels`] };
}

function outputsOf(run: readonly ProbedTensor[]): readonly OnnxValue[] {
  return run.map(({ name, type, shape }) => ({ name, type, shape }));
}
