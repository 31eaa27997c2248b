/**
 * Gaps: numbers that stay missing are recorded, requested from their device again, and closed when they are stored or
 * declared lost.
 */
export * from './gap-store.ts';
export * from './gap-watch.ts';
