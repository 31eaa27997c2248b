/** What the line made: counts and times by shift, product, batch and rule, which continue over a restart. Pure. */
export { ProductionLedger, type ProductionPlace, type ProductionRow, readProductionRow } from './ledger.ts';
export { type PlannedCount, type ProductionReport, productionReport } from './report.ts';
