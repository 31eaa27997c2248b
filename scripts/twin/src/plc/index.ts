/** The controller of the simulated line: a Modbus TCP server with its reject gate, and the truth about what it rejected. */
export { GateBook, type GateCounts, type GateOptions, type GateRecord } from './gate-book.ts';
export { COUNTS_PER_UNIT, type GateLine, LinePlc, type PlcFault, RESULTS_AT } from './line-plc.ts';
