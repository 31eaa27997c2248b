import { type Clock, type Logger, LogThrottle, messageOf } from '@lineside/kit';
import type { BrokerUser } from './index.ts';
import type { CollectorStore } from '../store/index.ts';

const LOOK_EVERY_MS = 300;
const SAY_AGAIN_MS = 30_000;

export interface CredentialWatchOptions {
  readonly store: CollectorStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Puts the devices' credentials into force. */
  readonly apply: (devices: readonly BrokerUser[]) => Promise<void>;
}

/** Notices credentials that another process added or removed, and brings them to the broker. */
export class CredentialWatch {
  readonly name = 'credential watch';
  readonly #options: CredentialWatchOptions;
  readonly #throttle: LogThrottle;
  #applied = -1;

  constructor(options: CredentialWatchOptions) {
    this.#options = options;
    this.#throttle = new LogThrottle({ everyMs: SAY_AGAIN_MS, nowMs: () => options.clock.monoMs() });
  }

  /** `revision` is what the broker was prepared with. */
  async start(revision: number): Promise<void> {
    this.#applied = revision;
    await this.#options.store.noteApplied(revision);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { store, clock, log, apply } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, signal);
      try {
        const revision = await store.credentialRevision();
        if (revision === this.#applied) continue;
        const devices = (await store.credentials()).map(({ device, hash }) => ({ name: device, hash }));
        await apply(devices);
        await this.start(revision);
        log.info({ devices: devices.length }, 'device credentials in force');
      } catch (error) {
        const times = this.#throttle.due(messageOf(error));
        if (times !== undefined)
          log.error({ error: messageOf(error), times }, 'device credentials could not be put into force');
      }
    }
  }
}
