/**
 * The append-only journal of the device: numbered records in hash chains, acknowledgements, quotas, recovery of damaged
 * files, verification, maintenance and signatures. Only this module opens the database file.
 */
export { type JournalAlarm, type JournalAlarmCode, JournalAlarms } from './alarms.ts';
export { type Appender, CommitQueue, type CommitQueueOptions } from './commit-queue.ts';
export { openForReading } from './database.ts';
export { type DeviceKey, deviceKey, identityFolder } from './device-key.ts';
export * from './errors.ts';
export { exportHeads } from './export-heads.ts';
export { FileWatch } from './file-watch.ts';
export type * from './findings.ts';
export { HeadSigner } from './head-signer.ts';
export { Journal } from './journal.ts';
export { journalPath } from './journal-path.ts';
export * from './journal-reader.ts';
export * from './journal-types.ts';
export * from './maintenance.ts';
export { countQuarantined } from './recovery/index.ts';
export { OVERFLOW, type StreamQuotas } from './stream-quota.ts';
export { derivedBase, derivedTables, hasDerivedTables, noteDerivedBase } from './schema.ts';
export { TelemetryByTime } from './telemetry-by-time.ts';
export * from './verify.ts';
export { WalWatch } from './wal-watch.ts';
export { CLIP_TABLE } from './clip-table.ts';
