/**
 * Privacy of people in pictures: which parts of a frame are covered (fixed masks, and heads or persons that a model
 * detected), held over frames in which they were missed, and the covering of the pixels. Pure: pixels and time come in.
 */
export { coverAll, coverAreas, coverMasks, maskedCells, type Pixels } from './cover.ts';
export { coveredParts, coversAlike, hasMasks, hidesPeople, isWithoutPrivacy, type PrivacyPlan } from './plan.ts';
export { type Area, PeopleCover, type Seen } from './people-cover.ts';
