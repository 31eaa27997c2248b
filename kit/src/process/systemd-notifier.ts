import type { Clock } from '../clock.ts';
import { isAbort, messageOf } from '../error.ts';
import type { Logger } from '../logger.ts';
import type { Service } from '../service.ts';
import { runProgram } from './run-program.ts';

const DEADLINE_MS = 5_000;
/** How often the status line is renewed where systemd asks for no watchdog. */
const STATUS_EVERY_MS = 10_000;

export interface SystemdOptions {
  /** The process's environment. NOTIFY_SOCKET and WATCHDOG_USEC are systemd's: sd_notify(3), sd_watchdog_enabled(3). */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Logger;
  /** True while the program makes real progress; only then is the watchdog fed. */
  readonly progressing: () => boolean;
  /** One line for `systemctl status`. */
  readonly statusText: () => string;
}

/**
 * Reports to systemd that the service is ready, alive and stopping. Node has no AF_UNIX datagram socket, so each
 * message is sent by `systemd-notify` (the unit needs NotifyAccess=all). Outside systemd it sends nothing.
 */
export class SystemdNotifier implements Service {
  readonly name = 'systemd';
  readonly #options: SystemdOptions;

  constructor(options: SystemdOptions) {
    this.#options = options;
  }

  /** To be called once the program serves. Never rejects: a failure is logged. */
  async ready(): Promise<void> {
    await this.#send('READY=1');
  }

  /** Feeds the watchdog until the signal aborts, then reports that the service is stopping. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, progressing, log } = this.#options;
    const everyMs = this.#everyMs();
    let fed = true;
    try {
      for (;;) {
        await clock.sleep(everyMs, signal);
        const alive = progressing();
        if (alive) await this.#send('WATCHDOG=1');
        else if (fed) log.error({}, 'no progress: the watchdog is not fed until there is');
        fed = alive;
      }
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
    await this.#send('STOPPING=1');
  }

  /** A third of the watchdog's time, so that two messages may be missed. */
  #everyMs(): number {
    const micros = Number(this.#options.env['WATCHDOG_USEC'] ?? Number.NaN);
    return Number.isFinite(micros) && micros > 0 ? micros / 3000 : STATUS_EVERY_MS;
  }

  async #send(state: string): Promise<void> {
    const { env, log, statusText } = this.#options;
    if (env['NOTIFY_SOCKET'] === undefined) return;
    try {
      await runProgram('systemd-notify', [`--status=${statusText()}`, state], { timeoutMs: DEADLINE_MS, env });
    } catch (error) {
      log.warn({ err: messageOf(error) }, `systemd-notify ${state} failed`);
    }
  }
}
