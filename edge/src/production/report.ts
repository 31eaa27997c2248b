import { NO_SHIFT, type ProductionRow, type Station } from './ledger.ts';

export interface PlannedCount {
  readonly shift?: string | undefined;
  readonly product?: string | undefined;
  readonly count: number;
}

/** What a shift made, against its plan. */
export interface ProductionReport {
  readonly shift: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Plan and fact by product; a plan without a product is about all of them. */
  readonly products: readonly {
    readonly product?: string;
    readonly counted: number;
    readonly planned?: number;
  }[];
  /** Each rule with its counts, all products and batches together. */
  readonly rules: readonly {
    readonly camera: string;
    readonly rule: string;
    readonly counts: Readonly<Record<string, number>>;
  }[];
  /**
   * Stations whose time is known: the line by rules of the type `downtime`, staff by those of the type `operation_time`.
   * Utilisation: running time by the time of the shift so far; outside of shifts, by the time that is recorded.
   */
  readonly stations: readonly {
    readonly of: Station;
    readonly camera: string;
    readonly rule: string;
    readonly runningMs: number;
    readonly downMs: number;
    readonly unknownMs: number;
    readonly utilisation: number;
  }[];
  /** The mean of the stations of the line; absent where there is none. */
  readonly utilisation?: number;
  /** The mean of the stations of the staff; absent where there is none. */
  readonly staffUtilisation?: number;
}

/**
 * The report of one shift. `nowMs`: a shift that is not over has lasted until now. `counter`: the rule whose counts are
 * what the line made, so that two rules that see the same products do not count them twice.
 */
export function productionReport(
  shift: { readonly name: string; readonly fromMs: number; readonly toMs: number },
  rows: readonly ProductionRow[],
  plan: readonly PlannedCount[],
  nowMs: number,
  counter: string | undefined,
): ProductionReport {
  const own = rows.filter((row) => row.shift === shift.name && row.shiftFromMs === shift.fromMs);
  const lastedMs = Math.max(1, Math.min(nowMs, shift.toMs) - shift.fromMs);
  const stations = byRule(own).flatMap((group) => {
    const [runningMs, downMs, unknownMs] = [sum(group, 'runningMs'), sum(group, 'downMs'), sum(group, 'unknownMs')];
    const [first] = group;
    if (first === undefined || runningMs + downMs + unknownMs === 0) return [];
    const { camera, rule, station = 'line' } = first;
    const ofMs = shift.name === NO_SHIFT ? runningMs + downMs + unknownMs : lastedMs;
    return [{ of: station, camera, rule, runningMs, downMs, unknownMs, utilisation: Math.min(1, runningMs / ofMs) }];
  });
  const line = meanOf(stations.filter((station) => station.of === 'line'));
  const staff = meanOf(stations.filter((station) => station.of === 'staff'));
  return {
    ...{ shift: shift.name, fromMs: shift.fromMs, toMs: shift.toMs },
    products: productsOf(
      shift.name,
      own.filter(({ rule }) => rule === counter),
      plan,
    ),
    rules: byRule(own).flatMap((group) => {
      const [first] = group;
      const counts = countsOf(group);
      if (first === undefined || Object.keys(counts).length === 0) return [];
      return [{ camera: first.camera, rule: first.rule, counts }];
    }),
    stations,
    ...(line === undefined ? {} : { utilisation: line }),
    ...(staff === undefined ? {} : { staffUtilisation: staff }),
  };
}

function meanOf(stations: ProductionReport['stations']): number | undefined {
  if (stations.length === 0) return undefined;
  return stations.reduce((total, { utilisation }) => total + utilisation, 0) / stations.length;
}

function productsOf(
  shift: string,
  rows: readonly ProductionRow[],
  plan: readonly PlannedCount[],
): ProductionReport['products'] {
  const planned = plan.filter((one) => one.shift === undefined || one.shift === shift);
  const made = rows.filter((row) => row.counts.counted !== undefined);
  const names = new Set([...made.map(({ product }) => product), ...planned.flatMap(({ product }) => product ?? [])]);
  const byProduct = [...names].map((product) => {
    const counted = countsOf(made.filter((row) => row.product === product))['counted'] ?? 0;
    const target = planned.find((one) => product !== undefined && one.product === product)?.count;
    return {
      ...(product === undefined ? {} : { product }),
      counted,
      ...(target === undefined ? {} : { planned: target }),
    };
  });
  const total = planned.find(({ product }) => product === undefined);
  if (total === undefined) return byProduct;
  return [
    { counted: countsOf(made)['counted'] ?? 0, planned: total.count },
    ...byProduct.filter((one) => 'product' in one),
  ];
}

function byRule(rows: readonly ProductionRow[]): readonly (readonly ProductionRow[])[] {
  const groups = new Map<string, ProductionRow[]>();
  for (const row of rows) {
    const key = `${row.camera}/${row.rule}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

function countsOf(rows: readonly ProductionRow[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { counts } of rows) {
    for (const [name, labels] of Object.entries(counts)) {
      for (const count of Object.values(labels)) sums[name] = (sums[name] ?? 0) + count;
    }
  }
  return sums;
}

function sum(rows: readonly ProductionRow[], key: 'runningMs' | 'downMs' | 'unknownMs'): number {
  return rows.reduce((total, row) => total + row[key], 0);
}
