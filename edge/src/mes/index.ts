/**
 * MES and ERP: the plan of production comes in, what was made goes out; by file (CSV or JSON) or HTTP. What comes in is
 * hostile until it is parsed.
 */
export { type Actuals, actualsCsv, type ActualsProduct } from './actuals.ts';
export { ActualsWriter, type ActualsTarget } from './actuals-writer.ts';
export { PlanFollower, type PlanState } from './plan-follower.ts';
export { type PlannedRow, PlanTextError, readPlan, type TargetWeight, targetOf } from './plan-text.ts';
export { exchangeUrlProblem } from './exchange-url.ts';
