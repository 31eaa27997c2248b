/**
 * Follows objects from frame to frame. Pure: time comes with the frames, numbers in, numbers out.
 */
export { assign } from './assignment.ts';
export * from './byte-tracker.ts';
export * from './options.ts';
export { TrackIds } from './track-ids.ts';
