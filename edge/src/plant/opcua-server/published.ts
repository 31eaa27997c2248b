/**
 * States of OPC 40100-1 (machine vision). The last four are those inside `Operational`, of its automatic mode.
 * `SingleExecution` is never taken: cameras here are judged all the time.
 */
export const VISION_STATES = [
  'Preoperational',
  'Halted',
  'Error',
  'Initialized',
  'Ready',
  'SingleExecution',
  'ContinuousExecution',
] as const;
export type VisionState = (typeof VISION_STATES)[number];

/** Results as numbers; nothing that could be taken for good stands beside `no_result`. */
export const RESULT_NUMBERS: Readonly<Record<string, number>> = { ok: 1, nok: 2, no_result: 3 };

/** What is served of one output. */
export interface PublishedOutput {
  readonly id: string;
  readonly camera: string;
  /** `ready`, or why it is not. */
  readonly readiness: string;
  readonly armed: boolean;
  readonly connected: boolean;
  readonly inTransit: number;
  /** The newest result; absent while there is none. */
  readonly newest?: { readonly piece: number; readonly result: string; readonly reason: string };
  readonly ok: number;
  readonly nok: number;
  readonly noResult: number;
  readonly rejectsDone: number;
  /** Late, missed or cancelled. */
  readonly rejectsFailed: number;
}

/** One piece that was judged, or that arrived at its output without a verdict. It comes again where a verdict changes. */
export interface PublishedResult {
  readonly output: string;
  readonly piece: number;
  /** `ok`, `nok` or `no_result`. */
  readonly result: string;
  readonly reason: string;
  /** Wall milliseconds since 1970. */
  readonly atMs: number;
}

/** What is served of the line at a moment. */
export interface PublishedLine {
  readonly state: VisionState;
  /** Why it is in this state, in words. */
  readonly why: string;
  /** State of PackML (ISA-TR88); absent where no rule watches the line. */
  readonly packml?: PackmlState;
  readonly stopReason?: string;
  /** Empty where none was chosen. */
  readonly recipe: string;
  readonly product: string;
  readonly outputs: readonly PublishedOutput[];
}

/** Numbers of PackML states that can be seen from outside, as in OPC 30050. */
export const PACKML_NUMBERS = { Suspended: 5, Execute: 6, Held: 11 } as const;
export type PackmlState = keyof typeof PACKML_NUMBERS;
