import { leastScoreOf, lowestScore } from '../../output/index.ts';
import { type FamilyName, familyOf } from '../lookup.ts';
import { Decoder, type DecoderOptions, isBad, type OutputReader } from './decoder.ts';
import { outputNames } from './output-names.ts';

/** The decoder of the family that the manifest names. */
export function createDecoder(
  options: DecoderOptions & { readonly manifest: { readonly output: { readonly family: FamilyName } } },
): Decoder {
  const { output } = options.manifest;
  return new Decoder(outputNames(output), readerOf(output.family, options));
}

/**
 * The family's reader. Where labels have least scores of their own, it reads down to the lowest and leaves out what is
 * below its label's: boxes are suppressed within a label only, so that the rest is what it would have been.
 */
function readerOf(family: FamilyName, options: DecoderOptions): OutputReader {
  const { labelScores: labels, score } = options;
  if (labels === undefined) return familyOf(family).decoder(options);
  const least = { score, labels };
  const reader = familyOf(family).decoder({ ...options, score: lowestScore(least) });
  return {
    check: (outputs) => reader.check(outputs),
    read: (outputs, frame) => {
      const seen = reader.read(outputs, frame);
      if (isBad(seen)) return seen;
      const counts = seen.detections.filter((one) => one.score >= leastScoreOf(least, one.label));
      return { ...seen, detections: counts };
    },
  };
}
