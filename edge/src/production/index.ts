/** What the line made: counts and times by shift, product, batch and rule, which continue over a restart. Pure. */
export {
  NO_SHIFT,
  ProductionLedger,
  type ProductionPlace,
  type ProductionRow,
  readProductionRow,
  type Station,
  type StationTime,
} from './ledger.ts';
export { RateMeter } from './rate-meter.ts';
export { equipmentRecord, type EquipmentRecord, type EquipmentService, productionRecord } from './records.ts';

export { type PlannedCount, type ProductionReport, productionReport } from './report.ts';
