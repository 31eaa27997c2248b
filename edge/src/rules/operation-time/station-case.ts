import type { Box, Track } from '../../domain/index.ts';
import type { Details, IncidentState, Sighting, Subject } from '../incidents/index.ts';
import { Place } from '../visibility/index.ts';

/** What is reported about operations. */
export type Outcome = 'running' | 'completed' | 'too_short' | 'too_long' | 'none';

const seconds = (ms: number): number => Math.round(ms / 100) / 10;

/** One operation: the time in which somebody or something is at the station. */
export class Operation implements Subject {
  readonly incident: IncidentState;
  readonly place = new Place();
  readonly tracks = new Set<number>();
  number = 0;
  #sighting: Sighting | undefined;
  #track: number | undefined;
  #durationMs = 0;

  constructor(incident: IncidentState) {
    this.incident = incident;
  }

  get sighting(): Sighting | undefined {
    return this.#sighting;
  }

  /** How long the operation has lasted, or lasted when it was last there. */
  get durationMs(): number {
    return this.#durationMs;
  }

  /** Where it stood still when last seen; undefined where it was moving. */
  get stillAt(): Box | undefined {
    return this.place.isStill ? this.place.box : undefined;
  }

  see(tracks: readonly Track[]): void {
    this.tracks.clear();
    for (const { id } of tracks) this.tracks.add(id);
    const [first, ...others] = tracks.filter(({ missed }) => missed === 0);
    if (first === undefined) return;
    const best = others.reduce((a, b) => (b.score > a.score ? b : a), first);
    this.#sighting = best;
    this.#track = best.id;
    this.place.see(best.box, best.lastSeenMs);
  }

  measure(): void {
    if (this.incident.isActive) this.#durationMs = this.incident.durationMs;
  }

  details(): Details {
    this.measure();
    return {
      ...{ outcome: 'running' satisfies Outcome, seconds: seconds(this.#durationMs), operation: this.number },
      ...(this.#track === undefined ? {} : { track: this.#track }),
    };
  }
}

/** An operation that is out of limits, or one that is missing. */
export class LimitCase implements Subject {
  readonly incident: IncidentState;
  readonly outcome: Outcome;
  readonly operation: Operation | undefined;
  readonly #limitMs: number;
  lastedMs = 0;

  constructor(incident: IncidentState, outcome: Outcome, limitMs: number, operation?: Operation) {
    this.incident = incident;
    this.outcome = outcome;
    this.operation = operation;
    this.#limitMs = limitMs;
  }

  details(): Details {
    const lastedMs = this.operation?.durationMs ?? this.lastedMs;
    return {
      ...{ outcome: this.outcome, seconds: seconds(lastedMs), limitSeconds: seconds(this.#limitMs) },
      ...(this.operation === undefined ? {} : { operation: this.operation.number }),
    };
  }
}
