/**
 * What a model reports about one frame: detections, classes, an anomaly; and how a frame is fitted into a model's input.
 * Types and pure functions; imports nothing.
 */
export * from './detection.ts';
export * from './inference-output.ts';
export * from './input-limit.ts';
export * from './least-scores.ts';
export * from './letterbox.ts';
export * from './picture-size.ts';
