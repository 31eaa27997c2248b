import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Clock, Logger, Part } from '@lineside/kit';
import { isAbort, messageOf } from '@lineside/kit';

const run = promisify(execFile);

export interface SystemdOptions {
  /** The process's environment: NOTIFY_SOCKET and WATCHDOG_USEC are systemd's (sd_notify(3), sd_watchdog_enabled(3)). */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** True while the box makes real progress; the watchdog is fed only then. */
  readonly progressing: () => boolean;
  /** One line for `systemctl status`. */
  readonly statusText: () => string;
}

/**
 * Tells systemd READY=1 and feeds its watchdog while there is progress. Node has no AF_UNIX datagram socket, so the
 * words go through `systemd-notify` (the unit has NotifyAccess=all). Does nothing outside systemd.
 */
export class SystemdNotifier implements Part {
  readonly name = 'systemd';
  readonly #options: SystemdOptions;

  constructor(options: SystemdOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, progressing } = this.#options;
    await this.#tell('--ready');
    const everyMs = this.#everyMs();
    let fed = true;
    try {
      for (;;) {
        await clock.sleep(everyMs, signal);
        const alive = progressing();
        if (alive) await this.#tell('WATCHDOG=1');
        else if (fed) this.#options.logger.error({}, 'no progress: the watchdog is not fed until there is');
        fed = alive;
      }
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
    await this.#tell('STOPPING=1');
  }

  /** A third of the watchdog's time, so that two may be missed. */
  #everyMs(): number {
    const micros = Number(this.#options.env['WATCHDOG_USEC'] ?? Number.NaN);
    return Number.isFinite(micros) && micros > 0 ? micros / 3000 : 10_000;
  }

  async #tell(word: string): Promise<void> {
    const { env, logger, statusText } = this.#options;
    if (env['NOTIFY_SOCKET'] === undefined) return;
    try {
      await run('systemd-notify', [word, `--status=${statusText()}`], { timeout: 5_000 });
    } catch (error) {
      logger.warn({ err: messageOf(error) }, `systemd-notify ${word} failed`);
    }
  }
}
