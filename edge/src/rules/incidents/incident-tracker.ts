import type { CloseReason, RuleOutput, Severity } from '../../domain/index.ts';
import type { Timing } from '../timing.ts';
import { type Details, type IncidentFacts, IncidentState, type Observation } from './incident-state.ts';

/** The person, product or place that an incident is about. */
export interface Subject {
  readonly incident: IncidentState;
  /** For the details of the event. */
  details(): Details;
}

/** What one incident can have otherwise than the others of its rule. */
export interface OwnFacts {
  readonly severity?: Severity;
  readonly timing?: Partial<Timing>;
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

  /** The state for a new subject. Keys are numbered through the rule. It can have a severity and timing of its own. */
  newIncident({ severity, timing }: OwnFacts = {}): IncidentState {
    const facts = {
      ...this.#facts,
      ...(severity === undefined ? {} : { severity }),
      timing: { ...this.#facts.timing, ...timing },
    };
    return new IncidentState(facts, () => {
      this.#count += 1;
      return `${this.#count}`;
    });
  }

  add<T extends S>(subject: T): T {
    this.#subjects.add(subject);
    return subject;
  }

  /** Forgets a subject, whose incident must not be open. */
  forget(subject: S): void {
    this.#subjects.delete(subject);
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
    if (!inspected) return expired;
    this.#latestMs = atMs;
    return [...expired, ...this.#closeUnobserved(atMs)];
  }

  /** Closes everything when the latest result is too old to say anything about `atMs`. */
  expire(atMs: number): RuleOutput[] {
    if (this.#latestMs === undefined || atMs - this.#latestMs <= this.#facts.timing.maxUnobservedMs) return [];
    return this.#closeAll(atMs, 'camera_lost');
  }

  close(atMs: number, reason: CloseReason): RuleOutput[] {
    return this.#closeAll(atMs, reason);
  }

  /**
   * Observes the condition as false for all subjects that are not in `seen`, and forgets those that are over. A subject
   * of which `isHidden` is true is neither there nor gone: it is not observed.
   */
  expireUnseen(
    atMs: number,
    seen: ReadonlySet<S>,
    reason: CloseReason,
    isHidden: (subject: S) => boolean = () => false,
  ): RuleOutput[] {
    const outputs: RuleOutput[] = [];
    for (const subject of this.#subjects) {
      if (seen.has(subject)) continue;
      if (subject.incident.isActive && isHidden(subject)) subject.incident.hide();
      else outputs.push(...this.observe(subject, atMs, { condition: false, reason }));
      if (subject.incident.isOver(atMs)) this.#subjects.delete(subject);
    }
    return outputs;
  }

  /** Closes what is open, and forgets what is pending, where nobody has been able to tell for too long. */
  #closeUnobserved(atMs: number): RuleOutput[] {
    const { maxUnobservedMs } = this.#facts.timing;
    const outputs: RuleOutput[] = [];
    for (const subject of this.#subjects) {
      if (subject.incident.unobservedMs(atMs) <= maxUnobservedMs) continue;
      outputs.push(...subject.incident.forceClose(atMs, 'not_observed', () => subject.details()));
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
