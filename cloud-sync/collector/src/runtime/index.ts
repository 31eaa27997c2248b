/**
 * One collector per data folder: the lock that ensures it, and the file that tells other commands its addresses.
 */
export * from './data-lock.ts';
export * from './runtime-info.ts';
