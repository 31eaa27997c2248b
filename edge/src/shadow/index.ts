/**
 * A new model beside the one in use, on the same frames: what both see, what only one sees, how steadily each sees it, and whether
 * that speaks for the new one. Pure: no truth is known on a line, so that it is judged by agreement and steadiness.
 */
export * from './comparison.ts';
export * from './judge-shadow.ts';
export * from './steadiness.ts';
