/**
 * Evidence files: snapshots and clips of events under their SHA-256, with a table of what is held and what was uploaded, a quota,
 * and a sweep that brings files and table together. Its table is in the journal's database.
 */
export { DiskReserve, type DiskState, type Missing } from './disk-reserve.ts';
export {
  type EmbeddedBox,
  type EmbeddedFacts,
  embeddedFacts,
  withJpegFacts,
  withVideoFacts,
} from './embedded-facts.ts';
export * from './errors.ts';
export {
  EVIDENCE_FORMATS,
  type EvidenceKind,
  evidenceFolder,
  evidencePath,
  locateEvidence,
  readEvidence,
} from './evidence-files.ts';
export {
  EvidenceStore,
  type EvidenceStats,
  type EvidenceStoreOptions,
  lossOf,
  type PendingEvidence,
  type StagedEvidence,
} from './evidence-store.ts';
export * from './evidence-sweep.ts';
export { EvidenceWatch } from './evidence-watch.ts';
export { type EvidenceFinding, verifyEvidence } from './verify-evidence.ts';
