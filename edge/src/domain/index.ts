/**
 * The words of the product: frame, detection, result, track, zone, event. Types and pure functions; imports nothing.
 */
export * from './camera.ts';
export * from './detection.ts';
export * from './event.ts';
export * from './frame.ts';
export * from './letterbox.ts';
export * from './region.ts';
export * from './result.ts';
export * from './track.ts';
export * from './zone.ts';
