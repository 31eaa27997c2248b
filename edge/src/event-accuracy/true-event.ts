import type { Box } from '../domain/index.ts';

/** Something that really happened in front of a camera and that a rule should report. Times are of the recording. */
export interface TrueEvent {
  readonly id: string;
  readonly camera: string;
  readonly kind: string;
  /** Where it happens, when only events of this zone count. */
  readonly zone?: string;
  readonly label?: string;
  /** The condition holds from and to. */
  readonly startMs: number;
  readonly endMs: number;
  /** It can be judged from and to: the subject is far enough in the picture. */
  readonly inspectableFromMs: number;
  readonly inspectableToMs: number;
  /** Where the subject is at a moment, in pixels of the frame; undefined where the truth does not say it. */
  boxAt?(atMs: number): Box | undefined;
}

/** One event as the product reported it, all transitions together. Times are of the recording. */
export interface ReportedEvent {
  readonly id: string;
  readonly camera: string;
  readonly kind: string;
  readonly rule: string;
  readonly zone?: string;
  readonly label: string;
  /** What was reported when it opened, of a rule that reports several conditions: `too_long`, `overdue`, `below`. */
  readonly condition?: string;
  /** The box of the opening transition. */
  readonly box?: Box;
  readonly openedMs: number;
  /** Undefined: it was still open at the end of the recording. */
  readonly closedMs?: number;
}
