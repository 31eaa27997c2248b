import {
  type Box,
  type Detection,
  letterbox,
  type Letterbox,
  type PictureSize,
  unletterbox,
  type InferenceOutput,
} from '../../output/index.ts';
import { IMPOSSIBLE_BOX, NOT_FINITE } from './bad-output.ts';
import { Candidates } from './candidates.ts';
import {
  type BadOutput,
  type DeclaredOutput,
  type DecoderOptions,
  isBad,
  type OutputReader,
  type OutputTensor,
} from './decoder.ts';
import { allFinite, floats } from './numbers.ts';

/** What differs between families of boxes. */
export interface BoxFamily {
  check(outputs: readonly DeclaredOutput[]): BadOutput | undefined;
  /**
   * Adds every box with a sufficient score, in pixels of the model's input; class ids are indices of the manifest's labels. Every
   * value is finite, unless `checksFinite`.
   */
  collect(outputs: readonly FloatOutput[], candidates: Candidates): BadOutput | undefined;
  /** True where `collect` itself detects values that are not finite, faster than a pass over all of them. */
  readonly checksFinite?: true;
  /** `suppress`: several boxes may lie on one object. `keep`: the graph has seen to it. */
  readonly overlaps: 'suppress' | 'keep';
}

export interface FloatOutput {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Reader of a family of boxes: those with a sufficient score, one per object, the best 300, in source pixels. */
export function boxReader(options: DecoderOptions, family: BoxFamily): OutputReader {
  const candidates = new Candidates();
  return {
    check: (outputs) => family.check(outputs),
    read: (outputs, { source }): InferenceOutput | BadOutput => {
      const kept = keptBoxes(options, family, candidates, outputs);
      if (isBad(kept)) return kept;
      const mapper = sourceMapper(options, source);
      const detections: Detection[] = [];
      for (const n of kept) {
        const detection = mapper.detection(candidates, n);
        if (detection !== undefined) detections.push(detection);
      }
      return { detections };
    },
  };
}

/** Indices of the candidates that stay, best first. */
export function keptBoxes(
  options: DecoderOptions,
  family: BoxFamily,
  candidates: Candidates,
  outputs: readonly OutputTensor[],
): Uint32Array | BadOutput {
  const tables = outputs.map(({ data, shape }) => ({ data: floats(data), shape }));
  if (family.checksFinite !== true && !tables.every(({ data }) => allFinite(data))) return NOT_FINITE;
  candidates.clear();
  const bad = family.collect(tables, candidates);
  if (bad !== undefined) return bad;
  if (candidates.hasInvalidBox) return IMPOSSIBLE_BOX;
  return family.overlaps === 'suppress' ? candidates.suppress(options.iou) : candidates.best();
}

export interface SourceMapper {
  readonly fit: Letterbox;
  /** Undefined for a box that lies in the letterbox's bars: the source has no such place. */
  detection(candidates: Candidates, n: number): Detection | undefined;
}

/** Converts boxes from the model's input to the source frame. */
export function sourceMapper(options: Pick<DecoderOptions, 'manifest'>, source: PictureSize): SourceMapper {
  const { input, labels } = options.manifest;
  const fit = letterbox(source, input, input.letterbox.anchor);
  return {
    fit,
    detection: (candidates, n) => {
      const { boxes } = candidates;
      const at = 4 * n;
      const inInput: Box = [boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!];
      const box = unletterbox(inInput, fit, source);
      if (box[2] <= box[0] || box[3] <= box[1]) return undefined;
      const classId = candidates.classes[n]!;
      return { label: labels[classId]!, classId, score: Math.min(1, candidates.scores[n]!), box };
    },
  };
}

/** Pixels of the input per unit of the output's boxes. */
export function boxUnit(
  { output, input }: DecoderOptions['manifest'],
  usual: 'normalised' | 'pixels',
): readonly [x: number, y: number] {
  return (output.options?.boxes ?? usual) === 'pixels' ? [1, 1] : [input.width, input.height];
}
