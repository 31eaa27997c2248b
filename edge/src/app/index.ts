/**
 * Wiring: connects the modules in the order in which a frame travels, runs them, and replaces what a changed
 * configuration changes.
 */
export { compareReplay, type ReplayComparison } from './compare-replay.ts';
export type { EventChange, ReplayedEvent } from './compare-events.ts';
export { runAppliance } from './appliance.ts';
export { engineKeeper, enginesFolder, expectedOf, specsOf } from './engines.ts';
export { inspectRecording, type InspectRecording } from './inspect-recording.ts';
export { trackerFor } from './lane-setup.ts';
export { LogTail } from './log-tail.ts';
export { keepPlan, unfitFinding } from './kept-plan.ts';
export { type CapacityReport, measureCapacity } from './measure-capacity.ts';
export { findModels, type LineModel } from './models.ts';
export * from './options.ts';
export { type RecordedReading, readRecordedSignals } from '../signals/index.ts';
export { replay } from './replay.ts';
export { CameraRecording, type RecordCamera } from './camera-recording.ts';
export { rollBackWithoutLine } from './roll-back.ts';
export type { ObjectSize } from './object-sizes.ts';
export type { RuleStudy, ThresholdRow } from './threshold-study.ts';
export { runLine, type RunLineOptions } from './run-line.ts';
export type { RunningLine } from './running-line.ts';
