import { type Clock, type Logger, LogThrottle } from '@lineside/kit';
import type { TopicKind } from '@lineside/protocol';
import { REFUSED_REASONS, type RefusedReason, type UplinkProblem } from './ports/index.ts';

const LOG_EVERY_MS = 600_000;

export type LastProblem = UplinkProblem & {
  /** Wall ms. */
  readonly at: number;
};

/** The newest problem, counts of refused messages, and a log in which nothing is repeated every second. */
export class ProblemLog {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #throttle: LogThrottle;
  readonly #refused: Record<RefusedReason, number>;
  #last: LastProblem | undefined;

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => clock.monoMs() });
    this.#refused = Object.fromEntries(REFUSED_REASONS.map((reason) => [reason, 0])) as Record<RefusedReason, number>;
  }

  get last(): LastProblem | undefined {
    return this.#last;
  }

  get refused(): Readonly<Record<RefusedReason, number>> {
    return { ...this.#refused };
  }

  report(what: UplinkProblem, key: string = what.code): void {
    this.#last = { ...what, at: this.#clock.wallMs() };
    const times = this.#throttle.due(key);
    if (times === undefined) this.#log.debug({ ...what }, 'uplink: problem again');
    else if (what.code === 'identity_conflict') {
      this.#log.error({ ...what, times }, 'uplink: another device uses this identity');
    } else this.#log.warn({ ...what, times }, 'uplink: problem');
  }

  /** A message went no further: counted, and logged once per topic. */
  refuse(kind: TopicKind | 'unknown', reason: RefusedReason, what: UplinkProblem): void {
    this.#refused[reason] += 1;
    // What is for the other device of the same name says nothing more, and must not hide why it comes here.
    if (reason === 'wrong_epoch' && this.#last?.code === 'identity_conflict') return;
    this.report(what, `refused ${kind}`);
  }

  /** Something was delivered. */
  solved(): void {
    this.#last = undefined;
  }
}
