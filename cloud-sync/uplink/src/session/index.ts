/** One connection to the broker, from CONNECT to its end; how every client of this device is made; the doctor's probe. */
export * from './broker-session.ts';
export type { BrokerAccess } from './client-options.ts';
export * from './probe.ts';
