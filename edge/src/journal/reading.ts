/**
 * The entrance for programs that only read a journal. Loads nothing that writes, recovers, signs or verifies, so that
 * short commands start quickly.
 */
export { openForReading } from './database.ts';
export { JournalError } from './errors.ts';
export { journalPath } from './journal-path.ts';
export { JournalReader, openJournalReader } from './journal-reader.ts';
export type { DeclaredLoss, StreamStats } from './journal-types.ts';
export { readDevice } from './meta.ts';
export { TelemetryByTime } from './telemetry-by-time.ts';
export { derivedBase, derivedTables, hasDerivedTables } from './schema.ts';
export { clipsOf } from './clip-table.ts';
