/**
 * What the line promises to remember: the journal (SQLite, hash chains, acks, quotas), evidence files by their hash,
 * and the readers for the command line. Alone touches SQLite and the data folder.
 */
export * from './clock-source.ts';
export * from './errors.ts';
export { EvidenceStore, type EvidenceStats, type PendingEvidence } from './evidence.ts';
export { evidencePath, readEvidence } from './evidence-files.ts';
export * from './evidence-sweep.ts';
export { foldEvent, type FoldedEvent, type Transition } from './fold.ts';
export { Journal } from './journal.ts';
export * from './journal-types.ts';
export * from './open-store.ts';
export * from './reader.ts';
export { EVENT_RECORD, JournalRecorder, SNAPSHOT_RECORD } from './recorder.ts';
export * from './upkeep.ts';
export * from './verify.ts';
