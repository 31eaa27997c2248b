import type { Tally, TallyName } from '../domain/index.ts';

/** What a rule counted since it was last asked: one entry per name and label, however long nobody asks. */
export class TallyCounts {
  readonly #counts = new Map<string, Tally>();

  add(name: TallyName, label: string, count: number): void {
    const key = `${name} ${label}`;
    const before = this.#counts.get(key)?.count ?? 0;
    this.#counts.set(key, { name, label, count: before + count });
  }

  /** All counts, which begin again at nothing. */
  take(): readonly Tally[] {
    const taken = [...this.#counts.values()];
    this.#counts.clear();
    return taken;
  }
}
