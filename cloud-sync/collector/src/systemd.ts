import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Clock } from './clock.ts';
import { isAbort, messageOf } from './errors.ts';
import type { Logger } from './logger.ts';

const run = promisify(execFile);
const STATUS_EVERY_MS = 20_000;

export interface SystemdOptions {
  /** NOTIFY_SOCKET and WATCHDOG_USEC are systemd's: sd_notify(3), sd_watchdog_enabled(3). */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Logger;
  /** True while the collector makes progress; only then is the watchdog fed. */
  readonly progressing: () => boolean;
  /** One line for `systemctl status`. */
  readonly status: () => string;
}

/** Tells systemd that we are ready, alive and stopping, through `systemd-notify`. Does nothing outside systemd. */
export class Systemd {
  readonly name = 'systemd';
  readonly #options: SystemdOptions;

  constructor(options: SystemdOptions) {
    this.#options = options;
  }

  async ready(): Promise<void> {
    await this.#tell('READY=1');
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, env, log, progressing } = this.#options;
    const watchdogUs = Number(env['WATCHDOG_USEC'] ?? 0);
    // A third of the watchdog's time, so that two may be missed.
    const everyMs = watchdogUs > 0 ? watchdogUs / 3000 : STATUS_EVERY_MS;
    try {
      for (;;) {
        await clock.sleep(everyMs, signal);
        if (progressing()) await this.#tell('WATCHDOG=1');
        else log.error({}, 'no progress: the watchdog is not fed until there is');
      }
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
    await this.#tell('STOPPING=1');
  }

  async #tell(word: string): Promise<void> {
    const { env, log, status } = this.#options;
    if (env['NOTIFY_SOCKET'] === undefined) return;
    try {
      await run('systemd-notify', [`--status=${status()}`, word], { timeout: 5000, env });
    } catch (error) {
      log.warn({ error: messageOf(error) }, `systemd-notify ${word} failed`);
    }
  }
}
