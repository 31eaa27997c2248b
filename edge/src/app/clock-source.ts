import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Clock } from '@lineside/kit';

/** systemd-timesyncd keeps this file while the clock is synchronised. */
const MARKER = '/run/systemd/timesync/synchronized';
const ASK_EVERY_MS = 60_000;
const ANSWER_MS = 5_000;

/**
 * Whether the machine's clock follows a time server. The marker of systemd-timesyncd counts; where it is not
 * there, `timedatectl` is asked once a minute: it reports what the kernel knows (adjtimex, STA_UNSYNC), which covers
 * chrony and ntpd too, without any privilege. A machine with neither reads as not synchronised.
 */
export class ClockSource {
  readonly #clock: Clock;
  readonly #marker: string;
  readonly #command: string;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #answer = false;

  constructor(clock: Clock, marker = MARKER, command = 'timedatectl') {
    this.#clock = clock;
    this.#marker = marker;
    this.#command = command;
  }

  /** What is known now; never waits. */
  synced(): boolean {
    if (existsSync(this.#marker)) return true;
    const now = this.#clock.monoMs();
    if (now - this.#askedAtMs >= ASK_EVERY_MS) {
      this.#askedAtMs = now;
      this.#ask();
    }
    return this.#answer;
  }

  #ask(): void {
    const question = ['show', '--property=NTPSynchronized', '--value'];
    const child = execFile(this.#command, question, { timeout: ANSWER_MS }, (error, stdout) => {
      this.#answer = error === null && stdout.trim() === 'yes';
    });
    child.unref();
  }
}
