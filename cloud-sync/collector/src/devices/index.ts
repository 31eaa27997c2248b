/**
 * What is known of devices: which of them are online, from their births and wills, and what they reported last.
 */
export * from './device-registry.ts';
export * from './device-store.ts';
export * from './presence.ts';
