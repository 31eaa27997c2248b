/**
 * What is known of devices: which of them are online, from their births and wills.
 */
export * from './presence.ts';
