/**
 * Several collectors on one database: each reports regularly that it runs, and knows how many others do.
 */
export * from './cluster-membership.ts';
export * from './cluster-store.ts';
