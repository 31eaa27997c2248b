import {
  COCO_LABELS,
  contradicts,
  distinct,
  familyOf,
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
import { refuse } from './refuse.ts';
import type { ImportRequest, Size } from './request.ts';
import type { Runs } from './run-original.ts';
import { unknownFamily } from './unknown-family.ts';

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

/**
 * How the outputs are read: as the request says, else as they look. `plain` are runs on images that show nothing;
 * `dropped` are readings that other runs contradicted. Throws ModelError where nothing fits, or only the shape speaks for
 * a reading.
 */
export function chooseGuess(
  { model }: LoadedOnnx,
  plain: Runs,
  { request, inspection, inputs, size }: Asked,
  dropped: readonly FamilyGuess[] = [],
): { readonly guess: FamilyGuess; readonly alternatives: readonly FamilyGuess[] } {
  const { hints } = inspection;
  const outputs = outputsOf(plain);
  const labels = labelCount({ request, inspection });
  const { channels } = inputs.image;
  const hasSizesInput = inputs.sizes !== undefined;
  const facts = graphFacts(model, { ...size, channels, hasSizesInput, outputs, hints, labels });
  const possible = guessFamilies(facts);
  const same = (a: FamilyGuess) => (b: FamilyGuess) => a.family === b.family && a.reason === b.reason;
  const fits = (guess: FamilyGuess): boolean =>
    !dropped.some(same(guess)) && !plain.some((run) => contradicts(guess, run));
  const all = possible.filter(fits);
  const { family } = request;
  if (family !== undefined) {
    const names = outputs.map(({ name }) => name);
    const named = [...all, ...possible].find((guess) => guess.family === family) ?? guessAs(family, names);
    return { guess: withRequest(named, request), alternatives: [] };
  }
  const fitting = all.filter((guess) => fitsLabels(guess, labels));
  const [guess, ...alternatives] = fitting.length > 0 ? fitting : all;
  const supported = hints.task === undefined || TASKS_KNOWN.has(hints.task);
  if (guess !== undefined && guess.uncertain !== true && supported)
    return {
      guess: withRequest(guess, request),
      alternatives: alternatives.filter(({ uncertain }) => uncertain !== true),
    };
  throw unknownFamily(request, {
    outputs: outputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`),
    task: hints.task,
    uncertain: supported ? all.filter(({ uncertain }) => uncertain === true) : [],
    contradicted: possible.filter((other) => !fits(other)),
  });
}

/** Tasks of Ultralytics that Lineside supports. */
const TASKS_KNOWN = new Set(['detect', 'segment', 'classify', 'pose', 'obb', 'semantic', 'anomaly']);

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
  const labels =
    own === 1 ? [familyOf(guess.family).soleLabel ?? 'object'] : Array.from({ length: own }, (_, i) => `class${i}`);
  return { labels, notes: [`labels are placeholders (${labels.slice(0, 3).join(', ')}): name them with --labels`] };
}

/** Outputs with the shapes of the runs; a side that differs from run to run is open. */
function outputsOf(runs: Runs): readonly OnnxValue[] {
  const [first = []] = runs;
  return first.map(({ name, type, shape }, at) => ({
    name,
    type,
    shape: shape.map((size, axis) => (runs.every((run) => run[at]?.shape[axis] === size) ? size : `n${axis}`)),
  }));
}
