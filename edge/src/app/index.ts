/**
 * Wiring: brings the rooms together in the order a frame travels, and runs them.
 */
export { runAppliance } from './appliance.ts';
export * from './options.ts';
export { replay } from './replay.ts';
