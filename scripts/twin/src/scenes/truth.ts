/** Kinds of what is true of a line, beside its incidents. */
export const TRUTH_KINDS = [
  'personnel_violation',
  'quality_issue',
  'sanitation',
  'presence',
  'operation',
  'passage',
  'hand',
  'cleaning',
  'stop',
  'weight',
  'label',
] as const;
export type TruthKind = (typeof TRUTH_KINDS)[number];

/** One thing that is true from `start` to `end` (stream time; equal for a moment), in the one form of all kinds. */
export interface TruthEvent {
  readonly kind: TruthKind;
  /** `plant` for what no camera shows. */
  readonly camera: string;
  readonly subject: string;
  readonly start: number;
  readonly end: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}
