/**
 * Signals to the plant: every transition of an event goes directly to each configured connection, without waiting for
 * journal or uplink. The protocol is chosen by the scheme of the connection's URL; its code is loaded when it is used.
 */
export type { PlantConnection, PlantProtocol, PlantTools } from './plant-connection.ts';
export { PlantSignals, type PlantSignalsOptions, type PlantTarget } from './plant-signals.ts';
export { type OutputPlan, OutputsProcess, type OutputState } from './outputs/index.ts';
export { type Lamps, type LampPoints, StackLight } from './light/index.ts';
export { plantUrlProblem } from './protocols.ts';
