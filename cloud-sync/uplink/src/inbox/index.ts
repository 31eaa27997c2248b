/** What arrives at the device: parsed, checked, and dispatched to whoever deals with it. */
export * from './desired-not-applied.ts';
export * from './device-inbox.ts';
