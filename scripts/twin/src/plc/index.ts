/**
 * The controller of the simulated line: a Modbus TCP server with its reject gate, the truth about what it rejected, and
 * the same controller as a server of OPC UA, from `opcua-plc.ts`, whose library is loaded where it is used alone.
 */
import type { OpcuaPlc, OpcuaPlcOptions } from './opcua-plc.ts';

export { GateBook, type GateCounts, type GateOptions, type GateRecord } from './gate-book.ts';
export { ACKNOWLEDGED_AT, COUNTS_PER_UNIT, type GateLine, LinePlc, type PlcFault, RESULTS_AT } from './line-plc.ts';
export type { LineValues, OpcuaFault, OpcuaPlc, OpcuaPlcOptions } from './opcua-plc.ts';

/** The controller as a server of OPC UA; its library is large, and is loaded here. */
export async function openOpcuaPlc(options: OpcuaPlcOptions): Promise<OpcuaPlc> {
  const { OpcuaPlc: Controller } = await import('./opcua-plc.ts');
  return new Controller(options);
}
