/** One connection to the broker: how the client is set up, from CONNECT to its end, and a probe for the doctor. */
export * from './broker-session.ts';
export * from './probe.ts';
