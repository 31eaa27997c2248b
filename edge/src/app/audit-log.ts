import type { AuditBody } from '@lineside/protocol';
import { type Logger, messageOf } from '@lineside/kit';
import type { Journal } from '../journal/index.ts';
import type { Lanes } from '../pipeline/index.ts';

export interface AuditLogParts {
  readonly lanes: Lanes;
  readonly journal: Journal;
  readonly logger: Logger;
}

/** Records what an auditor asks for: starts, stops, changes of the configuration, and when inspection stood still. */
export class AuditLog {
  readonly #parts: AuditLogParts;
  #visionDowns = 0;
  #visionUp = false;

  constructor(parts: AuditLogParts) {
    this.#parts = parts;
  }

  /**
   * Writes a record of what the device did, or `who`; one that cannot be written is logged, for it must not stop the
   * inspection.
   */
  write(action: string, details: NonNullable<AuditBody['details']>, who = 'lineside'): void {
    const body: AuditBody = { action, who, details };
    try {
      this.#parts.journal.append([{ stream: 'audit', kind: 'audit', body }]);
    } catch (error) {
      this.#parts.logger.error({ action, err: messageOf(error) }, 'an audit record could not be written');
    }
  }

  /** To be called about twice a second: records when the vision process went down and when it was up again. */
  followInspection(): void {
    const { vision } = this.#parts.lanes.state();
    const up = vision.state === 'up';
    if (vision.downs > this.#visionDowns) {
      this.write('inspection_stopped', { reason: vision.reason ?? 'unknown', times: vision.downs - this.#visionDowns });
      this.#visionDowns = vision.downs;
      this.#visionUp = false;
    }
    if (up && !this.#visionUp) this.write('inspection_started', {});
    this.#visionUp = up;
  }
}
