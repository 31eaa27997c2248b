/**
 * Model families: which output formats are known, how each is recognised, completed, decoded and checked. Pure: no files,
 * no clock. It can be entered by itself (`@lineside/models/families`), because inference workers need no more.
 */
export { createDecoder } from './decoding/create-decoder.ts';
export { type BadOutput, type Decoder, isBad, type Outputs, type OutputTensor } from './decoding/decoder.ts';
export { outputNames } from './decoding/output-names.ts';
export type { FamilyDocument, ModelFamily, ResolveFacts } from './family.ts';
export {
  contradicts,
  type FamilyGuess,
  fitsLabels,
  guessAs,
  guessFamilies,
  imagePreparation,
  resolveOptions,
} from './guess.ts';
export type { ImageHints, ImagePreparation } from './images.ts';
export { FAMILIES, FAMILY_NAMES, type FamilyName, familyOf } from './lookup.ts';
export type { GraphFacts } from './recognition/graph-facts.ts';
export { type CheckedReading, findScoreDefect, type ScoreDefect } from './score-sanity.ts';
export type { RawOutput, Runs } from './scores/raw-output.ts';
