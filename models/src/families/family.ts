import type { ImageHints, ImagePreparation } from './images.ts';
import type { OutputOptions, Task } from '../form/index.ts';
import type { DecoderOptions, OutputReader } from './decoding/decoder.ts';
import type { Reading } from './reading.ts';
import type { GraphFacts } from './recognition/graph-facts.ts';
import type { RawOutput, Runs } from './scores/raw-output.ts';

/**
 * One output format: how it is recognised, completed, decoded and checked. A folder beside this file holds each, and
 * `registry.ts` lists them.
 */
export interface ModelFamily<Name extends string = string> {
  /** As manifests and `--family` call it. */
  readonly name: Name;
  readonly task: Task;
  readonly document: FamilyDocument;
  /** How images were prepared when most published models of this family were trained. */
  readonly images: FamilyImages;
  /** Decides between readings that are equally probable; 0 when left out, higher comes first. */
  readonly precedence?: number;
  /** A column of scores may mean that nothing is there: then there is one label less than columns. */
  readonly mayScoreBackground?: true;
  /** The output is an image, on the scale and in the colour order of the input. */
  readonly reconstructsInput?: true;

  /** Readings of a graph's outputs as this family; empty where they cannot be. */
  recognise(facts: GraphFacts): readonly Reading[];
  /** Options that shapes leave open and the numbers of trial runs show. */
  resolveOptions?(reading: Reading, runs: Runs, facts: ResolveFacts): OutputOptions;
  /** Whether the numbers of one run rule out a reading that the shapes allow. */
  contradicts?(reading: Reading, outputs: readonly RawOutput[]): boolean;
  /** What a model probably is whose numbers contradict the reading, and what to do; completes "the model ...". */
  readonly contradiction?: { readonly message: string; readonly advice: string };
  /** What a model of one class reports when its file names nothing; `object` when left out. */
  readonly soleLabel?: string;
  /** Whether scores must lie between 0 and 1. */
  scoresAreProbabilities(reading: Reading): boolean;
  /** The numbers of one run that are scores. `outputs` are those of the reading, in its order. */
  scoresOf(reading: Reading, outputs: readonly RawOutput[]): ArrayLike<number>;
  /** Reads outputs. Called once per session. */
  decoder(options: DecoderOptions): OutputReader;
}

/** What docs/models.md says about a family; Markdown. */
export interface FamilyDocument {
  /** Published models that use the format, beside the one that it is named after. */
  readonly models?: string;
  /** The outputs in the order of their roles. */
  readonly outputs: string;
  /** Keys of `output.options` that the decoder reads, with their defaults. */
  readonly options: string;
  /** Which variants take other images than `images.usual` says. */
  readonly images?: string;
}

export interface FamilyImages {
  readonly usual: ImagePreparation;
  /** Ultralytics trains models of this family with the letterbox and thresholds of `usual`, not with those of YOLO. */
  readonly ultralyticsAsUsual?: true;
  /** Another family whose preparation holds for this reading. */
  sameAs?(reading: Reading): string | undefined;
  /** The preparation of a variant that the reading shows, and its reason; undefined where `usual` holds. */
  variant?(reading: Reading, hints: ImageHints): (Partial<ImagePreparation> & { readonly reason: string }) | undefined;
}

/** What is known when options are resolved. */
export interface ResolveFacts {
  /** Of the model's input, in pixels. */
  readonly width: number;
  /** Number of labels, where it is known. */
  readonly labels: number | undefined;
}

/** Keeps the literal type of the name, of which the type of all names is made. */
export function defineFamily<const Name extends string>(family: ModelFamily<Name>): ModelFamily<Name> {
  return family;
}
