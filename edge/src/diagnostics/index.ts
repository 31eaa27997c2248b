/**
 * The checks of `lineside doctor`. Each examines one part and reports findings of one table, with their meaning for the
 * line and advice. The command line, the status page and the setup wizard run them, one at a time or all in order.
 */
export { type CameraTrial, type TrialOptions, tryCamera } from './camera-trial.ts';
export { type Check, type CheckResult, runCheck } from './check.ts';
export {
  brokerCheck,
  cameraCheck,
  clockCheck,
  configCheck,
  type ConfigPlaces,
  dataFolderCheck,
  diskCheck,
  ffmpegCheck,
  type MachineView,
  modelCheck,
  type ModelRuntime,
  nodeCheck,
  PROBLEM_ADVICE,
  ruleLabelProblems,
  rulesCheck,
  serviceCheck,
  type SoftwareFacts,
  thisMachine,
} from './checks/index.ts';
export { examine, type ExaminationOptions } from './examine.ts';
export type { CheckFinding, Fix, Verdict } from './finding.ts';
export { applyFix, type FixReport } from './fix.ts';
export { CHECK_ORDER, CHECKS, type CheckName, type CheckText, COMMON_FINDINGS } from './table/index.ts';
