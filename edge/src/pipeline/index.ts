/**
 * One lane per camera: results in, tracks, rules, events out to the recorder. Knows only its ports.
 */
export * from './ports.ts';
