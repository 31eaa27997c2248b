import {
  type Box,
  footOf,
  type FrameRef,
  regionAround,
  type RuleOutput,
  type Tally,
  type Track,
} from '../../domain/index.ts';
import type { Judge, JudgeSetup } from '../define-rule.ts';
import { IncidentTracker, type Sighting } from '../incidents/index.ts';
import { TallyCounts } from '../tally-counts.ts';
import type { OperationTimeOptions } from './options.ts';
import { LimitCase, Operation, type Outcome } from './station-case.ts';

/** An operation is one record of its start and one of its end; limits are judged by the time that was measured. */
const OPERATION = { severity: 'info', timing: { updateEveryMs: Number.POSITIVE_INFINITY, coolDownMs: 0 } } as const;
const LIMIT = { timing: { minDurationMs: 0, minSightings: 1, minFraction: 0, coolDownMs: 0 } } as const;

/**
 * Each operation is an event of severity info, from its start to its end. One that is too long has a further event from the
 * limit on, one that is too short an event at its end, and a time without operations an event until the next one starts.
 */
export class OperationTimeJudge implements Judge {
  readonly incidents: IncidentTracker<Operation | LimitCase>;
  readonly #setup: JudgeSetup<OperationTimeOptions>;
  readonly #tallies = new TallyCounts();
  #count = 0;
  #latestMs: number | undefined;
  /** Inspected time since the latest operation. */
  #idleMs = 0;

  constructor(setup: JudgeSetup<OperationTimeOptions>) {
    this.#setup = setup;
    this.incidents = new IncidentTracker(setup.facts);
  }

  judge(frame: FrameRef, tracks: readonly Track[]): RuleOutput[] {
    const present = this.#present(frame, tracks);
    const outputs = [...this.#operations()].flatMap((operation) =>
      this.#follow(operation, present.get(operation) ?? [], tracks, frame),
    );
    return [...outputs, ...this.#judgeIdle(frame)];
  }

  /** Operations that ended since the last call, by outcome. */
  tallies(): readonly Tally[] {
    return this.#tallies.take();
  }

  #operations(): Iterable<Operation> {
    return [...this.incidents.subjects].filter((subject) => subject instanceof Operation);
  }

  /** Who or what is at the station, by operation; begins operations for those that are new. */
  #present(frame: FrameRef, tracks: readonly Track[]): ReadonlyMap<Operation, readonly Track[]> {
    const { options, hysteresis } = this.#setup;
    const candidates = tracks.filter(({ label, confirmed }) => confirmed && options.labels.includes(label));
    const live = new Set(candidates.map(({ id }) => id));
    const groups = new Map<Operation, Track[]>();
    for (const track of candidates) {
      const known = this.#find(track, live);
      const isOpen = known?.incident.isOpen === true;
      const counts =
        hysteresis.hasScore(track.score, isOpen) &&
        hysteresis.isInZone(footOf(track.box, frame), track.box, frame, isOpen);
      if (!counts || (known === undefined && track.missed > 0)) continue;
      const operation = known ?? this.incidents.add(new Operation(this.incidents.newIncident(OPERATION)));
      operation.tracks.add(track.id);
      groups.set(operation, [...(groups.get(operation) ?? []), track]);
    }
    return groups;
  }

  #find(track: Track, live: ReadonlySet<number>): Operation | undefined {
    const operations = [...this.#operations()];
    if (this.#setup.options.per === 'station') return operations[0];
    const isLost = ({ tracks }: Operation): boolean => [...tracks].every((id) => !live.has(id));
    return (
      operations.find(({ tracks }) => tracks.has(track.id)) ??
      operations.find((one) => one.incident.isActive && isLost(one) && one.place.isAt(track.box))
    );
  }

  #follow(operation: Operation, present: readonly Track[], tracks: readonly Track[], { atMs }: FrameRef): RuleOutput[] {
    const { incident } = operation;
    const { occluders } = this.#setup;
    if (present.length > 0) operation.see(present);
    const { sighting, stillAt } = operation;
    if (present.some(({ missed }) => missed === 0) && sighting !== undefined) {
      const outputs = this.incidents.observe(operation, atMs, { condition: true, sighting });
      operation.measure();
      if (outputs.some(({ phase }) => phase === 'opened'))
        return [...this.#begin(operation, outputs), ...this.#tooLong(operation, atMs)];
      return [...outputs, ...this.#tooLong(operation, atMs)];
    }
    // A detection that is missing for a moment, and what stands in front, end no operation.
    const isLive = present.length > 0 && tracks.some(({ id }) => operation.tracks.has(id));
    if (isLive || (incident.isActive && stillAt !== undefined && occluders.hides(operation, stillAt))) {
      incident.stay(atMs);
      incident.hide();
      return [];
    }
    return this.#end(operation, atMs);
  }

  /** Numbers the operation that has begun. */
  #begin(operation: Operation, outputs: readonly RuleOutput[]): RuleOutput[] {
    this.#count += 1;
    operation.number = this.#count;
    return outputs.map((output) => ({ ...output, details: operation.details() }));
  }

  #end(operation: Operation, atMs: number): RuleOutput[] {
    const { min } = this.#setup.options;
    const outputs = this.incidents.observe(operation, atMs, { condition: false, reason: 'cleared' });
    const closed = outputs.some(({ phase }) => phase === 'closed');
    if (operation.incident.isOver(atMs)) this.incidents.forget(operation);
    if (!closed) return outputs;
    const isShort = min !== undefined && operation.durationMs < min.ms;
    const long = this.#limitOf('too_long', operation);
    const outcome: Outcome = isShort ? 'too_short' : long === undefined ? 'completed' : 'too_long';
    this.#tallies.add('operations', outcome, 1);
    return [
      ...outputs.map((output) => ({ ...output, details: { ...output.details, outcome } })),
      ...(long === undefined ? [] : this.#clear(long, atMs)),
      ...(isShort ? this.#tooShort(operation, min.ms, atMs) : []),
    ];
  }

  #tooLong(operation: Operation, atMs: number): RuleOutput[] {
    const { max } = this.#setup.options;
    const { sighting, incident } = operation;
    if (max === undefined || sighting === undefined || !incident.isOpen || operation.durationMs <= max.ms) return [];
    const limit = this.#limitOf('too_long', operation) ?? this.#newLimit('too_long', max.ms, operation);
    return this.incidents.observe(limit, atMs, { condition: true, sighting });
  }

  /** It is over when it is known, so it opens and closes at once. */
  #tooShort(operation: Operation, limitMs: number, atMs: number): RuleOutput[] {
    const { sighting } = operation;
    if (sighting === undefined) return [];
    const limit = this.#newLimit('too_short', limitMs, operation);
    return [...this.incidents.observe(limit, atMs, { condition: true, sighting }), ...this.#clear(limit, atMs)];
  }

  /** Only inspected time counts, and none of it after a gap in which an operation could have been. */
  #judgeIdle(frame: FrameRef): RuleOutput[] {
    const { options, facts } = this.#setup;
    const { atMs } = frame;
    const sinceMs = this.#latestMs === undefined ? 0 : atMs - this.#latestMs;
    this.#latestMs = atMs;
    if (options.noneWithin === undefined) return [];
    const isUnknown = sinceMs < 0 || sinceMs > facts.timing.maxUnobservedMs;
    const isBusy = [...this.#operations()].some(({ incident }) => incident.isOpen);
    if (isBusy || isUnknown) this.#idleMs = 0;
    else if (sinceMs <= facts.timing.maxGapMs) this.#idleMs += sinceMs;
    const known = this.#limitOf('none');
    if (isBusy) return known === undefined ? [] : this.#clear(known, atMs);
    const limitMs = options.noneWithin.ms;
    if (this.#idleMs < limitMs) return [];
    const limit = known ?? this.#newLimit('none', limitMs);
    limit.lastedMs = this.#idleMs;
    return this.incidents.observe(limit, atMs, { condition: true, sighting: this.#station(frame) });
  }

  #limitOf(outcome: Outcome, operation?: Operation): LimitCase | undefined {
    return [...this.incidents.subjects].find(
      (subject): subject is LimitCase =>
        subject instanceof LimitCase && subject.outcome === outcome && subject.operation === operation,
    );
  }

  #newLimit(outcome: Outcome, limitMs: number, operation?: Operation): LimitCase {
    return this.incidents.add(new LimitCase(this.incidents.newIncident(LIMIT), outcome, limitMs, operation));
  }

  #clear(limit: LimitCase, atMs: number): RuleOutput[] {
    this.incidents.forget(limit);
    return limit.incident.forceClose(atMs, 'cleared', () => limit.details());
  }

  #station({ width, height }: FrameRef): Sighting {
    const [x1, y1, x2, y2] = regionAround(this.#setup.zone.polygon);
    const box: Box = [x1 * width, y1 * height, x2 * width, y2 * height];
    return { label: this.#setup.options.labels[0] ?? 'person', box };
  }
}
