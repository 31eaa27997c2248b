import type { StreamRange } from '../records/index.ts';

export type GapState = 'open' | 'closed' | 'declared';

/** Numbers that were missing for longer than the reorder timeout. */
export interface GapRow extends StreamRange {
  readonly id: number;
  readonly state: GapState;
  /** Numbers in it that are still neither stored nor declared lost. */
  readonly missing: number;
  readonly openedAtMs: number;
  readonly closedAtMs: number | null;
  readonly requests: number;
  readonly requestedAtMs: number | null;
}

/** Where gaps are kept. */
export interface GapStore {
  /** Numbers missing between stored ones, at most `limit` ranges. */
  missing(limit: number): Promise<readonly StreamRange[]>;
  /** Opens gaps for `overdue` ranges and closes those that were filled or declared; resolves to the open ones. */
  reconcile(overdue: readonly StreamRange[], atMs: number): Promise<readonly GapRow[]>;
  /** Records that the gap was requested from its device once more. */
  noteRequest(gap: number, atMs: number): Promise<void>;
  /** Latest first; every state when `state` is undefined. */
  list(state: GapState | undefined, limit: number): Promise<readonly GapRow[]>;
}
