import type { Severity, SignalType } from '../domain/index.ts';

/** Language of a sentence. */
export type Language = 'en' | 'ru';

/** What people must wear, beside headwear, which has a rule of its own. */
export const GARMENTS = ['mask', 'gloves', 'coat', 'apron', 'helmet', 'goggles', 'vest'] as const;
export type Garment = (typeof GARMENTS)[number];

/** What a sentence forbids. */
export type Condition =
  | { readonly about: 'headwear' | 'defect' | 'alone' | 'cleaning' | 'stop' }
  | { readonly about: 'garment'; readonly garment: Garment }
  | { readonly about: 'floor'; readonly matter: 'any' | 'spill' | 'litter' }
  | { readonly about: 'more' | 'fewer'; readonly people: number }
  | { readonly about: 'operation'; readonly limit: 'longer' | 'shorter' }
  | ServiceCondition;

/** After what a machine must be serviced: time, time in which a signal shows that it runs, or how far a signal counts. */
export type ServiceCondition =
  | { readonly about: 'service'; readonly by: 'time' }
  | { readonly about: 'service'; readonly by: 'running'; readonly signal: string }
  | { readonly about: 'service'; readonly by: 'count'; readonly signal: string; readonly count: number };

/** One rule, as a sentence says it. What it leaves open has the default of the rule. */
export interface RuleDraft {
  readonly condition: Condition;
  readonly camera: string;
  /** Zone of that camera; without it the entire picture. */
  readonly zone?: string;
  readonly severity?: Severity;
  /** Milliseconds, above 0. */
  readonly durationMs?: number;
  /** Part of the day as `06:00`. */
  readonly hours?: { readonly from: string; readonly to: string };
  readonly days?: 'weekdays' | 'weekend';
  readonly shift?: string;
}

/** What a sentence may name. */
export interface SentenceContext {
  readonly cameras: readonly {
    readonly id: string;
    readonly zones: readonly string[];
    readonly models: readonly { readonly id: string; readonly labels: readonly string[] }[];
  }[];
  readonly shifts: readonly string[];
  readonly signals: readonly { readonly id: string; readonly type: SignalType }[];
}

/** Whether the condition takes a duration; a sentence with one where there is `none`, or without where it is `needed`, is refused. */
export function durationOf(condition: Condition): 'none' | 'possible' | 'needed' {
  const { about } = condition;
  if (about === 'defect') return 'none';
  if (about === 'service') return condition.by === 'count' ? 'none' : 'needed';
  return about === 'alone' || about === 'cleaning' || about === 'operation' ? 'needed' : 'possible';
}
