import { type Clock, type Logger, LogThrottle, messageOf } from '@lineside/kit';
import type { BrokerUser } from './mosquitto-files.ts';
import type { CredentialStore } from './credential-store.ts';

const CHECK_EVERY_MS = 300;
const LOG_EVERY_MS = 30_000;

export interface CredentialWatchOptions {
  readonly store: CredentialStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Gives the devices' credentials to the broker. */
  readonly apply: (devices: readonly BrokerUser[]) => Promise<void>;
}

/** Notices credentials that another process added or removed, and gives them to the broker. */
export class CredentialWatch {
  readonly name = 'credential watch';
  readonly #options: CredentialWatchOptions;
  readonly #throttle: LogThrottle;
  #applied = -1;

  constructor(options: CredentialWatchOptions) {
    this.#options = options;
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => options.clock.monoMs() });
  }

  /** `revision` is the one with which the broker was prepared. */
  async start(revision: number): Promise<void> {
    this.#applied = revision;
    await this.#options.store.noteApplied(revision);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { store, clock, log, apply } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(CHECK_EVERY_MS, signal);
      try {
        const revision = await store.revision();
        if (revision === this.#applied) continue;
        const devices = (await store.list()).map(({ device, hash }) => ({ name: device, hash }));
        await apply(devices);
        await this.start(revision);
        log.info({ devices: devices.length }, 'device credentials applied');
      } catch (error) {
        const times = this.#throttle.due(messageOf(error));
        if (times !== undefined)
          log.error({ error: messageOf(error), times }, 'device credentials could not be applied');
      }
    }
  }
}
