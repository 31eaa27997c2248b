/**
 * One protocol on both sides of the IPC: the vision process counts frames, the main process works out which of them were
 * lost when that process is killed. Over all restarts offered = inspected + skipped + failed.
 */
export { FrameCounters } from './frame-counters.ts';
export { FrameReconciler } from './frame-reconciler.ts';
