/** A problem is taken back when it has been absent for so long. */
const ABSENT_MS = 5_000;

interface Spell {
  /** Since when it is there, or absent, without a break. */
  sinceMs: number;
  present: boolean;
  reported: boolean;
}

/** Problems that are reported once they last, and taken back once they are absent for a while. */
export class Spells<P extends string> {
  readonly #spells = new Map<P, Spell>();

  /** Takes whether a problem is there now; it is reported when it has been there for `lastsMs`. */
  step(problem: P, present: boolean, nowMs: number, lastsMs: number): void {
    const spell = this.#spells.get(problem) ?? { sinceMs: nowMs, present: false, reported: false };
    this.#spells.set(problem, spell);
    if (present !== spell.present) {
      spell.present = present;
      spell.sinceMs = nowMs;
    }
    const forMs = nowMs - spell.sinceMs;
    if (present && forMs >= lastsMs) spell.reported = true;
    if (!present && forMs >= ABSENT_MS) spell.reported = false;
  }

  /** Those that are reported now. */
  get reported(): readonly P[] {
    return [...this.#spells].flatMap(([problem, { reported }]) => (reported ? [problem] : []));
  }
}
