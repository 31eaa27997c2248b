/**
 * The checks of `lineside doctor`. Each examines one part and reports findings with their meaning for the line and advice.
 * The command line, the status page and the setup wizard run them, one at a time or all in order.
 */
export { brokerCheck } from './broker-check.ts';
export { cameraCheck } from './camera-check.ts';
export { type CameraTrial, type TrialOptions, tryCamera } from './camera-trial.ts';
export { type Check, type CheckFinding, type CheckResult, runCheck, type Verdict } from './check.ts';
export { clockCheck } from './clock-check.ts';
export { configCheck, type ConfigPlaces } from './configuration.ts';
export { dataFolderCheck } from './data-folder.ts';
export { examine, type ExaminationOptions } from './examine.ts';
export { ffmpegCheck, nodeCheck } from './machine.ts';
export { modelCheck, type ModelRuntime } from './model-check.ts';
export { ruleLabelCheck, ruleLabelProblems } from './rule-labels.ts';
export { serviceCheck } from './service-check.ts';
