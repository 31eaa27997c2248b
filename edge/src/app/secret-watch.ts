import { type LoadedConfig, type MissingSecret, missingSecrets } from '../config/index.ts';
import { type Clock, type Logger, messageOf, type Service, unlessAbort } from '@lineside/kit';

/** How often the secrets are read again. */
const SECRETS_EVERY_MS = 2_000;

export interface SecretWatchOptions {
  /** The configuration that runs now. */
  readonly loaded: () => LoadedConfig;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called after each look, for what has to be started with secrets that appeared. */
  readonly looked: () => Promise<void>;
}

/** Looks for secrets that cannot be read, reports each once when it goes missing, and when it is there again. */
export class SecretWatch implements Service {
  readonly name = 'secrets';
  readonly #options: SecretWatchOptions;
  #missing: readonly MissingSecret[] = [];

  constructor(options: SecretWatchOptions) {
    this.#options = options;
    this.#look();
  }

  get missing(): readonly MissingSecret[] {
    return this.#missing;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, looked } = this.#options;
    while (!signal.aborted) {
      this.#look();
      await looked().catch((error: unknown) => {
        log.error({ err: messageOf(error) }, 'cameras could not be started with the secrets that are there now');
      });
      await clock.sleep(SECRETS_EVERY_MS, signal).catch(unlessAbort);
    }
  }

  #look(): void {
    const { loaded, log } = this.#options;
    const before = this.#missing;
    this.#missing = missingSecrets(loaded());
    const has = (all: readonly MissingSecret[], { subject, error }: MissingSecret): boolean =>
      all.some((one) => one.subject === subject && one.error.message === error.message);
    for (const one of this.#missing.filter((one) => !has(before, one))) {
      const { code, message, advice } = one.error;
      log.error({ code, subject: one.subject, advice }, `a secret cannot be read: ${message}`);
    }
    for (const { subject } of before.filter((one) => !has(this.#missing, one))) {
      log.info({ subject }, 'a secret that was missing can be read, or is no longer needed');
    }
  }
}
