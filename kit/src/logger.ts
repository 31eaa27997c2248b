import { createRequire } from 'node:module';
import type { pino as Pino, Logger as PinoLogger } from 'pino';
import { printableLines } from './printable.ts';
import { redactUrls } from './redact.ts';

/** What modules log through: JSON lines by pino, a name per module. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  child(facts: object): Logger;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A logger whose level can change while it is in use; a change counts for all its children too. */
export interface RootLogger extends Logger {
  level: LogLevel;
}

/**
 * JSON lines on stderr: stdout belongs to the command's own output. Secrets in URLs are hidden and texts made harmless,
 * whoever logs them. `onLine` gets each line too, as it is written.
 */
export function createLogger(
  level: LogLevel,
  name = 'lineside',
  onLine: (line: string) => void = () => undefined,
): RootLogger {
  const pino = loadPino();
  const stderr = pino.destination({ fd: 2, sync: true });
  const lines = {
    write: (line: string) => {
      const shown = printableLines(redactUrls(line));
      stderr.write(shown);
      onLine(shown);
    },
  };
  const root = pino({ level: 'debug', name, base: { pid: process.pid } }, lines);
  // A child of pino keeps the level it was made with, so the level is one object that all children share.
  const shared = { level };
  return {
    ...levelled(root, shared),
    get level() {
      return shared.level;
    },
    set level(next) {
      shared.level = next;
    },
  };
}

function levelled(lines: PinoLogger, shared: { readonly level: LogLevel }): Logger {
  const write =
    (level: Exclude<LogLevel, 'silent'>) =>
    (facts: object, message: string): void => {
      if (LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(shared.level)) lines[level](facts, message);
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (facts) => levelled(lines.child(facts), shared),
  };
}

/** Logs nothing; for tests and one-shot commands. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};

/** With the first logger: pino takes longer to load than all of kit, and short commands log nothing. */
function loadPino(): typeof Pino {
  const module = createRequire(import.meta.url)('pino') as { readonly pino: typeof Pino };
  return module.pino;
}
