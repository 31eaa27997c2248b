import { type Box, footOf, type FrameRef, regionAround, type RuleOutput, type Track } from '../../domain/index.ts';
import type { Judge, JudgeSetup } from '../define-rule.ts';
import { type Details, type IncidentState, IncidentTracker, type Subject } from '../incidents/index.ts';
import { Place } from '../visibility/index.ts';
import { CleaningState, OBSERVED } from './cleaning-state.ts';
import { type Overdue, overdueOf } from './due.ts';
import type { CleaningOptions } from './options.ts';

const HOUR_MS = 3_600_000;
/** Time alone decides: it is overdue at once, whether there are results or not, and reported again every hour. */
const OVERDUE = {
  timing: {
    ...{ minDurationMs: 0, minFraction: 0, minSightings: 1, coolDownMs: 0 },
    ...{ updateEveryMs: HOUR_MS, maxGapMs: Number.POSITIVE_INFINITY },
  },
} as const;
/** No frame is judged later than this. */
const LATE_MS = 60_000;
/** A cleaning is one record of its start and one of its end. */
const CLEANING = { severity: 'info', timing: { updateEveryMs: Number.POSITIVE_INFINITY } } as const;

/** A cleaning that is seen. */
class CleaningCase implements Subject {
  readonly incident: IncidentState;
  readonly place = new Place();

  constructor(incident: IncidentState) {
    this.incident = incident;
  }

  details(): Details {
    return { state: 'cleaned', cleanedBy: OBSERVED };
  }
}

/**
 * A cleaning is observed where who or what cleans was in the zone for the minimum duration. Whether one is overdue follows
 * from time alone, and is not closed by missing results.
 */
export class CleaningJudge implements Judge {
  readonly incidents: IncidentTracker<CleaningCase>;
  readonly #setup: JudgeSetup<CleaningOptions>;
  readonly #state: CleaningState;
  readonly #overdue: IncidentState;
  #due: Overdue;
  #latestMs = Number.NEGATIVE_INFINITY;
  #box: Box | undefined;

  constructor(setup: JudgeSetup<CleaningOptions>) {
    this.#setup = setup;
    this.incidents = new IncidentTracker(setup.facts);
    this.#state = new CleaningState(setup.place.memory);
    this.#overdue = this.incidents.newIncident(OVERDUE);
  }

  judge(frame: FrameRef, tracks: readonly Track[]): RuleOutput[] {
    const { options, hysteresis, occluders, zone } = this.#setup;
    const { atMs, width, height } = frame;
    const [x1, y1, x2, y2] = regionAround(zone.polygon);
    this.#box = [x1 * width, y1 * height, x2 * width, y2 * height];
    const [known] = this.incidents.subjects;
    const isOpen = known?.incident.isOpen === true;
    const present = tracks.filter(
      ({ confirmed, label, score, box }) =>
        confirmed &&
        options.labels.includes(label) &&
        hysteresis.hasScore(score, isOpen) &&
        hysteresis.isInZone(footOf(box, frame), box, frame, isOpen),
    );
    const [best] = present.filter(({ missed }) => missed === 0).toSorted((a, b) => b.score - a.score);
    if (best === undefined) {
      if (known === undefined) return [];
      const { incident, place } = known;
      const isHidden = place.isStill && place.box !== undefined && occluders.hides(known, place.box);
      if (present.length > 0 || (incident.isActive && isHidden)) {
        incident.stay(atMs);
        incident.hide();
        return [];
      }
      return this.incidents.observe(known, atMs, { condition: false, reason: 'cleared' });
    }
    const subject = known ?? this.incidents.add(new CleaningCase(this.incidents.newIncident(CLEANING)));
    subject.place.see(best.box, best.lastSeenMs);
    const outputs = this.incidents.observe(subject, atMs, { condition: true, sighting: best });
    if (
      outputs.some(({ phase }) => phase === 'opened') ||
      (subject.incident.isOpen && this.#state.elapsedMs > HOUR_MS / 60)
    ) {
      this.#state.clean(OBSERVED, this.#setup.place.wallTime?.(atMs));
    }
    return outputs;
  }

  elapse(nowMs: number, inForce: boolean): RuleOutput[] {
    const { options, place } = this.#setup;
    const atMs = this.#later(nowMs);
    const wallMs = place.wallTime?.(atMs);
    this.#state.elapse(atMs, wallMs);
    const due = overdueOf(options, this.#state.elapsedMs, wallMs, place.plan?.timeZone ?? 'UTC');
    if (due === undefined || !inForce) {
      return this.#overdue.forceClose(atMs, inForce ? 'cleared' : 'not_in_force', () => this.#details('cleaned'));
    }
    this.#due = due;
    const [label = 'person'] = options.labels;
    const sighting = { label, ...(this.#box === undefined ? {} : { box: this.#box }) };
    return this.#overdue.observe(atMs, { condition: true, sighting }, () => this.#details('overdue'));
  }

  close(atMs: number, reason: 'restart' | 'rule_removed'): RuleOutput[] {
    return this.#overdue.forceClose(atMs, reason, () => this.#details('overdue'));
  }

  /** Frames are a little older than the clock that asks between them; a recording that begins again is much older. */
  #later(atMs: number): number {
    const isLate = atMs < this.#latestMs && this.#latestMs - atMs < LATE_MS;
    if (!isLate) this.#latestMs = atMs;
    return this.#latestMs;
  }

  #details(state: 'overdue' | 'cleaned'): Details {
    const due = this.#due;
    const hours = (ms: number): number => Math.round((ms / HOUR_MS) * 100) / 100;
    return {
      ...{ state, hoursSince: hours(this.#state.elapsedMs), cleanedBy: this.#state.cleanedBy },
      ...(due === undefined ? {} : { reason: due.reason }),
      ...(due?.reason === 'interval' ? { limitHours: hours(due.limitMs) } : {}),
    };
  }
}
