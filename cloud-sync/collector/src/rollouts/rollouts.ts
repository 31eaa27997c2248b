import { type Clock, type Logger, LogThrottle, messageOf, type Service } from '@lineside/kit';
import type { Desired, Reported } from '@lineside/protocol';
import type { RolloutStore } from './rollout-store.ts';
import { type LineFacts, step } from './step.ts';

const EVERY_MS = 2000;
const LOG_EVERY_MS = 60_000;

/** A device with what it reported last. */
export interface DeviceReport {
  readonly device: string;
  readonly reported: Reported | null;
}

export interface RolloutsOptions {
  readonly store: RolloutStore;
  /** Every device that was ever connected. */
  readonly reports: () => Promise<readonly DeviceReport[]>;
  readonly isOnline: (device: string) => boolean;
  /** Publishes a desired document, retained; false while the broker cannot be reached. */
  readonly publish: (device: string, document: Desired) => boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Carries rollouts on, and sees to it that the broker has the newest desired document of every device. Keeps nothing itself
 * that matters: a restart, and another collector of the database, continue from what is stored.
 */
export class Rollouts implements Service {
  readonly name = 'rollouts';
  readonly #options: RolloutsOptions;
  readonly #throttle: LogThrottle;
  /** Revisions that this collector has published since it was connected. */
  readonly #published = new Map<string, number>();

  constructor(options: RolloutsOptions) {
    this.#options = options;
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => options.clock.monoMs() });
  }

  /** The broker may have lost what it retained: everything is published again. */
  forgetPublished(): void {
    this.#published.clear();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    while (!signal.aborted) {
      try {
        await this.turn();
      } catch (error) {
        const times = this.#throttle.due(messageOf(error));
        if (times !== undefined) log.error({ error: messageOf(error), times }, 'rollouts could not be carried on');
      }
      await clock.sleep(EVERY_MS, signal);
    }
  }

  /** Carries every rollout on as far as it goes now, then publishes what the broker does not have. */
  async turn(): Promise<void> {
    const { store, reports, isOnline, clock, log } = this.#options;
    const documents = new Map((await store.documents()).map(({ device, document }) => [device, document]));
    const active = await store.active();
    const reported = new Map(active.length === 0 ? [] : (await reports()).map((row) => [row.device, row.reported]));
    const factsOf = (device: string): LineFacts => ({
      online: isOnline(device),
      reported: reported.get(device),
      document: documents.get(device),
    });
    for (const rollout of active) {
      const stepped = step(rollout, factsOf, clock.wallMs());
      const same = stepped.notes.length === 0 && JSON.stringify(stepped.rollout) === JSON.stringify(rollout);
      // Where somebody else has changed it in between, the next turn sees that.
      if (same || !(await store.save(stepped))) continue;
      for (const { device, document } of stepped.documents) documents.set(device, document);
      const { id, state, reason } = stepped.rollout;
      if (state !== rollout.state) log.info({ rollout: id, state, reason }, 'a rollout has changed');
    }
    this.#publish(documents);
  }

  #publish(documents: ReadonlyMap<string, Desired>): void {
    for (const [device, document] of documents) {
      if (this.#published.get(device) === document.revision) continue;
      if (this.#options.publish(device, document)) this.#published.set(device, document.revision);
    }
  }
}
