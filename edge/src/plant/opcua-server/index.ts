/**
 * The line as a server of OPC UA: states of OPC 40100-1, recipe, PackML state and results of the outputs, for reading. It
 * runs in a process of its own, and is not the way of rejects.
 */
export { packmlOf, type StationFacts, type VisionFacts, visionStateOf } from './line-state.ts';
export type { PublishedLine, PublishedOutput, PublishedResult, VisionState } from './published.ts';
export { isWholeLineInspected, publishedLine } from './published-line.ts';
export { isOpcuaAddress, parseServerAddress } from './server-address.ts';
export { OpcuaServerProcess, type OpcuaServerOptions } from './server-process.ts';
