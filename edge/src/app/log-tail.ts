import type { LogLine } from '../status/index.ts';

const KEPT = 500;
/** Of pino's numbers. */
const LEVELS: readonly (readonly [number, LogLine['level']])[] = [
  [50, 'error'],
  [40, 'warn'],
  [30, 'info'],
];
const OWN_FIELDS = new Set(['level', 'time', 'pid', 'name', 'module', 'msg']);
const MAX_FACTS = 600;

/** The newest lines of the log, for the page: what journald has too, without a shell. */
export class LogTail {
  readonly #lines: LogLine[] = [];

  /** Takes one line of the log as it was written: JSON, without secrets. */
  readonly add = (text: string): void => {
    const line = lineOf(text);
    if (line === undefined) return;
    this.#lines.push(line);
    if (this.#lines.length > KEPT) this.#lines.shift();
  };

  /** The newest `limit` lines of at least this weight, oldest first. */
  lines(level: LogLine['level'], limit: number): readonly LogLine[] {
    const wanted = weight(level);
    return this.#lines.filter((line) => weight(line.level) >= wanted).slice(-limit);
  }
}

const weight = (level: LogLine['level']): number => LEVELS.find(([, name]) => name === level)?.[0] ?? 20;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function lineOf(text: string): LogLine | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  const [level, time, module] = [fields.get('level'), fields.get('time'), fields.get('module')];
  const facts = Object.fromEntries([...fields].filter(([name]) => !OWN_FIELDS.has(name)));
  const factsText = Object.keys(facts).length === 0 ? '' : JSON.stringify(facts).slice(0, MAX_FACTS);
  return {
    atMs: Number(time),
    level: LEVELS.find(([least]) => Number(level) >= least)?.[1] ?? 'debug',
    message: textOf(fields.get('msg')),
    ...(typeof module === 'string' ? { module } : {}),
    ...(factsText === '' ? {} : { facts: factsText }),
  };
}
