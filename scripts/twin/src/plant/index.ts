/**
 * The plant behind the cameras, simulated from a declaration and a seed: states of the line, stops, products and batches,
 * packs with their weights, faults and labels, shifts and staff, and the declared effects between them. Pure: time is a
 * number of seconds, and the same seed gives the same plant.
 */
export {
  type Effect,
  type Plant,
  PLANT_FAULTS,
  type PlantFault,
  plantSchema,
  type Product,
  type StopReason,
} from './declaration.ts';
export { covariates, effectOn, type Moment } from './effects.ts';
export { bestBefore, type PackLabel } from './label.ts';
export { type Item, type LineState, PlantSimulation, type SignalChange, type Stop } from './simulation.ts';
export { shiftAt, type ShiftAt, staffOf, temperatureAt } from './surroundings.ts';
export { SIGNALS, type SignalName } from './signals.ts';
export { isSilentAt, type SentSignal, signalLineOf, signalRecording } from './signal-recording.ts';
