/** A journal that cannot go on: set aside, read as far as it can be, carried over into its successor. */
export * from './carry-over.ts';
export * from './set-aside.ts';
