/**
 * Wiring: brings the modules together in the order a frame travels, and runs them.
 */
export { runAppliance } from './appliance.ts';
export { engineKeeper, enginesFolder, expectedOf, specsOf } from './engines.ts';
export { findModels, type LineModel } from './models.ts';
export * from './options.ts';
export { replay } from './replay.ts';
export { runLine, type RunLineOptions } from './run-line.ts';
export type { RunningLine } from './running-line.ts';
