/**
 * Types of configuration values: each is one zod codec that reads a value from the file and writes it back, with a
 * unit where it is a quantity. A module that describes options of its own builds its schema from these.
 */
export * from './day-window.ts';
export * from './duration.ts';
export * from './fraction.ts';
export * from './id.ts';
export * from './immutable.ts';
export * from './key.ts';
export * from './problem.ts';
export * from './rate.ts';
export * from './secret.ts';
export * from './size.ts';
export * from './time-of-day.ts';
