import type { Desired, DesiredStatus } from '@lineside/protocol';
import type { Logger } from '@lineside/kit';
import type { DesiredHandler } from '../ports/index.ts';

const REASON = 'updates are not available in this version';

/** Stands in while nothing on the device applies desired documents: reports the newest revision as not applied. */
export class DesiredNotApplied implements DesiredHandler {
  readonly #log: Pick<Logger, 'warn'>;
  #revision: number | undefined;

  constructor(log: Pick<Logger, 'warn'>) {
    this.#log = log;
  }

  receive({ revision }: Desired): void {
    if (revision < (this.#revision ?? 0)) return;
    this.#revision = revision;
    this.#log.warn({ revision }, `uplink: desired document not applied: ${REASON}`);
  }

  status(): DesiredStatus | undefined {
    if (this.#revision === undefined) return undefined;
    return { revision: this.#revision, state: 'not_applied', reason: REASON };
  }
}
