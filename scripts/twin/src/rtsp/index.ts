/**
 * The simulated line's cameras on the network: an RTSP 1.0 server (RFC 2326) that serves H.264 over RTP (RFC 6184), TCP
 * interleaved or UDP, with Digest authentication, and that breaks on request in the ways cameras do. For tests and
 * demonstrations: unicast, one video track per stream.
 */
export { accessUnits } from './access-units.ts';
export type { ClientFacts } from './delivery.ts';
export { Faults } from './faults.ts';
export { type FileSourceOptions, fileSource } from './file-source.ts';
export { RtspServer, type RtspServerOptions } from './server.ts';
export type { AccessUnit, H264Source } from './source.ts';
