import type { Desired, DesiredStatus } from '@lineside/protocol';

/** Takes what the cloud wants of this device. */
export interface DesiredHandler {
  /**
   * A document that fits its schema, and whose revision is not that of the one before it. One below the floor of revisions
   * must not be followed. Must not block: what takes time is shown in `status`.
   */
  receive(document: Desired): void;
  /** The newest document and what became of it, for the reported document; undefined before the first one. */
  status(): DesiredStatus | undefined;
}
