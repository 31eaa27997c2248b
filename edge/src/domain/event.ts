import type { Box } from '@lineside/models/output';
import type { FrameRef } from './frame.ts';

export type EventKind = 'personnel_violation' | 'quality_issue' | 'sanitation';
export type Severity = 'info' | 'warning' | 'critical';
export type CloseReason = 'cleared' | 'object_lost' | 'camera_lost' | 'restart' | 'rule_removed' | 'timeout';

/** One step of an event. */
export type EventPhase = 'opened' | 'updated' | 'closed';

/** What a rule says at one frame: a transition of one incident, pure data, before it has an id or a picture. */
export interface RuleOutput {
  readonly phase: EventPhase;
  /** Same for every transition of one incident, unique within the rule while the process lives. */
  readonly key: string;
  readonly rule: string;
  readonly kind: EventKind;
  readonly severity: Severity;
  /** Present when phase is `closed`. */
  readonly reason?: CloseReason;
  readonly zone?: string;
  readonly label: string;
  readonly score?: number;
  readonly box?: Box;
  /** Milliseconds the condition has lasted, on the clock of the frames. */
  readonly durationMs: number;
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

/** A transition with its identity and its evidence, ready for the journal. */
export interface LineEvent {
  /** UUIDv7, the same for all transitions of one incident. */
  readonly event: string;
  readonly camera: string;
  /** Monotonic ms of this machine at which it was decided, so that a late record still gets the right time. */
  readonly decidedAtMs?: number;
  readonly frame?: FrameRef;
  readonly model?: { readonly id: string; readonly sha256: string; readonly degraded: boolean };
  readonly output: RuleOutput;
}
