import type { OutputOptions, Task } from '../form/index.ts';
import type { ResolveFacts } from './family.ts';
import type { ImageHints, ImagePreparation } from './images.ts';
import { BYTES, ULTRALYTICS } from './images.ts';
import { FAMILIES, type FamilyName, familyOf, findFamily } from './lookup.ts';
import type { Reading } from './reading.ts';
import type { GraphFacts } from './recognition/graph-facts.ts';
import type { RawOutput, Runs } from './scores/raw-output.ts';

/** How a model's outputs are probably read. */
export interface FamilyGuess extends Reading {
  readonly family: FamilyName;
  readonly task: Task;
}

/** Every family that the outputs fit, the most probable first; none where there is none. */
export function guessFamilies(facts: GraphFacts): readonly FamilyGuess[] {
  return FAMILIES.flatMap(({ name, task, precedence = 0, recognise }) =>
    recognise(facts).map((reading) => ({ precedence, guess: { ...reading, family: name, task } })),
  )
    .sort((a, b) => weight(b.guess) - weight(a.guess) || b.precedence - a.precedence)
    .map(({ guess }) => guess);
}

/** What must be asked for comes last. */
function weight({ confidence, uncertain }: FamilyGuess): number {
  return uncertain === true ? 0 : confidence;
}

/** The guess for a family that was asked for although its shapes were not recognised: its decoder decides. */
export function guessAs(family: FamilyName, outputs: readonly string[]): FamilyGuess {
  return { family, task: familyOf(family).task, outputs, reason: 'it was asked for', confidence: 1 };
}

/**
 * The guess with the options that the numbers of trial runs show and shapes leave open: whether boxes are fractions of
 * the input or pixels, whether YOLOX's are already moved from its grid, what scores went through, which class means
 * that nothing is there.
 */
export function resolveOptions<G extends FamilyGuess>(guess: G, runs: Runs, facts: ResolveFacts): G {
  const found = familyOf(guess.family).resolveOptions?.(guess, runs, facts);
  return found === undefined ? guess : withOptions(guess, found);
}

/** Whether the numbers of a run rule out a guess that the shapes allow. */
export function contradicts(guess: FamilyGuess, outputs: readonly RawOutput[]): boolean {
  return familyOf(guess.family).contradicts?.(guess, outputs) ?? false;
}

function withOptions<G extends FamilyGuess>(guess: G, options: OutputOptions): G {
  // A score went through one of the two, not through both.
  const { softmax, sigmoid, ...rest } = guess.options ?? {};
  const kept = {
    ...rest,
    ...(softmax === undefined || options.sigmoid !== undefined ? {} : { softmax }),
    ...(sigmoid === undefined || options.softmax !== undefined ? {} : { sigmoid }),
  };
  return { ...guess, options: { ...kept, ...options } };
}

/** Whether so many labels fit the columns of scores. */
export function fitsLabels({ classes, family, options, complement }: FamilyGuess, labels: number | undefined): boolean {
  if (classes === undefined || labels === undefined) return true;
  const background = familyOf(family).mayScoreBackground === true || options?.background !== undefined;
  if (complement === true && labels === classes + 1) return true;
  return labels === classes || (background && labels === classes - 1);
}

/** How a model of this family most probably wants its images, and why. */
export function imagePreparation(
  guess: Pick<FamilyGuess, 'family' | 'outputs' | 'options' | 'imagesAs'>,
  hints: ImageHints,
): ImagePreparation & { readonly reason: string } {
  const reading: Reading = { reason: '', confidence: 1, ...guess };
  const own = familyOf(guess.family);
  const like = findFamily(guess.imagesAs ?? own.images.sameAs?.(reading)) ?? own;
  const { usual } = like.images;
  if (hints.rawPixels)
    return { ...usual, ...BYTES, reason: 'the graph itself begins with bringing 0..255 to its range' };
  if (hints.ultralytics) {
    const { letterbox, thresholds } = own.images.ultralyticsAsUsual === true ? usual : ULTRALYTICS;
    return { ...ULTRALYTICS, letterbox, thresholds, reason: 'the metadata is that of an Ultralytics export' };
  }
  const variant = own.images.variant?.(reading, hints);
  return { ...usual, reason: `most ${like.name} models do`, ...variant };
}
