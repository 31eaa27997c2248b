/**
 * Rollouts: a release on its way to lines, group by group. The steps are pure; the runner reads what lines report, stores
 * what follows and publishes the desired documents.
 */
export { type DesiredDocument } from './desired-document.ts';
export { openRolloutDesk } from './open-rollout-desk.ts';
export { act, ROLLOUT_ACTS, type RolloutAct } from './person-acts.ts';
export {
  APPROVALS,
  type Approval,
  COLLECTOR,
  isOver,
  LINE_STATES,
  Rollout,
  type RolloutLine,
  type RolloutNote,
  type RolloutRelease,
} from './rollout.ts';
export { type RolloutChange, type RolloutStore } from './rollout-store.ts';
export { Rollouts, type RolloutsOptions } from './rollouts.ts';
export { type RolloutWish, RolloutDesk } from './rollout-desk.ts';
export { rolloutJson, rolloutSummary } from './rollout-json.ts';
export { type GroupWish, startRollout } from './start.ts';
export { type LineFacts, step, tally } from './step.ts';
