import {
  type HourOfPacks,
  NO_VERDICTS,
  type NotReadReason,
  type PackCheck,
  type PackCheckState,
  type PackVerdictName,
  type VerdictCounts,
} from '../../domain/index.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24;
const LATEST = 20;
/** Packs over which the time per pack is taken. */
const TIMED = 200;

/** What a rule has counted. */
export class PackCounts {
  #packs: VerdictCounts = NO_VERDICTS;
  #changeover: VerdictCounts = NO_VERDICTS;
  readonly #fields = new Map<string, VerdictCounts>();
  readonly #notRead: Partial<Record<NotReadReason, number>> = {};
  readonly #tookMs: number[] = [];
  readonly #latest: PackCheck[] = [];
  #hours: readonly HourOfPacks[];

  /** `hours`: those of an earlier run. */
  constructor(fields: readonly string[], hours: readonly HourOfPacks[]) {
    for (const field of fields) this.#fields.set(field, NO_VERDICTS);
    this.#hours = hours;
  }

  get hours(): readonly HourOfPacks[] {
    return this.#hours;
  }

  /** `wallMs`: where it is known. */
  add(pack: PackCheck, wallMs: number | undefined): void {
    const { verdict, changeover, fields, tookMs } = pack;
    if (changeover) this.#changeover = oneMore(this.#changeover, verdict);
    else this.#packs = oneMore(this.#packs, verdict);
    for (const field of fields) {
      this.#fields.set(field.id, oneMore(this.#fields.get(field.id) ?? NO_VERDICTS, field.verdict));
    }
    this.#tookMs.push(tookMs);
    if (this.#tookMs.length > TIMED) this.#tookMs.shift();
    this.#latest.push(pack);
    if (this.#latest.length > LATEST) this.#latest.shift();
    if (wallMs !== undefined) this.#addToHour(pack, Math.floor(wallMs / HOUR_MS) * HOUR_MS);
  }

  notRead(reason: NotReadReason): void {
    this.#notRead[reason] = (this.#notRead[reason] ?? 0) + 1;
  }

  state(): Omit<PackCheckState, 'problems' | 'fields'> & {
    readonly fields: readonly { readonly id: string; readonly counts: VerdictCounts }[];
  } {
    const mean = this.#tookMs.reduce((total, ms) => total + ms, 0) / this.#tookMs.length;
    const tenth = (ms: number): number => Math.round(ms * 10) / 10;
    return {
      packs: this.#packs,
      changeover: this.#changeover,
      notRead: { ...this.#notRead },
      fields: [...this.#fields].map(([id, counts]) => ({ id, counts })),
      hours: this.#hours,
      ...(this.#tookMs.length === 0 ? {} : { packMs: { mean: tenth(mean), max: tenth(Math.max(...this.#tookMs)) } }),
      latest: [...this.#latest],
    };
  }

  #addToHour({ fields }: PackCheck, fromMs: number): void {
    const known = this.#hours.find((hour) => hour.fromMs === fromMs) ?? { fromMs, packs: 0, read: {} };
    const read = fields
      .filter(({ verdict }) => verdict === 'good' || verdict === 'wrong')
      .map(({ id }) => [id, (known.read[id] ?? 0) + 1] as const);
    const hour = { fromMs, packs: known.packs + 1, read: { ...known.read, ...Object.fromEntries(read) } };
    this.#hours = [...this.#hours.filter((one) => one.fromMs !== fromMs), hour].slice(-HOURS);
  }
}

function oneMore(counts: VerdictCounts, verdict: PackVerdictName): VerdictCounts {
  return { ...counts, [verdict]: counts[verdict] + 1 };
}
