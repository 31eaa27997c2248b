import { type Desired, type DesiredStatus, floorAfter } from '@lineside/protocol';
import type { Logger } from '@lineside/kit';
import type { DesiredHandler } from '../ports/index.ts';

const REASON = 'updates are not available in this version';

/** Stands in while nothing on the device applies desired documents: reports the newest revision as not applied. */
export class DesiredNotApplied implements DesiredHandler {
  readonly #log: Pick<Logger, 'warn'>;
  #revision: number | undefined;
  #floor = 0;

  constructor(log: Pick<Logger, 'warn'>) {
    this.#log = log;
  }

  receive({ revision }: Desired): void {
    if (revision < this.#floor) return;
    this.#floor = floorAfter(this.#floor, revision);
    this.#revision = revision;
    this.#log.warn({ revision }, `uplink: desired document not applied: ${REASON}`);
  }

  status(): DesiredStatus | undefined {
    if (this.#revision === undefined) return undefined;
    const floor = this.#floor === this.#revision ? {} : { floor: this.#floor };
    return { revision: this.#revision, ...floor, state: 'not_applied', reason: REASON };
  }
}
