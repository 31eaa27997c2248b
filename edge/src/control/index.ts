/**
 * Applies a changed configuration to a running line: the difference becomes named steps, and one runner takes them in
 * order. Says what is to be done; the line that runs knows how.
 */
export { type ChangeStep, type RuleMove, type StepHandlers } from './change-step.ts';
export { planChange } from './plan-change.ts';
export { runSteps } from './run-steps.ts';
