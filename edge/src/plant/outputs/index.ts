/** The process that drives the outputs of the plant, and what the main process says to it. */
export type { Latency, OutputPlan, OutputState, ServerPlan } from './messages.ts';
export { OutputsProcess, type OutputsProcessOptions } from './outputs-process.ts';
