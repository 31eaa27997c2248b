import {
  type Box,
  centreOf,
  type FrameRef,
  regionAround,
  type RuleOutput,
  type Tally,
  type Track,
  valueOf,
} from '../../domain/index.ts';
import type { Signals } from '../../pipeline/index.ts';
import { InForce } from '../conditions/index.ts';
import { MomentSubject } from '../crossing/index.ts';
import type { Judge, JudgeSetup } from '../define-rule.ts';
import { IncidentTracker } from '../incidents/index.ts';
import { TallyCounts } from '../tally-counts.ts';
import type { DowntimeOptions } from './options.ts';

/** Whether the line stands, and how that is known. */
interface Standing {
  readonly stands: boolean;
  readonly source: 'plant' | 'products';
  readonly state?: string;
}

/** One incident: the line stands. The plant decides where its signal is good, else the products do. */
export class DowntimeJudge implements Judge {
  readonly incidents: IncidentTracker<MomentSubject>;
  readonly #setup: JudgeSetup<DowntimeOptions>;
  readonly #planned: InForce | undefined;
  readonly #maxGapMs: number;
  readonly #tallies = new TallyCounts();
  /** Inspected time without a product. */
  #emptyMs = 0;
  #latestMs: number | undefined;
  #standing: Standing = { stands: false, source: 'products' };
  /** Since when the plant does not say how the line is, and whether a product has come into view since. */
  #silentSinceMs: number | undefined;
  #hasMoved = false;
  #reason: string | undefined;

  constructor(setup: JudgeSetup<DowntimeOptions>) {
    const { options, facts, place } = setup;
    const { plan, wallTime } = place;
    this.#setup = setup;
    this.#maxGapMs = facts.timing.maxGapMs;
    this.incidents = new IncidentTracker(facts);
    // Without a trusted wall time no stop is a planned one: InForce would call every part of the day its own.
    const planned = options.plannedStops;
    if (planned.length > 0 && wallTime !== undefined)
      this.#planned = new InForce({ schedule: planned, plan, wallTime });
  }

  judge(...[frame, tracks, , signals]: Parameters<Judge['judge']>): RuleOutput[] {
    const { atMs } = frame;
    this.#lookForProducts(frame, tracks);
    this.#lookForMovement(atMs, tracks, signals);
    const isPlanned = this.#planned?.at(atMs) === true && this.#setup.place.wallTime?.(atMs) !== undefined;
    if (isPlanned) this.#emptyMs = 0;
    this.#standing = this.#judgeStanding(signals);
    const [known] = this.incidents.subjects;
    const stands = this.#standing.stands && !isPlanned;
    if (known === undefined && !stands) return [];
    if (known?.incident.isOpen === true && !stands && !isPlanned && this.#isUnknown) {
      known.incident.stay(atMs);
      known.incident.hide();
      return [];
    }
    const subject = known ?? this.incidents.add(this.#newSubject());
    if (!stands) return this.incidents.observe(subject, atMs, { condition: false, reason: 'cleared' });
    this.#reason = this.#reasonFrom(signals) ?? this.#reason;
    const [label = 'product'] = this.#setup.options.labels;
    const sighting = { label, box: this.#place(frame) };
    const outputs = this.incidents.observe(subject, atMs, { condition: true, sighting });
    if (outputs.some(({ phase }) => phase === 'opened')) this.#tallies.add('stops', this.#standing.source, 1);
    return outputs;
  }

  /** Stops since the last call, by how they are known. */
  tallies(): readonly Tally[] {
    return this.#tallies.take();
  }

  /** Time between two results that are too far apart is not time without a product: nobody looked. */
  #lookForProducts(frame: FrameRef, tracks: readonly Track[]): void {
    const { options, hysteresis } = this.#setup;
    const sinceMs = this.#latestMs === undefined ? 0 : frame.atMs - this.#latestMs;
    this.#latestMs = frame.atMs;
    const isSeen = tracks.some(
      ({ label, confirmed, missed, box, score }) =>
        options.labels.includes(label) &&
        confirmed &&
        missed === 0 &&
        hysteresis.hasScore(score, false) &&
        hysteresis.isInZone(centreOf(box, frame), box, frame, false),
    );
    if (isSeen || sinceMs < 0) this.#emptyMs = 0;
    else if (sinceMs <= this.#maxGapMs) this.#emptyMs += sinceMs;
  }

  /** The plant said that the line stands, and is silent now: a product that stands in view does not prove that it runs. */
  get #isUnknown(): boolean {
    return this.#silentSinceMs !== undefined && !this.#hasMoved;
  }

  #lookForMovement(atMs: number, tracks: readonly Track[], signals: Signals | undefined): void {
    const { stateSignal, labels } = this.#setup.options;
    if (stateSignal === undefined || valueOf(signals?.get(stateSignal)) !== undefined) {
      this.#silentSinceMs = undefined;
      this.#hasMoved = false;
      return;
    }
    const sinceMs = (this.#silentSinceMs ??= atMs);
    this.#hasMoved ||= tracks.some(
      ({ label, confirmed, firstSeenMs }) => labels.includes(label) && confirmed && firstSeenMs > sinceMs,
    );
  }

  #judgeStanding(signals: Signals | undefined): Standing {
    const { stateSignal, runningValues, noProductFor } = this.#setup.options;
    const state = stateSignal === undefined ? undefined : valueOf(signals?.get(stateSignal));
    if (state === undefined) return { stands: this.#emptyMs >= noProductFor.ms, source: 'products' };
    return { stands: !runningValues.includes(String(state)), source: 'plant', state: String(state) };
  }

  #reasonFrom(signals: Signals | undefined): string | undefined {
    const { reasonSignal } = this.#setup.options;
    const value = reasonSignal === undefined ? undefined : valueOf(signals?.get(reasonSignal));
    return value === undefined || value === '' ? undefined : String(value);
  }

  #place({ width, height }: FrameRef): Box {
    const [x1, y1, x2, y2] = regionAround(this.#setup.zone.polygon);
    return [x1 * width, y1 * height, x2 * width, y2 * height];
  }

  #newSubject(): MomentSubject {
    this.#reason = undefined;
    return new MomentSubject(this.incidents.newIncident(), () => ({
      source: this.#standing.source,
      ...(this.#standing.state === undefined ? {} : { state: this.#standing.state }),
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      noProductMs: Math.round(this.#emptyMs),
    }));
  }
}
