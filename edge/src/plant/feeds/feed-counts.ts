/** Messages counted by a name. */
export class FeedCounts {
  readonly #counts = new Map<string, number>();

  add(name: string, count = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  view(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
