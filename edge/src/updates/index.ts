/**
 * Updates of models and configuration: downloaded in pieces that survive a power cut, verified, proven on this machine, tried on
 * the line, and kept or taken back. What may be installed at all is decided by the metadata of the repository alone.
 */
export { BundleStore, type Pointer } from './bundle-store.ts';
export { downloadFile, type DownloadOptions } from './download.ts';
export { UPDATE_ERROR_CODES, UpdateError, type UpdateErrorCode } from './errors.ts';
export { type FileSource, FolderFiles, HttpFiles } from './file-source.ts';
export { type JournalNote, TwoPlaceFloor } from './floor-store.ts';
export { type HealthWindow, judgeTrial, type LaneWindow } from './judge-trial.ts';
export { textHash } from './local-configuration.ts';
export { ObjectStore } from './object-store.ts';
export type { LineUnderUpdate, Shadow, UpdatableConfiguration, UpdatePorts, WantedRelease } from './ports.ts';
export { planRollback, type RollbackPlan } from './plan-rollback.ts';
export { reconcile } from './reconcile.ts';
export {
  isOver,
  MACHINE_STATES,
  type ShadowRecord,
  type UpdateDocument,
  UpdateJournal,
  type UpdateOrigin,
  type UpdateRecord,
  type UpdateStateName,
} from './update-journal.ts';
export {
  makeUpdateFolder,
  UpdateMachine,
  type UpdateMachineOptions,
  type UpdateTimes,
} from './update-machine.ts';
