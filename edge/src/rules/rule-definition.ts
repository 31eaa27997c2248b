import type { z } from 'zod';
import type { ShiftPlan } from '@lineside/protocol/coverage';
import type { EventKind, SignalType, Words, Zone } from '../domain/index.ts';
import type { Rule } from '../pipeline/index.ts';
import type { WallTime } from './conditions/index.ts';

/** What a rule is called, and what its events report; `details` names the details of its events. */
export interface RuleWords {
  readonly title: Words;
  readonly description: Words;
  readonly opened: Words;
  readonly closed: Words;
  readonly details: Readonly<Record<string, Words>>;
}

/** Labels that a rule reads out of a model's detections, and the option that names them. */
export interface LabelNeed {
  readonly option: string;
  /** Model that must have them. Default: that of the rule. */
  readonly model?: string;
  readonly labels: readonly string[];
  /** The labels that stand for the option when the file does not name any. */
  readonly defaults: readonly string[];
  /** The rule can never open an event without any of them. */
  readonly required: boolean;
}

/** An option whose value is the id of a signal, and the types that the signal may have. */
export interface SignalOption {
  readonly option: string;
  readonly types: readonly SignalType[];
}

/** A place for what one rule keeps: a JSON value that survives the process. */
export interface RuleMemory {
  /** What was kept last; undefined where nothing was. Of any form, as it comes from a file. */
  get(): unknown;
  set(value: Readonly<Record<string, unknown>>): void;
}

/** What a rule needs to know of the place at which it judges. */
export interface RulePlace {
  /** The zone that the options name; the whole frame when left out. */
  readonly zone?: Zone | undefined;
  /** All zones of the camera, for options that name more of them. */
  readonly zones?: readonly Zone[];
  /** Shifts and time zone of the line. */
  readonly plan?: ShiftPlan;
  /** Absent for a recording whose time nobody has named: its rules are always in force. */
  readonly wallTime?: WallTime;
  /** The recipe in force; absent where none is. */
  readonly recipe?: string | undefined;
  /** What the rule keeps when the process ends; absent for a recording. */
  readonly memory?: RuleMemory;
  /** Milliseconds between two results of the rule's model on its camera. */
  readonly resultEveryMs: number;
  /** Score from which an anomaly model takes a piece for wrong, on its own scale; undefined where it has no limit. */
  readonly anomalyLimit?: ((model: string) => number | undefined) | undefined;
  /** Labels of a model; undefined where it is not known. */
  readonly labelsOf?: ((model: string) => readonly string[] | undefined) | undefined;
}

/**
 * A type of rule, as the rest of the product knows it: configuration, documents, pages and command line are made from
 * this. `defineRule` makes one for rules that judge a model's tracks; a rule with another input makes its own.
 */
export interface RuleDefinition<Schema extends z.ZodObject = z.ZodObject> {
  readonly type: string;
  readonly kind: EventKind;
  readonly words: RuleWords;
  /** The rule's entry under `rules:` in the configuration file. */
  readonly options: Schema;
  /** Model that the rule reads where its options name none; absent where it reads no model. */
  readonly defaultModel?: string;
  /** Options whose value is the id of a zone of the rule's camera, or a list of such ids. */
  readonly zoneOptions: readonly string[];
  /** Options whose value is the id of a signal. Default: none. */
  readonly signalOptions?: readonly SignalOption[];
  /** Its options may hold facts of the recipe in braces, such as `{product}`. */
  readonly usesRecipe?: boolean;
  /** It has regions of frames read, so that its camera must deliver the source's own pixels. */
  readonly readsRegions?: boolean;
  /** Printed text must be read for these options. */
  readonly readsText?: (options: z.output<Schema>) => boolean;
  /** It says of each product whether it is good, so that outputs can reject by it. */
  readonly judgesPieces?: boolean;
  /** For the check of the configuration against a model. */
  labelNeeds(options: z.output<Schema>): readonly LabelNeed[];
  /** The rule with nothing pending. */
  create(options: z.output<Schema>, place: RulePlace): Rule;
}
