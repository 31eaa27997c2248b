import type { CloseReason, RuleOutput } from '../domain/index.ts';
import { Case, type RuleFacts } from './case.ts';

/** Somebody or something that a rule keeps a case about. */
export interface Subject {
  readonly case: Case;
  /** For the event's details. */
  details(): NonNullable<RuleOutput['details']>;
}

/** All subjects of one rule, and the time of its latest result. */
export class Casebook<S extends Subject> {
  readonly #facts: RuleFacts;
  readonly #subjects = new Set<S>();
  #count = 0;
  #latestMs: number | undefined;

  constructor(facts: RuleFacts) {
    this.#facts = facts;
  }

  get subjects(): Iterable<S> {
    return this.#subjects;
  }

  /** A case for a new subject; its keys are numbered through the rule. */
  newCase(): Case {
    return new Case(this.#facts, () => {
      this.#count += 1;
      return `${this.#count}`;
    });
  }

  add(subject: S): S {
    this.#subjects.add(subject);
    return subject;
  }

  /** To be called for each frame before anything is observed of it; `inspected` is false for `no_result`. */
  arrive(atMs: number, inspected: boolean): RuleOutput[] {
    // A clock that runs backwards is another run of a recording.
    const lapsed =
      this.#latestMs !== undefined && atMs < this.#latestMs ? this.#shutAll(atMs, 'camera_lost') : this.lapse(atMs);
    if (inspected) this.#latestMs = atMs;
    return lapsed;
  }

  /** Closes everything when the latest result is too old to speak for `atMs`. */
  lapse(atMs: number): RuleOutput[] {
    if (this.#latestMs === undefined || atMs - this.#latestMs <= this.#facts.timing.lapseAfterMs) return [];
    return this.#shutAll(atMs, 'camera_lost');
  }

  close(atMs: number, reason: 'restart' | 'rule_removed'): RuleOutput[] {
    return this.#shutAll(atMs, reason);
  }

  /** Tells the cases of all subjects not in `present` that nothing is seen of them, and forgets those that are over. */
  sweep(atMs: number, present: ReadonlySet<S>, reason: CloseReason): RuleOutput[] {
    const said: RuleOutput[] = [];
    for (const subject of this.#subjects) {
      if (present.has(subject)) continue;
      said.push(...subject.case.contrary(atMs, reason, () => subject.details()));
      if (subject.case.isOver(atMs)) this.#subjects.delete(subject);
    }
    return said;
  }

  #shutAll(atMs: number, reason: CloseReason): RuleOutput[] {
    const said = [...this.#subjects].flatMap((subject) => subject.case.shut(atMs, reason, () => subject.details()));
    this.#subjects.clear();
    return said;
  }
}
