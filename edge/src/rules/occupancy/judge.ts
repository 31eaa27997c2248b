import { type Box, type FrameRef, footOf, regionAround, type RuleOutput, type Track } from '../../domain/index.ts';
import type { Judge, JudgeSetup } from '../define-rule.ts';
import {
  type Details,
  type IncidentState,
  IncidentTracker,
  type Observation,
  type Subject,
} from '../incidents/index.ts';
import { Census, type Count } from './census.ts';
import type { OccupancyOptions } from './options.ts';

type ConditionName = 'forbidden' | 'too_many' | 'too_few' | 'alone';

/** One limit of the zone. `judge` returns undefined where hidden people decide. */
interface Condition {
  readonly name: ConditionName;
  readonly limit: number;
  readonly minDurationMs?: number;
  readonly judge: (seen: number, hidden: number) => boolean | undefined;
}

/** The incident of one limit. */
class LimitCase implements Subject {
  readonly condition: Condition;
  readonly incident: IncidentState;
  #count: Count = { seen: [], hidden: 0 };
  #most = 0;
  #fewest = 0;

  constructor(condition: Condition, incident: IncidentState) {
    this.condition = condition;
    this.incident = incident;
  }

  see(count: Count, isTrue: boolean): void {
    const people = count.seen.length;
    const isFirst = !this.incident.isActive;
    this.#count = count;
    if (!isTrue) return;
    this.#most = isFirst ? people : Math.max(this.#most, people);
    this.#fewest = isFirst ? people : Math.min(this.#fewest, people);
  }

  details(): Details {
    const { name, limit } = this.condition;
    const { seen, hidden } = this.#count;
    const counts = { people: seen.length, hidden, most: this.#most, fewest: this.#fewest };
    return { condition: name, limit, ...counts };
  }
}

/** One incident per limit and not per person: the subject is the zone. */
export class OccupancyJudge implements Judge {
  readonly incidents: IncidentTracker<LimitCase>;
  readonly #setup: JudgeSetup<OccupancyOptions>;
  readonly #conditions: readonly Condition[];
  readonly #census = new Census();
  #latestMs = 0;
  /** Tracks that are in the zone: they may leave it by the margin before they are outside. */
  #inside: ReadonlySet<number> = new Set();

  constructor(setup: JudgeSetup<OccupancyOptions>) {
    this.#setup = setup;
    this.incidents = new IncidentTracker(setup.facts);
    this.#conditions = conditionsOf(setup.options);
  }

  judge(frame: FrameRef, tracks: readonly Track[]): RuleOutput[] {
    const { options, hysteresis, occluders, facts } = this.#setup;
    // Of a time without results nobody knows who came and went.
    const sinceMs = frame.atMs - this.#latestMs;
    if (sinceMs < 0 || sinceMs > facts.timing.maxGapMs) this.#census.reset();
    this.#latestMs = frame.atMs;
    const people = tracks.filter(
      ({ id, label, confirmed, score }) =>
        confirmed && options.labels.includes(label) && hysteresis.hasScore(score, this.#inside.has(id)),
    );
    const isInside = ({ id, box }: Track): boolean =>
      hysteresis.isInZone(footOf(box, frame), box, frame, this.#inside.has(id));
    const inside = people.filter(isInside);
    this.#inside = new Set(inside.map(({ id }) => id));
    const count = this.#census.count({
      ...{ atMs: frame.atMs, inside },
      outside: people.filter(({ id }) => !this.#inside.has(id)),
      isHidden: (subject, place) => occluders.hides(subject, place),
    });
    return this.#conditions.flatMap((condition) => this.#judgeLimit(condition, count, frame));
  }

  #judgeLimit(condition: Condition, count: Count, frame: FrameRef): RuleOutput[] {
    const known = [...this.incidents.subjects].find((subject) => subject.condition === condition);
    const isTrue = condition.judge(count.seen.length, count.hidden);
    if (known === undefined && isTrue !== true) return [];
    const subject = known ?? this.#begin(condition);
    if (isTrue === undefined) {
      subject.incident.stay(frame.atMs);
      subject.incident.hide();
      return [];
    }
    subject.see(count, isTrue);
    const observation: Observation = isTrue
      ? { condition: true, sighting: this.#sighting(count, frame) }
      : { condition: false, reason: 'cleared' };
    return this.incidents.observe(subject, frame.atMs, observation);
  }

  #begin(condition: Condition): LimitCase {
    const { minDurationMs } = condition;
    const incident = this.incidents.newIncident(minDurationMs === undefined ? {} : { timing: { minDurationMs } });
    return this.incidents.add(new LimitCase(condition, incident));
  }

  /** The person with the best score, or the zone where nobody is. */
  #sighting({ seen }: Count, frame: FrameRef): { readonly label: string; readonly score?: number; readonly box: Box } {
    const [first, ...others] = seen;
    if (first !== undefined) return others.reduce((best, one) => (one.score > best.score ? one : best), first);
    const [x1, y1, x2, y2] = regionAround(this.#setup.zone.polygon);
    const { width, height } = frame;
    const [label = 'person'] = this.#setup.options.labels;
    return { label, box: [x1 * width, y1 * height, x2 * width, y2 * height] };
  }
}

function conditionsOf({ max, min, aloneAfter }: OccupancyOptions): readonly Condition[] {
  const isEmpty = max === undefined && min === undefined && aloneAfter === undefined;
  const most = isEmpty ? 0 : max;
  return [
    ...(most === undefined ? [] : [tooMany(most)]),
    ...(min === undefined || min === 0 ? [] : [tooFew(min)]),
    ...(aloneAfter === undefined ? [] : [alone(aloneAfter.ms)]),
  ];
}

function tooMany(limit: number): Condition {
  const judge = (seen: number, hidden: number): boolean | undefined => {
    if (seen > limit) return true;
    return seen + hidden > limit ? undefined : false;
  };
  return { name: limit === 0 ? 'forbidden' : 'too_many', limit, judge };
}

function tooFew(limit: number): Condition {
  const judge = (seen: number, hidden: number): boolean | undefined => {
    if (seen >= limit) return false;
    return seen + hidden >= limit ? undefined : true;
  };
  return { name: 'too_few', limit, judge };
}

/** Somebody who may be hidden is company of whom nobody can be sure. */
function alone(minDurationMs: number): Condition {
  const judge = (seen: number, hidden: number): boolean | undefined => {
    if (seen !== 1) return seen === 0 && hidden > 0 ? undefined : false;
    return hidden > 0 ? undefined : true;
  };
  return { name: 'alone', limit: 1, minDurationMs, judge };
}
