import type { CloseReason, EventKind, EventPhase, Severity } from '@lineside/protocol/vocabulary';
import type { Box } from '@lineside/models/output';
import type { FrameRef } from './frame.ts';

/** What a rule reports for one frame: a transition of one incident, before it has an id or a snapshot. */
export interface RuleOutput {
  readonly phase: EventPhase;
  /** Same for every transition of one incident, unique within the rule while the process lives. */
  readonly key: string;
  readonly rule: string;
  readonly ruleType: string;
  readonly kind: EventKind;
  readonly severity: Severity;
  /** Present when phase is `closed`. */
  readonly reason?: CloseReason;
  readonly zone?: string;
  readonly label: string;
  readonly score?: number;
  readonly box?: Box;
  /** Id of the track that was seen last, on its camera and model; the journal does not keep it. */
  readonly track?: number;
  /** Milliseconds that the condition has held, on the clock of the frames. */
  readonly durationMs: number;
  /** First and latest time at which the condition was true, on the clock of the frames; the journal does not keep it. */
  readonly held?: { readonly fromMs: number; readonly toMs: number };
  readonly details?: Readonly<Record<string, string | number | boolean>>;
  /** The frame that shows it best, where it is an earlier one than that of the decision; the journal does not keep it. */
  readonly shownIn?: FrameRef;
}

/** A transition with its event's identity, ready for the journal. */
export interface LineEvent {
  /** UUIDv7, the same for all transitions of one incident. */
  readonly event: string;
  readonly camera: string;
  /** Monotonic ms of this machine at which it was decided, so that a late record still gets the right time. */
  readonly decidedAtMs?: number;
  /** Of a recording: ms on its own clock at which it was decided, where no frame has that time. */
  readonly recordedAtMs?: number;
  readonly frame?: FrameRef;
  readonly model?: { readonly id: string; readonly sha256: string; readonly degraded: boolean };
  readonly output: RuleOutput;
}
