/**
 * What a model is: bundle manifest, labels, golden images; finding and verifying one. A manifest is data: nothing here
 * runs a model.
 */
export * from './manifest.ts';
export * from './catalog.ts';
export { COCO_LABELS } from './coco-labels.ts';
export * from './errors/index.ts';
export {
  type CheckedReading,
  contradicts,
  FAMILIES,
  FAMILY_NAMES,
  type FamilyGuess,
  type FamilyName,
  familyOf,
  findScoreDefect,
  fitsLabels,
  type GraphFacts,
  guessAs,
  guessFamilies,
  type ImagePreparation,
  imagePreparation,
  type ModelFamily,
  type RawOutput,
  resolveOptions,
  type ScoreDefect,
} from './families/index.ts';
export * from './form/index.ts';
export * from './imported.ts';
export * from './onnx/index.ts';
export * from './patch-memory/index.ts';
export * from './resolve.ts';
export * from './verify.ts';
