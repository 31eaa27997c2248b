import { localTime } from './time-text.ts';

export const LOG_SEVERITIES = ['debug', 'info', 'warn', 'error'] as const;
export type LogSeverity = (typeof LOG_SEVERITIES)[number];

/** What is known of a line from where it stood, for one that does not say it itself. */
export interface LineFacts {
  readonly severity: LogSeverity;
  /** Wall ms. */
  readonly atMs?: number;
}

/** A line of the service's log. `fields` are everything that is neither time, level, name nor message. */
export interface LogLine {
  /** Wall ms; absent where nothing says it. */
  readonly atMs?: number;
  readonly severity: LogSeverity;
  readonly module?: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** pino's numbers of levels. */
const LEVELS: readonly (readonly [least: number, severity: LogSeverity])[] = [
  [50, 'error'],
  [40, 'warn'],
  [30, 'info'],
];
const NOT_SHOWN = new Set(['level', 'time', 'pid', 'name', 'msg', 'module', 'hostname']);

/**
 * Reads one line. What is no JSON has the severity and the time of `facts`; without them it is an error, such as the words of a
 * crash: somebody should see it.
 */
export function readLogLine(text: string, facts: LineFacts = { severity: 'error' }): LogLine {
  const value = objectOf(text);
  if (value === undefined) return { ...facts, message: text, fields: {} };
  const { level, time, msg, module } = value;
  const severity = LEVELS.find(([least]) => typeof level === 'number' && level >= least)?.[1] ?? 'debug';
  return {
    ...(typeof time === 'number' ? { atMs: time } : {}),
    ...(typeof module === 'string' ? { module } : {}),
    severity,
    message: typeof msg === 'string' ? msg : '',
    fields: Object.fromEntries(Object.entries(value).filter(([key]) => !NOT_SHOWN.has(key))),
  };
}

/** For people: `2026-11-20 14:03:27 warn  camera  the stream stalled  camera=belt`. */
export function logText({ atMs, severity, module = '-', message, fields }: LogLine): string {
  const time = atMs === undefined ? ' '.repeat(19) : localTime(atMs);
  const facts = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${time} ${severity.padEnd(5)} ${module.padEnd(12)} ${[message, ...facts].join('  ')}`;
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
