/**
 * What the line promises to remember: the journal (SQLite, hash chains, acks, quotas), evidence files by their hash,
 * and the readers for the command line. Alone touches SQLite and the data folder.
 */
export type { StoreAlarm, StoreAlarmCode } from './alarms.ts';
export * from './clock-source.ts';
export { type DeviceKey, deviceKey, identityFolder } from './device-key.ts';
export * from './errors.ts';
export { EvidenceStore, type EvidenceStats, type PendingEvidence } from './evidence.ts';
export { evidencePath, readEvidence } from './evidence-files.ts';
export * from './evidence-sweep.ts';
export { foldEvent, type FoldedEvent, type Transition } from './fold.ts';
export { HeadSigner } from './head-signer.ts';
export { Journal } from './journal.ts';
export * from './journal-types.ts';
export * from './open-store.ts';
export * from './reader.ts';
export { EVENT_RECORD, JournalRecorder, SNAPSHOT_RECORD } from './recorder.ts';
export { countAside } from './salvage/index.ts';
export { OVERFLOW, type StreamQuotas } from './stream-quota.ts';
export * from './upkeep.ts';
export * from './verify.ts';
