/** Recovery of a journal that cannot go on: quarantine, salvage of its records, transfer into its successor. */
export * from './transfer-records.ts';
export * from './quarantine.ts';
export { declaredEarlier, entriesOf } from './transfer-entries.ts';
export { rescue, takeRescued } from './rescue.ts';
