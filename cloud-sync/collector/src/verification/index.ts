/**
 * Verification of everything that a collector stores: the hash chains, and each table that only repeats what records
 * say. Tables are derived again from the records and compared; pictures are read and hashed; signed heads of the devices
 * are compared, those in the audit stream and those of a file that a device exported.
 */
export { compareWithExport } from './against.ts';
export { type BookFinding, type DerivedSource, type DerivedTables } from './derived-source.ts';
export { verifyPictures } from './pictures.ts';
export { verifyStore, type VerifyOptions } from './verify-store.ts';
