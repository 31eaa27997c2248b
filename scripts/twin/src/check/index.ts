/** Whether the declared effects are in what the plant recorded: each measured from the tables, with its uncertainty. */
export { checkEffects, type CheckReport, type Finding, type Verdict } from './check-effects.ts';
