/** What the kernel reports of the computer beside the line: temperatures, memory, power mode, slowing down for heat. */
export { type MachineFacts, MachineReader, type MachineReaderParts, type Temperature } from './machine-reader.ts';
