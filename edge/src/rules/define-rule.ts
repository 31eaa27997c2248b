import type { z } from 'zod';
import {
  type EventKind,
  type FrameRef,
  type PackCheckState,
  type PieceVerdict,
  type ReadingAnswer,
  type ReadingRequest,
  type RuleOutput,
  type Tally,
  type Track,
  WHOLE_PICTURE,
  type Zone,
} from '../domain/index.ts';
import type { OtherTracks, Overlay, Rule, RuleInput, Signals } from '../pipeline/index.ts';
import { InForce, ObjectFilter } from './conditions/index.ts';
import { type IncidentFacts, type IncidentTracker, type Subject } from './incidents/index.ts';
import type { LabelNeed, RuleDefinition, RulePlace, RuleWords, SignalOption } from './rule-definition.ts';
import type { CommonOptions, CommonSchema } from './rule-options.ts';
import { Hysteresis } from './hysteresis.ts';
import { type Timing, usualTiming } from './timing.ts';
import { Occluders } from './visibility/index.ts';

/** The part of a rule that its folder writes. Pure: frames and tracks in, transitions of incidents out. */
export interface Judge {
  readonly incidents: IncidentTracker<Subject>;
  /** One inspected frame, after `incidents.beginFrame`. `others` are the newest tracks of the camera's other models. */
  judge(
    frame: FrameRef,
    tracks: readonly Track[],
    others: readonly OtherTracks[],
    signals?: Signals,
  ): readonly RuleOutput[];
  /** What was counted since the last call. */
  tallies?(): readonly Tally[];
  /** Regions of the frame that are to be read, since the last call. */
  readings?(): readonly ReadingRequest[];
  /** The answer to one of them. */
  reading?(answer: ReadingAnswer): readonly RuleOutput[];
  packChecks?(): PackCheckState;
  /** What is known of the product of this track by now. */
  verdictOf?(track: number): PieceVerdict | undefined;
  chosenProduct?(): readonly string[] | undefined;
  /** What time alone decides: at every frame, inspected or not, and about twice a second without frames. */
  elapse?(atMs: number, inForce: boolean): readonly RuleOutput[];
  /** No more frames will come. */
  end?(): readonly RuleOutput[];
  /** Closes what is not among `incidents`. */
  close?(atMs: number, reason: 'restart' | 'rule_removed'): readonly RuleOutput[];
}

/** What a judge is made of. */
export interface JudgeSetup<Options> {
  readonly options: Options;
  /** The zone to judge in; the whole frame where the options name none. */
  readonly zone: Zone;
  /** For the judge's IncidentTracker. */
  readonly facts: IncidentFacts;
  /** Thresholds of zone and score. */
  readonly hysteresis: Hysteresis;
  /** What can hide a subject in the frame that is judged. */
  readonly occluders: Occluders;
  /** Clock, shifts and memory of the line. */
  readonly place: RulePlace;
}

/** What a rule's folder defines. */
export interface RulePlan<Schema extends CommonSchema> {
  readonly type: z.output<Schema>['type'];
  readonly kind: EventKind;
  readonly words: RuleWords;
  readonly options: Schema;
  /** Labels that the rule reads beside those of the option `labels`; it can do without them where they do not say otherwise. */
  readonly moreLabels?: (options: z.output<Schema>) => readonly (Omit<LabelNeed, 'required'> & Partial<LabelNeed>)[];
  /** Labels of its subjects, to which limits of size and masks apply. Default: those of the option `labels`. */
  readonly subjectLabels?: (options: z.output<Schema>) => readonly string[];
  /** Whether the rule can do nothing without the labels of the option `labels`. Default: yes. */
  readonly labelsRequired?: (options: z.output<Schema>) => boolean;
  /** Labels of those that it reads which can hide a subject all the same: people stand in front of each other. */
  readonly occludingLabels?: (options: z.output<Schema>) => readonly string[];
  /** What the rule sets otherwise than usual. */
  readonly timing?: (options: z.output<Schema>) => Partial<Timing>;
  /** What labels mean to this rule, for the boxes on snapshots. Default: those of its subjects are bad. */
  readonly colours?: (options: z.output<Schema>) => NonNullable<Rule['colours']>;
  readonly judge: (setup: JudgeSetup<z.output<Schema>>) => Judge;
  /** Options whose value is the id of a signal. */
  readonly signalOptions?: readonly SignalOption[];
  /** Its options may hold facts of the recipe in braces. */
  readonly usesRecipe?: boolean;
  /** It has regions of frames read at the source's own resolution. */
  readonly readsRegions?: boolean;
  /** Printed text must be read for these options. */
  readonly readsText?: (options: z.output<Schema>) => boolean;
  /** It says of each product whether it is good, so that outputs can reject by it. */
  readonly judgesPieces?: boolean;
}

/** A rule that judges the tracks of one model on one camera, with incidents of the usual life. */
export function defineRule<Schema extends CommonSchema>(plan: RulePlan<Schema>): RuleDefinition<Schema> {
  const { type, kind, words, options: schema } = plan;
  const defaultLabels = schema.shape.labels.parse(undefined);
  const labelNeeds = (options: z.output<Schema>): readonly LabelNeed[] => [
    {
      ...{ option: 'labels', labels: options.labels, defaults: defaultLabels },
      required: plan.labelsRequired?.(options) ?? true,
    },
    ...(plan.moreLabels?.(options) ?? []).map((need) => ({ required: false, ...need })),
  ];
  return {
    type,
    kind,
    words,
    options: schema,
    defaultModel: schema.shape.model.parse(undefined),
    zoneOptions: ['zone', 'masks'],
    ...(plan.signalOptions === undefined ? {} : { signalOptions: plan.signalOptions }),
    ...(plan.usesRecipe === undefined ? {} : { usesRecipe: plan.usesRecipe }),
    ...(plan.readsRegions === undefined ? {} : { readsRegions: plan.readsRegions }),
    ...(plan.readsText === undefined ? {} : { readsText: plan.readsText }),
    ...(plan.judgesPieces === undefined ? {} : { judgesPieces: plan.judgesPieces }),
    labelNeeds,
    create: (options, place) => {
      const { zone: named, zones = [], resultEveryMs } = place;
      const zone = named ?? WHOLE_PICTURE;
      const facts: IncidentFacts = {
        rule: options.id,
        ruleType: type,
        kind,
        severity: options.severity,
        zone: named?.id,
        timing: { ...usualTiming(resultEveryMs), ...timingOf(options, resultEveryMs), ...plan.timing?.(options) },
      };
      const { zoneMargin, minScore, clearScore = CLEAR_SCORE * minScore, hiddenBy } = options;
      const hysteresis = new Hysteresis({ zone, zoneMargin, minScore, clearScore: Math.min(clearScore, minScore) });
      const occluding = plan.occludingLabels?.(options) ?? [];
      const ownLabels = labelNeeds(options).flatMap(({ labels }) => labels);
      const occluders = new Occluders({
        canHide: (label) => hiddenBy?.includes(label) ?? (occluding.includes(label) || !ownLabels.includes(label)),
        maxAgeMs: facts.timing.maxUnobservedMs,
      });
      const judge = plan.judge({ options, zone, facts, hysteresis, occluders, place });
      const labels = plan.subjectLabels?.(options) ?? options.labels;
      const colours = plan.colours?.(options) ?? labelColours(labels, 'bad');
      const { minSize, maxSize, schedule, shifts } = options;
      const masks = zones.filter(({ id }) => options.masks.includes(id));
      return new TrackRule(options, {
        ...{ colours, judge, occluders },
        objects: new ObjectFilter({ labels, minSize, maxSize, masks }),
        inForce: new InForce({ schedule, shifts, plan: place.plan, wallTime: place.wallTime }),
      });
    },
  };
}

/** What `clearScore` is without an option, as a fraction of `minScore`. */
const CLEAR_SCORE = 0.7;
/** Results of a model that inspects rarely are not missing before this many of them are. */
const RESULTS_MISSING = 4;

/** One colour for each of these labels. */
export function labelColours(labels: readonly string[], colour: Overlay['colour']): Record<string, Overlay['colour']> {
  return Object.fromEntries(labels.map((label) => [label, colour]));
}

function timingOf(
  options: CommonOptions,
  resultEveryMs: number,
): Pick<Timing, 'minDurationMs' | 'clearAfterMs' | 'updateEveryMs' | 'coolDownMs' | 'maxUnobservedMs'> {
  return {
    minDurationMs: options.minDuration.ms,
    clearAfterMs: options.clearAfter.ms,
    updateEveryMs: options.updateInterval.ms,
    coolDownMs: options.coolDown.ms,
    maxUnobservedMs: Math.max(options.maxUnobserved.ms, RESULTS_MISSING * resultEveryMs),
  };
}

const NO_OTHERS: readonly OtherTracks[] = [];

interface TrackRuleParts {
  readonly colours: NonNullable<Rule['colours']>;
  readonly judge: Judge;
  readonly occluders: Occluders;
  readonly objects: ObjectFilter;
  readonly inForce: InForce;
}

/** A rule as a lane runs it. */
class TrackRule implements Rule {
  readonly id: string;
  readonly model: string;
  readonly colours: NonNullable<Rule['colours']>;
  readonly #parts: TrackRuleParts;

  constructor({ id, model }: CommonOptions, parts: TrackRuleParts) {
    this.id = id;
    this.model = model;
    this.colours = parts.colours;
    this.#parts = parts;
  }

  step({ frame, tracks, others = NO_OTHERS, signals }: RuleInput): readonly RuleOutput[] {
    const { judge, inForce, occluders, objects } = this.#parts;
    if (!inForce.at(frame.atMs)) return this.#rest(frame.atMs);
    const expired = judge.incidents.beginFrame(frame.atMs, tracks !== undefined);
    if (tracks === undefined) return [...expired, ...this.#elapse(frame.atMs)];
    occluders.see(frame.atMs, tracks, others);
    const judged = judge.judge(frame, objects.keep(tracks, frame), others, signals);
    return [...expired, ...judged, ...this.#elapse(frame.atMs)];
  }

  tallies(): readonly Tally[] {
    return this.#parts.judge.tallies?.() ?? [];
  }

  readings(): readonly ReadingRequest[] {
    return this.#parts.judge.readings?.() ?? [];
  }

  reading(answer: ReadingAnswer): readonly RuleOutput[] {
    return this.#parts.judge.reading?.(answer) ?? [];
  }

  packChecks(): PackCheckState | undefined {
    return this.#parts.judge.packChecks?.();
  }

  verdictOf(track: number): PieceVerdict | undefined {
    return this.#parts.judge.verdictOf?.(track);
  }

  chosenProduct(): readonly string[] | undefined {
    return this.#parts.judge.chosenProduct?.();
  }

  expire(atMs: number): readonly RuleOutput[] {
    const { judge, inForce } = this.#parts;
    if (!inForce.at(atMs)) return this.#rest(atMs);
    const ended = Number.isFinite(atMs) ? [] : (judge.end?.() ?? []);
    return [...ended, ...judge.incidents.expire(atMs), ...this.#elapse(atMs)];
  }

  close(atMs: number, reason: 'restart' | 'rule_removed'): readonly RuleOutput[] {
    const { judge } = this.#parts;
    return [...judge.incidents.close(atMs, reason), ...(judge.close?.(atMs, reason) ?? [])];
  }

  #elapse(atMs: number): readonly RuleOutput[] {
    // A recording that has ended expires at infinity.
    return Number.isFinite(atMs) ? (this.#parts.judge.elapse?.(atMs, true) ?? []) : [];
  }

  /** The rule is not in force: nothing stays open. */
  #rest(atMs: number): readonly RuleOutput[] {
    const { judge } = this.#parts;
    return [...judge.incidents.close(atMs, 'not_in_force'), ...(judge.elapse?.(atMs, false) ?? [])];
  }
}
