/** A journal that cannot go on: set aside, read as far as it can be, carried over into its successor. */
export * from './transfer-records.ts';
export * from './quarantine.ts';
