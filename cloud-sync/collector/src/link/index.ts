/**
 * The collector's connection to the broker: its presence, its subscriptions, and what it sends to devices.
 */
export * from './broker-link.ts';
