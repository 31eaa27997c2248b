import type { CloseReason, RuleOutput } from '../../domain/index.ts';
import { type Details, type IncidentFacts, IncidentState, type Observation } from './incident-state.ts';

/** The person, product or place that an incident is about. */
export interface Subject {
  readonly incident: IncidentState;
  /** For the details of the event. */
  details(): Details;
}

/** All subjects of one rule, and the time of its latest result. */
export class IncidentTracker<S extends Subject> {
  readonly #facts: IncidentFacts;
  readonly #subjects = new Set<S>();
  #count = 0;
  #latestMs: number | undefined;

  constructor(facts: IncidentFacts) {
    this.#facts = facts;
  }

  get subjects(): Iterable<S> {
    return this.#subjects;
  }

  /** The state for a new subject. Keys are numbered through the rule. */
  newIncident(): IncidentState {
    return new IncidentState(this.#facts, () => {
      this.#count += 1;
      return `${this.#count}`;
    });
  }

  add(subject: S): S {
    this.#subjects.add(subject);
    return subject;
  }

  /** Takes in one observation of a subject. */
  observe(subject: S, atMs: number, observation: Observation): RuleOutput[] {
    return subject.incident.observe(atMs, observation, () => subject.details());
  }

  /** Call this for each frame before anything of the frame is observed; `inspected` is false for `no_result`. */
  beginFrame(atMs: number, inspected: boolean): RuleOutput[] {
    // A clock that runs backwards belongs to another run of a recording.
    const expired =
      this.#latestMs !== undefined && atMs < this.#latestMs ? this.#closeAll(atMs, 'camera_lost') : this.expire(atMs);
    if (inspected) this.#latestMs = atMs;
    return expired;
  }

  /** Closes everything when the latest result is too old to say anything about `atMs`. */
  expire(atMs: number): RuleOutput[] {
    if (this.#latestMs === undefined || atMs - this.#latestMs <= this.#facts.timing.expireAfterMs) return [];
    return this.#closeAll(atMs, 'camera_lost');
  }

  close(atMs: number, reason: 'restart' | 'rule_removed'): RuleOutput[] {
    return this.#closeAll(atMs, reason);
  }

  /** Observes the condition as false for all subjects that are not in `seen`, and forgets those that are over. */
  expireUnseen(atMs: number, seen: ReadonlySet<S>, reason: CloseReason): RuleOutput[] {
    const outputs: RuleOutput[] = [];
    for (const subject of this.#subjects) {
      if (seen.has(subject)) continue;
      outputs.push(...this.observe(subject, atMs, { condition: false, reason }));
      if (subject.incident.isOver(atMs)) this.#subjects.delete(subject);
    }
    return outputs;
  }

  #closeAll(atMs: number, reason: CloseReason): RuleOutput[] {
    const outputs = [...this.#subjects].flatMap((subject) =>
      subject.incident.forceClose(atMs, reason, () => subject.details()),
    );
    this.#subjects.clear();
    return outputs;
  }
}
