import {
  countFate,
  type FrameFate,
  type FrameRef,
  type Inspection,
  type InspectionCounters,
  type LinePace,
  type ModelStatus,
  NO_INSPECTIONS,
  type PieceVerdict,
  type ReadingAnswer,
  type ReadingRequest,
  type RuleOutput,
  type Signal,
  type Track,
} from '../domain/index.ts';
import { BucketCounter, messageOf, QuantileWindow } from '@lineside/kit';
import { overlaysOf } from './evidence.ts';
import type { OtherTracks, Overlay, Rule, RuleTick, Signals, Tracker } from './ports.ts';
import { type RuleChange, RuleSet, type RuleTallies } from './rule-set.ts';
import { ScoreWatch } from './score-watch.ts';
import type { ModelLaneState, NewestInspection, Quantiles } from './state.ts';

/** What a lane is given for one model. */
export interface LaneModel {
  readonly id: string;
  readonly tracker: Tracker;
  readonly rules: readonly Rule[];
  /** Its events say that the model is only a demonstration. */
  readonly demonstration?: boolean;
}

/** Upper bounds of the latency histogram, milliseconds: from a small model on a GPU to a camera that lags by seconds. */
const LATENCY_BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000];

/** One model on one camera: counts its results, tracks objects and runs the rules. */
export class ModelLane {
  readonly #model: LaneModel;
  readonly #onFault: (what: string) => void;
  readonly #rules: RuleSet;
  readonly #frameToResult = new QuantileWindow();
  readonly #frameToResultMs = new BucketCounter(LATENCY_BOUNDS_MS);
  #status: ModelStatus | undefined;
  #sha256 = '';
  #counters: InspectionCounters;
  #newest: NewestInspection | undefined;
  #newestTracks: OtherTracks | undefined;
  #tracksIndex: number | undefined;
  #faults = 0;
  readonly #scores = new ScoreWatch();
  readonly #confidence = new QuantileWindow();

  /** `counters`: those of the same model and camera before a change, because counters only rise. */
  constructor(model: LaneModel, onFault: (what: string) => void, counters: InspectionCounters = NO_INSPECTIONS) {
    this.#model = model;
    this.#onFault = onFault;
    this.#rules = new RuleSet(
      model.id,
      model.rules,
      (what) => this.#fault(what),
      model.demonstration === true ? marked : undefined,
    );
    this.#counters = counters;
  }

  get id(): string {
    return this.#model.id;
  }

  get newestFrame(): FrameRef | undefined {
    return this.#newest?.frame;
  }

  /** The tracks of the newest frame that was inspected, for the rules of other models. */
  get newestTracks(): OtherTracks | undefined {
    return this.#newestTracks;
  }

  /** The tracks of the newest frame, in the colours of the rules. */
  get overlays(): readonly Overlay[] {
    return this.#newest?.overlays ?? [];
  }

  get counters(): InspectionCounters {
    return this.#counters;
  }

  /** Model of the events made now, once it is known which it is. */
  get modelInfo(): { readonly id: string; readonly sha256: string; readonly degraded: boolean } | undefined {
    if (this.#sha256 === '') return undefined;
    return { id: this.id, sha256: this.#sha256, degraded: this.#newest?.status === 'degraded' };
  }

  set status(status: ModelStatus) {
    this.#status = status;
    // A model that cannot be read has no hash; the events so far are of the model before it.
    if (status.sha256 !== '') this.#sha256 = status.sha256;
  }

  count(fate: FrameFate, count: number): void {
    this.#counters = countFate(this.#counters, fate, count);
  }

  /**
   * Counts the inspection and lets the rules judge it; `tookMs` is from the frame's arrival to now, `others` what the
   * other models of the camera see.
   */
  inspect(
    inspection: Inspection,
    tookMs: number,
    resultAtMs: number,
    others: readonly OtherTracks[] = [],
    signals?: Signals,
  ): RuleOutput[] {
    const { frame, result } = inspection;
    const failed = result.status === 'no_result';
    this.count(failed ? { fate: 'failed', reason: result.reason } : { fate: 'inspected' }, 1);
    if (!failed) {
      this.#frameToResult.add(tookMs);
      this.#scores.add(result.anomaly);
      for (const { score } of result.detections) this.#confidence.add(score);
    }
    this.#frameToResultMs.add(tookMs);
    const tracks = failed ? undefined : this.#track(inspection);
    if (tracks !== undefined) this.#tracksIndex = frame.index;
    if (tracks !== undefined) this.#newestTracks = { model: this.id, atMs: frame.atMs, tracks, ...scoresOf(result) };
    this.#newest = {
      frame,
      resultAtMs,
      ...statusOf(result, this.outrun),
      detections: failed ? [] : result.detections,
      overlays: overlaysOf(tracks ?? [], this.#rules.rules),
    };
    const more = signals === undefined ? {} : { signals };
    return this.#rules.judge((rule) => rule.step({ frame, tracks, others, ...more }));
  }

  /** Present while the line outruns the frame rate. */
  get outrun(): LinePace | undefined {
    return this.#model.tracker.outrun;
  }

  /** Median score of the latest detections, to three digits; undefined before the first. */
  get confidence(): number | undefined {
    const [median] = this.#confidence.quantiles([0.5]) ?? [];
    return median === undefined ? undefined : Math.round(median * 1000) / 1000;
  }

  expire(atMs: number): RuleOutput[] {
    return this.#rules.judge((rule) => rule.expire(atMs));
  }

  tallies(): readonly RuleTallies[] {
    return this.#rules.tallies();
  }

  readings(): readonly ReadingRequest[] {
    return this.#rules.rules.flatMap((rule) => rule.readings?.() ?? []);
  }

  /** The tracks of a frame, where it was inspected and is the newest. */
  tracksAt({ index }: FrameRef): readonly Track[] | undefined {
    return this.#tracksIndex === index ? this.#newestTracks?.tracks : undefined;
  }

  verdictOf(rule: string, track: number): PieceVerdict | undefined {
    return this.#rules.rules.find(({ id }) => id === rule)?.verdictOf?.(track);
  }

  hasRule(id: string): boolean {
    return this.#rules.rules.some((rule) => rule.id === id);
  }

  reading(answer: ReadingAnswer): RuleOutput[] {
    return this.#rules.judge((rule) => (rule.id === answer.rule ? (rule.reading?.(answer) ?? []) : []));
  }

  chosenProducts(): readonly (readonly string[])[] {
    return this.#rules.rules.flatMap((rule) => {
      const chosen = rule.chosenProduct?.();
      return chosen === undefined ? [] : [chosen];
    });
  }

  tick(tick: RuleTick): RuleOutput[] {
    return this.#rules.judge((rule) => rule.tick?.(tick) ?? []);
  }

  signal(signal: Signal, signals: Signals, atMs: number): RuleOutput[] {
    return this.#rules.judge((rule) => rule.signal?.(signal, signals, atMs) ?? []);
  }

  close(atMs: number, reason: 'restart' | 'rule_removed'): RuleOutput[] {
    return this.#rules.judge((rule) => rule.close(atMs, reason));
  }

  /** Rules of other models are left out. */
  changeRules(change: RuleChange, atMs: number): RuleOutput[] {
    return this.#rules.change(change, atMs);
  }

  latency(): Quantiles | undefined {
    return quantilesOf(this.#frameToResult);
  }

  state(): ModelLaneState {
    const latency = this.latency();
    const watched = this.#scores.state();
    const checks = this.#rules.rules.flatMap((rule) => {
      const state = rule.packChecks?.();
      return state === undefined ? [] : [{ rule: rule.id, ...state }];
    });
    return {
      model: this.id,
      counters: this.#counters,
      faults: this.#faults,
      ...(this.#status === undefined ? {} : { status: this.#status }),
      ...(latency === undefined ? {} : { frameToResultMs: latency }),
      latencyBuckets: this.#frameToResultMs.counts,
      ...(watched === undefined ? {} : { watched }),
      ...(this.#newest === undefined ? {} : { newest: this.#newest }),
      ...(this.outrun === undefined ? {} : { outrun: this.outrun }),
      ...(checks.length === 0 ? {} : { packChecks: checks }),
    };
  }

  /** Whether the model reported that it cannot be used. */
  get hasFailed(): boolean {
    return this.#status?.state === 'failed';
  }

  /** After a tracker failed the frame counts as not judged, which is not the same as nothing seen. */
  #track(inspection: Inspection): readonly Track[] | undefined {
    try {
      return this.#model.tracker.update(inspection);
    } catch (error) {
      this.#fault(`tracker of ${this.id}: ${messageOf(error)}`);
      return undefined;
    }
  }

  #fault(what: string): void {
    this.#faults += 1;
    this.#onFault(what);
  }
}

/** A result of a line that outruns its frame rate is degraded: products may be mistaken for each other. */
function statusOf(
  result: Inspection['result'],
  outrun: LinePace | undefined,
): Pick<NewestInspection, 'status' | 'reason'> {
  if (result.status === 'ok') return outrun === undefined ? { status: 'ok' } : TOO_FAST;
  return { status: result.status, reason: result.reason };
}

function scoresOf(result: Inspection['result']): Pick<OtherTracks, 'scores'> {
  return result.status === 'no_result' || result.cropScores === undefined ? {} : { scores: result.cropScores };
}

const TOO_FAST = { status: 'degraded', reason: 'line_too_fast' } as const;

export function quantilesOf(samples: QuantileWindow): Quantiles | undefined {
  const found = samples.quantiles([0.5, 0.95, 0.99]);
  if (found === undefined) return undefined;
  const [p50 = 0, p95 = 0, p99 = 0] = found;
  return { p50, p95, p99 };
}

/** The event of a model that is only a demonstration. */
function marked(output: RuleOutput): RuleOutput {
  return { ...output, details: { ...output.details, demonstration: true } };
}
