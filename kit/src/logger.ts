import { pino } from 'pino';

/** What rooms log through: JSON lines by pino, a name per room. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  child(facts: object): Logger;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines on stderr (stdout belongs to the command's own output). */
export function createLogger(level: LogLevel, name = 'lineside'): Logger {
  return pino({ level, name, base: { pid: process.pid } }, pino.destination({ fd: 2, sync: true }));
}

/** Says nothing; for tests and one-shot commands. */
export const silentLogger: Logger = pino({ level: 'silent' });
