import { pino } from 'pino';

/** What the collector logs through: JSON lines by pino. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines on stderr; stdout belongs to the command's own output. */
export function createLogger(level: LogLevel): Logger {
  return pino(
    { level, name: 'lineside-collector', base: { pid: process.pid } },
    pino.destination({ fd: 2, sync: true }),
  );
}

/** Says nothing; for tests and one-shot commands. */
export const silentLogger: Logger = pino({ level: 'silent' });

/** Repeated trouble in one line: says it at once, then counts it and says it again at most every `everyMs`. */
export class Tally {
  readonly #everyMs: number;
  readonly #nowMs: () => number;
  readonly #seen = new Map<string, { saidAtMs: number; count: number }>();

  constructor(everyMs: number, nowMs: () => number) {
    this.#everyMs = everyMs;
    this.#nowMs = nowMs;
  }

  /** How often `what` happened since it was last said, when it is to be said now; undefined when it is too soon. */
  add(what: string): number | undefined {
    const now = this.#nowMs();
    const seen = this.#seen.get(what);
    if (seen !== undefined && now - seen.saidAtMs < this.#everyMs) {
      seen.count += 1;
      return undefined;
    }
    if (this.#seen.size > 1000) this.#seen.clear();
    this.#seen.set(what, { saidAtMs: now, count: 0 });
    return (seen?.count ?? 0) + 1;
  }
}
