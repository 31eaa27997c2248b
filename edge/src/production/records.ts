import type { ProductionRow } from './ledger.ts';

/**
 * The body of a record of kind `production`: a row, and what it means in the names of the reference architecture, by
 * zone and product: `packed`, `marked`, `lineUtilisation`, `staffUtilisation`, `downtimeMs`, `operationTimeMs`. A
 * utilisation is of the time of which it is known whether the station ran.
 */
export function productionRecord(row: ProductionRow): object {
  const { counts, station, runningMs, downMs } = row;
  const knownMs = runningMs + downMs;
  const utilisation = knownMs === 0 ? undefined : roundTo3(runningMs / knownMs);
  return {
    ...row,
    ...(counts.packed === undefined ? {} : { packed: totalOf(counts.packed) }),
    ...(counts.marked === undefined ? {} : { marked: totalOf(counts.marked) }),
    ...(station === 'line' ? { downtimeMs: downMs } : {}),
    ...(station === 'staff' ? { operationTimeMs: runningMs } : {}),
    ...(station === 'line' && utilisation !== undefined ? { lineUtilisation: utilisation } : {}),
    ...(station === 'staff' && utilisation !== undefined ? { staffUtilisation: utilisation } : {}),
  };
}

/** A piece of equipment now, in the names of the reference architecture; the body of a record of kind `equipment`. */
export interface EquipmentRecord {
  readonly camera: string;
  /** The rule that watches it. */
  readonly rule: string;
  readonly zone?: string;
  readonly status: 'running' | 'stopped' | 'unknown';
  /** Why it stands, where the plant says so. */
  readonly reason?: string;
  /** Of the time of the shift of which it is known whether it ran. */
  readonly utilisation?: number;
  /** Products a minute. */
  readonly throughput?: number;
  /** Stops in this shift. */
  readonly errors: number;
  readonly downtimeMs: number;
  /** How near the next service of each machine is that this camera watches; absent where none is to be serviced. */
  readonly maintenance?: readonly EquipmentService[];
}

/** What a rule of the type `maintenance` says of its machine. */
export interface EquipmentService {
  readonly rule: string;
  /** Of the limit that is used up most; from 1 on the service is overdue. */
  readonly used: number;
  readonly hoursSince: number;
  readonly runningHours?: number;
  readonly counted?: number;
}

export interface EquipmentFacts {
  readonly camera: string;
  readonly rule: string;
  readonly zone?: string | undefined;
  readonly status: EquipmentRecord['status'];
  readonly reason?: string | undefined;
  /** Its rows of this shift, all products and batches. */
  readonly rows: readonly ProductionRow[];
  readonly perMinute: number | undefined;
  readonly maintenance: readonly EquipmentService[];
}

export function equipmentRecord({
  rows,
  perMinute,
  zone,
  reason,
  maintenance,
  ...facts
}: EquipmentFacts): EquipmentRecord {
  const [runningMs, downMs] = [sumOf(rows, 'runningMs'), sumOf(rows, 'downMs')];
  const knownMs = runningMs + downMs;
  return {
    ...facts,
    ...(zone === undefined ? {} : { zone }),
    ...(reason === undefined ? {} : { reason }),
    ...(knownMs === 0 ? {} : { utilisation: roundTo3(runningMs / knownMs) }),
    ...(perMinute === undefined ? {} : { throughput: roundTo3(perMinute) }),
    errors: rows.reduce((total, { counts }) => total + totalOf(counts.stops ?? {}), 0),
    downtimeMs: downMs,
    ...(maintenance.length === 0 ? {} : { maintenance }),
  };
}

function sumOf(rows: readonly ProductionRow[], key: 'runningMs' | 'downMs'): number {
  return rows.reduce((total, row) => total + row[key], 0);
}

function totalOf(labels: Readonly<Record<string, number>>): number {
  return Object.values(labels).reduce((total, count) => total + count, 0);
}

function roundTo3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
