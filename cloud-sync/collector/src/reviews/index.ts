/**
 * What people say about events, and the labelled set that follows from it, for training and for comparing models.
 */
export { type LabelledImage, labelledImages } from './labelled-set.ts';
export { type Mark, markEvent } from './mark-event.ts';
export { type Review, ReviewBox, ReviewDetails, type Verdict, VERDICTS } from './review.ts';
export type { ReviewedEvent, ReviewStore } from './review-store.ts';
export { SET_FORMS, type SetForm, type WrittenSet, writeSet } from './write-set.ts';
