import { fastestDet, headsByStride, nanodet } from './families/heads.ts';
import { detr, readyMade, ssd } from './families/queries.ts';
import { endToEnd, segment, yolo } from './families/tables.ts';
import { anomaly, autoencoder, classification } from './families/whole-picture.ts';
import type { FamilyGuess, GuessFacts } from './family.ts';

type Rule = (facts: GuessFacts) => readonly FamilyGuess[];

/** Every family's shapes. A rule that finds more than one reading gives them all. */
export const FAMILY_RULES: readonly Rule[] = [
  autoencoder,
  anomaly,
  segment,
  endToEnd,
  yolo,
  nanodet,
  headsByStride,
  fastestDet,
  readyMade,
  detr,
  ssd,
  classification,
];
