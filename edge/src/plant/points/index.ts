/**
 * Points of the plant's controllers: reading, writing and browsing them. A protocol is a folder and a line in
 * `protocols.ts`; its code is loaded when it is used. Signals, outputs and the command line use the same connections.
 */
export { POINT_ADVICE, POINT_ERROR_CODES, PointError, type PointErrorCode } from './errors.ts';
export type {
  BrowsedPoint,
  PointAddress,
  PointConnection,
  PointOpener,
  PointProtocol,
  PointReading,
  PointReport,
  PointServer,
  PointTools,
  PointWrite,
  ServedRegisters,
  TakenWrite,
  WatchedPoint,
} from './point-protocol.ts';
export { connectionProblem, POINT_PROTOCOLS, pointProtocolOf } from './protocols.ts';
export { type KnownCertificate, listCertificates, trustCertificate } from './opcua/trust-list.ts';
export { serverFolder as opcuaServerFolder } from './opcua/folders.ts';
