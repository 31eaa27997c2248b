import type { DesiredDocument } from './desired-document.ts';
import type { Rollout, RolloutNote } from './rollout.ts';

/** What is written together, or not at all. */
export interface RolloutChange {
  /** `change` is that of the rollout as it was read. */
  readonly rollout: Rollout;
  readonly documents: readonly DesiredDocument[];
  readonly notes: readonly RolloutNote[];
}

/** Where rollouts, their history and the desired documents of devices are kept. */
export interface RolloutStore {
  /** Newest first. */
  list(limit: number): Promise<readonly Rollout[]>;
  /** Those that are not over, oldest first. */
  active(): Promise<readonly Rollout[]>;
  get(id: string): Promise<Rollout | undefined>;
  /** False where there is one of this id. */
  create(change: RolloutChange): Promise<boolean>;
  /**
   * False, and nothing is written, where the rollout has changed since it was read, or a document has a revision that is
   * not above the stored one: then read again.
   */
  save(change: RolloutChange): Promise<boolean>;
  /** Newest first. */
  history(id: string, limit: number): Promise<readonly RolloutNote[]>;
  /** Of every device that has one. */
  documents(): Promise<readonly DesiredDocument[]>;
}
