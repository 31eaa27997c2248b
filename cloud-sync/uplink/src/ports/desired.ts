import type { Desired, DesiredStatus } from '@lineside/protocol';

/** Takes what the cloud wants of this device. */
export interface DesiredHandler {
  /**
   * A document that fits its schema, and whose revision is higher than those before it since the start. Must not block:
   * what takes time is shown in `status`.
   */
  receive(document: Desired): void;
  /** The newest document and what became of it, for the reported document; undefined before the first one. */
  status(): DesiredStatus | undefined;
}
