/**
 * The terms of the product: frame, detection, result, track, zone, event. Types and pure functions, with the vocabulary
 * of events and inspections and the output of models.
 */
export * from '@lineside/models/output';
export * from '@lineside/protocol/vocabulary';
export * from './line-pace.ts';
export * from './camera.ts';
export * from './event.ts';
export * from './frame.ts';
export * from './pack-check.ts';
export * from './reading.ts';
export * from './region.ts';
export * from './result.ts';
export * from './signal.ts';
export * from './tally.ts';
export * from './track.ts';
export * from './verdict.ts';
export * from './zone.ts';
