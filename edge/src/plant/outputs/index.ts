/** The process that drives the outputs of the plant, and what the main process says to it. */
export { ConnectionKeeper } from './connection-keeper.ts';
export type { Latency } from './latency-meter.ts';
export type { OutputPlan, OutputState, ServerPlan } from './messages.ts';
export { OutputsProcess, type OutputsProcessOptions } from './outputs-process.ts';
