import type { z } from 'zod';
import {
  type EventKind,
  type FrameRef,
  type RuleOutput,
  type Track,
  WHOLE_PICTURE,
  type Zone,
} from '../domain/index.ts';
import type { Overlay, Rule, RuleInput } from '../pipeline/index.ts';
import { type IncidentFacts, type IncidentTracker, type Subject } from './incidents/index.ts';
import type { LabelNeed, RuleDefinition, RuleWords } from './rule-definition.ts';
import type { CommonOptions, CommonSchema } from './rule-options.ts';
import { type Timing, usualTiming } from './timing.ts';

/** The part of a rule that its folder writes. Pure: frames and tracks in, transitions of incidents out. */
export interface Judge {
  readonly incidents: IncidentTracker<Subject>;
  /** One inspected frame, after `incidents.beginFrame`. */
  judge(frame: FrameRef, tracks: readonly Track[]): readonly RuleOutput[];
}

/** What a judge is made of. */
export interface JudgeSetup<Options> {
  readonly options: Options;
  /** The zone to judge in; the whole frame where the options name none. */
  readonly zone: Zone;
  /** For the judge's IncidentTracker. */
  readonly facts: IncidentFacts;
}

/** What a rule's folder defines. */
export interface RulePlan<Schema extends CommonSchema> {
  readonly type: z.output<Schema>['type'];
  readonly kind: EventKind;
  readonly words: RuleWords;
  readonly options: Schema;
  /** Labels that the rule reads beside those of the option `labels`, and can do without. */
  readonly moreLabels?: (options: z.output<Schema>) => readonly Omit<LabelNeed, 'required'>[];
  /** What the rule sets otherwise than usual. */
  readonly timing?: (options: z.output<Schema>) => Partial<Timing>;
  /** What labels mean to this rule, for the boxes on snapshots. Default: those of the option `labels` are bad. */
  readonly colours?: (options: z.output<Schema>) => NonNullable<Rule['colours']>;
  readonly judge: (setup: JudgeSetup<z.output<Schema>>) => Judge;
}

/** A rule that judges the tracks of one model on one camera, with incidents of the usual life. */
export function defineRule<Schema extends CommonSchema>(plan: RulePlan<Schema>): RuleDefinition<Schema> {
  const { type, kind, words, options: schema } = plan;
  const ownLabels = schema.shape.labels.parse(undefined);
  return {
    type,
    kind,
    words,
    options: schema,
    defaultModel: schema.shape.model.parse(undefined),
    zoneOptions: ['zone'],
    labelNeeds: (options) => [
      { option: 'labels', labels: options.labels, defaults: ownLabels, required: true },
      ...(plan.moreLabels?.(options) ?? []).map((need) => ({ ...need, required: false })),
    ],
    create: (options, { zone, resultEveryMs }) => {
      const facts: IncidentFacts = {
        rule: options.id,
        ruleType: type,
        kind,
        severity: options.severity,
        zone: zone?.id,
        timing: { ...usualTiming(resultEveryMs), ...timingOf(options), ...plan.timing?.(options) },
      };
      const judge = plan.judge({ options, zone: zone ?? WHOLE_PICTURE, facts });
      const colours = plan.colours?.(options) ?? labelColours(options.labels, 'bad');
      return new TrackRule(options, colours, judge);
    },
  };
}

/** One colour for each of these labels. */
export function labelColours(labels: readonly string[], colour: Overlay['colour']): Record<string, Overlay['colour']> {
  return Object.fromEntries(labels.map((label) => [label, colour]));
}

function timingOf(
  options: CommonOptions,
): Pick<Timing, 'minDurationMs' | 'clearAfterMs' | 'updateEveryMs' | 'coolDownMs'> {
  return {
    minDurationMs: options.minDuration.ms,
    clearAfterMs: options.clearAfter.ms,
    updateEveryMs: options.updateInterval.ms,
    coolDownMs: options.coolDown.ms,
  };
}

/** A rule as a lane runs it. */
class TrackRule implements Rule {
  readonly id: string;
  readonly model: string;
  readonly colours: NonNullable<Rule['colours']>;
  readonly #judge: Judge;

  constructor({ id, model }: CommonOptions, colours: NonNullable<Rule['colours']>, judge: Judge) {
    this.id = id;
    this.model = model;
    this.colours = colours;
    this.#judge = judge;
  }

  step({ frame, tracks }: RuleInput): readonly RuleOutput[] {
    const expired = this.#judge.incidents.beginFrame(frame.atMs, tracks !== undefined);
    return tracks === undefined ? expired : [...expired, ...this.#judge.judge(frame, tracks)];
  }

  expire(atMs: number): readonly RuleOutput[] {
    return this.#judge.incidents.expire(atMs);
  }

  close(atMs: number, reason: 'restart' | 'rule_removed'): readonly RuleOutput[] {
    return this.#judge.incidents.close(atMs, reason);
  }
}
