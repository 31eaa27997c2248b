import type { ProductionBody } from './production-body.ts';
import type { ProductionJournal } from './production-records.ts';

/** What a shift made of one product. */
export interface ActualsRow {
  readonly device: string;
  readonly date: string;
  readonly shift: string;
  readonly shiftFromMs: number;
  /** Empty where the line does not say it. */
  readonly product: string;
  readonly counted: number;
  readonly planned: number | null;
  /** Of the line; the mean where several of its stations are watched. */
  readonly runningMs: number;
  readonly downMs: number;
  readonly unknownMs: number;
  /** By rule and by name: `weight-1` -> `t1` -> 3. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** When the collector received the latest record of it; never less for more records. */
  readonly asOfMs: number;
}

export interface ReadRecord {
  readonly seq: number;
  readonly receivedMs: number;
  readonly body: ProductionBody;
}

interface Latest extends ReadRecord {
  readonly journal: number;
}

interface Shift {
  readonly device: string;
  readonly fromMs: number;
  /** By product and place (camera, rule, batch) the newest record, which says everything since the shift began. */
  readonly products: Map<string, Map<string, Latest>>;
  /** Products that changed since they were delivered. */
  readonly due: Set<string>;
  /** By journal the first record of it. */
  readonly first: Map<number, number>;
}

const DAY_MS = 86_400_000;
/** A device goes on with a shift for so long. */
const KEEP_MS = 3 * DAY_MS;
/** No line makes so many products in three days: more are those of a device that invents them. */
const MOST_PLACES = 20_000;
/** While so many rows wait for the plant's database, no more records are read: they are in the store. */
const MOST_DUE = 5000;

/** The newest records of the shifts that may still go on or are not delivered. Fed in the order of each journal. */
export class ActualsLedger {
  readonly #shifts = new Map<string, Shift>();
  readonly #places = new Map<string, number>();
  /** By device the begin of the shift that it is in. */
  readonly #current = new Map<string, number>();

  /** Takes a record in; false where its device has more places than are taken. */
  add({ journal, device }: Pick<ProductionJournal, 'journal' | 'device'>, record: ReadRecord): boolean {
    const { camera, rule, shift, shiftFromMs, product = '', batch = '' } = record.body;
    const key = JSON.stringify([device, shiftFromMs, shift]);
    const place = JSON.stringify([camera, rule, batch]);
    const own: Shift = this.#shifts.get(key) ?? {
      ...{ device, fromMs: shiftFromMs, products: new Map(), due: new Set(), first: new Map() },
    };
    const places = own.products.get(product) ?? new Map<string, Latest>();
    const known = places.get(place);
    if (known !== undefined && !isNewer({ journal, seq: record.seq }, known)) return true;
    if (known === undefined) {
      const count = this.#places.get(device) ?? 0;
      if (count >= MOST_PLACES) return false;
      this.#places.set(device, count + 1);
    }
    this.#shifts.set(key, own);
    if (!own.first.has(journal)) own.first.set(journal, record.seq);
    own.products.set(product, places.set(place, { ...record, journal }));
    own.due.add(product);
    this.#current.set(device, shiftFromMs);
    return true;
  }

  /** Rows that changed since they were delivered, at most `most` of them. */
  due(most: number): readonly ActualsRow[] {
    const rows: ActualsRow[] = [];
    for (const shift of this.#shifts.values()) {
      for (const product of shift.due) {
        if (rows.length >= most) return rows;
        rows.push(rowOf(shift, product));
      }
    }
    return rows;
  }

  /** Rows should be written before more records are taken. */
  get isFull(): boolean {
    const { dueCount } = this;
    return (
      dueCount >= MOST_DUE || (dueCount > 0 && [...this.#places.values()].some((count) => count >= MOST_PLACES / 2))
    );
  }

  get dueCount(): number {
    return [...this.#shifts.values()].reduce((sum, { due }) => sum + due.size, 0);
  }

  delivered(rows: readonly ActualsRow[]): void {
    for (const { device, shiftFromMs, shift, product } of rows) {
      this.#shifts.get(JSON.stringify([device, shiftFromMs, shift]))?.due.delete(product);
    }
    this.#forgetOld();
  }

  /** From which record of a journal on it must be read again to make this ledger; undefined where from none. */
  firstOf(journal: number): number | undefined {
    const firsts = [...this.#shifts.values()].flatMap(({ first }) => first.get(journal) ?? []);
    return firsts.length === 0 ? undefined : Math.min(...firsts);
  }

  /** Relative to the shift that the device is in: what comes late, after weeks without a link, is whole all the same. */
  #forgetOld(): void {
    for (const [key, { device, fromMs, due, products }] of this.#shifts) {
      if (due.size > 0 || Math.abs((this.#current.get(device) ?? fromMs) - fromMs) <= KEEP_MS) continue;
      this.#shifts.delete(key);
      const places = [...products.values()].reduce((sum, { size }) => sum + size, 0);
      this.#places.set(device, (this.#places.get(device) ?? 0) - places);
    }
  }
}

function isNewer(a: Pick<Latest, 'journal' | 'seq'>, b: Pick<Latest, 'journal' | 'seq'>): boolean {
  return a.journal === b.journal ? a.seq > b.seq : a.journal > b.journal;
}

function rowOf({ device, products }: Shift, product: string): ActualsRow {
  const all = [...(products.get(product)?.values() ?? [])];
  const newest = all.reduce((a, b) => (isNewer(b, a) ? b : a));
  const planned = all.filter(({ body }) => body.planned !== undefined);
  const counted = all.filter(({ body }) => body.counter).map(({ body }) => sumOf(body.counts['counted'] ?? {}));
  const { date, shift, shiftFromMs } = newest.body;
  return {
    ...{ device, date, shift, shiftFromMs, product },
    counted: counted.reduce((sum, one) => sum + one, 0),
    planned: planned.length === 0 ? null : (planned.reduce((a, b) => (isNewer(b, a) ? b : a)).body.planned ?? null),
    ...lineTime(all.map(({ body }) => body)),
    counts: countsOf(all.map(({ body }) => body)),
    asOfMs: Math.max(...all.map(({ receivedMs }) => receivedMs)),
  };
}

function lineTime(bodies: readonly ProductionBody[]): Pick<ActualsRow, 'runningMs' | 'downMs' | 'unknownMs'> {
  const line = bodies.filter(({ station }) => station === 'line');
  const stations = new Set(line.map(({ camera, rule }) => JSON.stringify([camera, rule]))).size;
  const mean = (key: 'runningMs' | 'downMs' | 'unknownMs'): number =>
    stations === 0 ? 0 : Math.round(line.reduce((sum, body) => sum + body[key], 0) / stations);
  return { runningMs: mean('runningMs'), downMs: mean('downMs'), unknownMs: mean('unknownMs') };
}

function countsOf(bodies: readonly ProductionBody[]): ActualsRow['counts'] {
  const rules = new Map<string, Map<string, number>>();
  for (const { rule, counts } of bodies) {
    for (const [name, labels] of Object.entries(counts)) {
      const own = rules.get(rule) ?? new Map<string, number>();
      rules.set(rule, own.set(name, (own.get(name) ?? 0) + sumOf(labels)));
    }
  }
  return Object.fromEntries([...rules].map(([rule, own]) => [rule, Object.fromEntries(own)]));
}

function sumOf(labels: Readonly<Record<string, number>>): number {
  return Object.values(labels).reduce((sum, count) => sum + count, 0);
}
