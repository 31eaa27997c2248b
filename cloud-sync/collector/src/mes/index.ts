/**
 * What the collector exchanges with a database of the plant (MES, ERP): plans out of it for the devices, and into it what
 * each shift made. See decision 0081.
 */
export { ActualsLedger, type ActualsRow } from './actuals-ledger.ts';
export { checkActuals, writeActuals } from './actuals-table.ts';
export { ActualsWriter, type ActualsWriterOptions } from './actuals-writer.ts';
export { type LineNames, lineOf } from './line-names.ts';
export { PlanFollower, type PlanDocument, type PlanFollowerOptions } from './plan-follower.ts';
export { lineKey, PlanRefusal, type PlanByLine } from './plan-rows.ts';
export { readPlan, type PlanSource } from './plan-query.ts';
export { PAGE_NUMBERS } from './production-records.ts';
export type { ProductionJournal, ProductionPage, ProductionRecords, StoredProduction } from './production-records.ts';
export { problemOf } from './plant-database.ts';
