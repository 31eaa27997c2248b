import { TALLIES, type Tally, type TallyName } from '../domain/index.ts';

/** The shift of what is made outside of every shift, by the day. */
export const NO_SHIFT = 'no shift';

/** What a count belongs to. */
export interface ProductionPlace {
  readonly camera: string;
  readonly rule: string;
  /** Zone of the rule. */
  readonly zone?: string;
  /** Name of the shift, and the wall time at which it began; outside of every shift NO_SHIFT, and the begin of the day. */
  readonly shift: string;
  readonly shiftFromMs: number;
  readonly product?: string;
  readonly batch?: string;
}

/** Everything of one place since its shift began; the body of a record of kind `production`. Only the newest counts. */
export interface ProductionRow extends ProductionPlace {
  /** By name and label: `counted` -> `product` -> 120. */
  readonly counts: Readonly<Partial<Record<TallyName, Readonly<Record<string, number>>>>>;
  /** Whose time it is: that of the line (a rule `downtime`), or of the staff at a station (`operation_time`). */
  readonly station?: Station;
  /** Time in which the line ran, or somebody worked at the station. */
  readonly runningMs: number;
  readonly downMs: number;
  readonly unknownMs: number;
}

export const STATIONS = ['line', 'staff'] as const;
export type Station = (typeof STATIONS)[number];

/** Time of a station, in milliseconds. */
export type StationTime = Pick<ProductionRow, 'runningMs' | 'downMs' | 'unknownMs'>;

/** Rows that only grow while their shift lasts. A row that was restored goes on where it was. */
export class ProductionLedger {
  readonly #rows = new Map<string, ProductionRow>();
  readonly #changed = new Set<string>();

  /** `rows`: those of an earlier run, oldest first; of one place the newest counts. */
  constructor(rows: readonly ProductionRow[] = []) {
    for (const row of rows) this.#rows.set(keyOf(row), row);
  }

  get rows(): readonly ProductionRow[] {
    return [...this.#rows.values()];
  }

  add(place: ProductionPlace, tallies: readonly Tally[]): void {
    if (tallies.length === 0) return;
    const row = this.#rowOf(place);
    const counts: Partial<Record<TallyName, Readonly<Record<string, number>>>> = { ...row.counts };
    for (const { name, label, count } of tallies) {
      counts[name] = { ...counts[name], [label]: (counts[name]?.[label] ?? 0) + count };
    }
    this.#set({ ...row, counts });
  }

  addTime(place: ProductionPlace, station: Station, time: StationTime): void {
    const row = this.#rowOf(place);
    this.#set({
      ...row,
      station,
      runningMs: row.runningMs + time.runningMs,
      downMs: row.downMs + time.downMs,
      unknownMs: row.unknownMs + time.unknownMs,
    });
  }

  /** The rows that changed since the last call, to be written. */
  takeChanged(): readonly ProductionRow[] {
    const rows = [...this.#changed].flatMap((key) => this.#rows.get(key) ?? []);
    this.#changed.clear();
    return rows;
  }

  /** Forgets rows of shifts that began before; call `takeChanged` first. */
  forgetBefore(wallMs: number): void {
    for (const [key, row] of this.#rows) if (row.shiftFromMs < wallMs) this.#rows.delete(key);
  }

  #rowOf(place: ProductionPlace): ProductionRow {
    return this.#rows.get(keyOf(place)) ?? { ...place, counts: {}, runningMs: 0, downMs: 0, unknownMs: 0 };
  }

  #set(row: ProductionRow): void {
    const key = keyOf(row);
    this.#rows.set(key, row);
    this.#changed.add(key);
  }
}

function keyOf({ camera, rule, shift, shiftFromMs, product, batch }: ProductionPlace): string {
  return JSON.stringify([camera, rule, shift, shiftFromMs, product ?? null, batch ?? null]);
}

/** The body of a `production` record, or undefined where `value` is none. */
export function readProductionRow(value: unknown): ProductionRow | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const text = (key: string): string | undefined => {
    const one: unknown = Reflect.get(value, key);
    return typeof one === 'string' ? one : undefined;
  };
  const number = (key: string): number | undefined => {
    const one: unknown = Reflect.get(value, key);
    return typeof one === 'number' && Number.isFinite(one) ? one : undefined;
  };
  const [camera, rule, shift, shiftFromMs] = [text('camera'), text('rule'), text('shift'), number('shiftFromMs')];
  if (camera === undefined || rule === undefined || shift === undefined || shiftFromMs === undefined) return undefined;
  const [product, batch, zone] = [text('product'), text('batch'), text('zone')];
  const station = STATIONS.find((known) => known === text('station'));
  return {
    ...{ camera, rule, shift, shiftFromMs, counts: countsFrom(Reflect.get(value, 'counts')) },
    ...(product === undefined ? {} : { product }),
    ...(batch === undefined ? {} : { batch }),
    ...(zone === undefined ? {} : { zone }),
    ...(station === undefined ? {} : { station }),
    runningMs: number('runningMs') ?? 0,
    downMs: number('downMs') ?? 0,
    unknownMs: number('unknownMs') ?? 0,
  };
}

function countsFrom(value: unknown): ProductionRow['counts'] {
  if (typeof value !== 'object' || value === null) return {};
  const counts: Partial<Record<TallyName, Record<string, number>>> = {};
  for (const name of TALLIES) {
    const labels: unknown = Reflect.get(value, name);
    if (typeof labels !== 'object' || labels === null) continue;
    counts[name] = Object.fromEntries(
      Object.entries(labels).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    );
  }
  return counts;
}
