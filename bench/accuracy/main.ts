/**
 * npm run accuracy -- --json FILE [--quick] [--kind K] [--condition C] [--seed N]: how right the events are, on the twin
 * and on real films.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type CellChoice, FIRST_UNSEEN_SEED } from './cells.ts';
import { CONDITIONS } from './conditions.ts';
import { KINDS } from './kinds.ts';
import { accuracyMarkdown } from './markdown.ts';

const HOUR = 3600;
const QUICK_SECONDS = 240;
const QUICK_CONDITIONS = 2;
const FILMS = resolve(import.meta.dirname, '../../../shared/data/video');

const USAGE = `Usage: npm run accuracy -- [--json FILE] [--quick] [--kind K] [--condition C] [--seed N] [--minutes N]
                               [--films DIR] [--no-films] [--work DIR] [--remove-films]

Runs the product on films of the twin, faster than real time, and compares its events with what really happened.

  --json FILE       writes the figures as JSON; progress goes to stderr, the tables to stdout
  --quick           minutes instead of hours: ${QUICK_SECONDS} s of each kind, ${QUICK_CONDITIONS} conditions
  --kind K          only this kind; repeat for more: ${KINDS.map(({ id }) => id).join(', ')}
  --condition C     only this condition; repeat for more: ${CONDITIONS.map(({ id }) => id).join(', ')}
  --seed N          another seed gives other people, products and places (${FIRST_UNSEEN_SEED})
  --minutes N       twin time of each kind, divided among its conditions (60)
  --films DIR       folder of the real films (${FILMS}, where it is there)
  --no-films        leaves the real films out
  --work DIR        films and results of finished cells are kept here, so that a run that was interrupted continues
  --remove-films    removes each film of the twin once it is measured

Example: npm run accuracy -- --quick --kind spill --json spill.json`;

const OPTIONS = {
  json: { type: 'string' },
  quick: { type: 'boolean', default: false },
  kind: { type: 'string', multiple: true },
  condition: { type: 'string', multiple: true },
  seed: { type: 'string' },
  minutes: { type: 'string' },
  films: { type: 'string' },
  'no-films': { type: 'boolean', default: false },
  work: { type: 'string' },
  'remove-films': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

class ArgumentError extends Error {
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

function numberOf(name: string, text: string | undefined, fallback: number, isGood: (n: number) => boolean): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() === '' || !isGood(value))
    throw new ArgumentError(`--${name} ${text} is not a number that fits`, `--${name} ${fallback}`);
  return value;
}

function known(name: string, wanted: readonly string[] | undefined, all: readonly string[]): void {
  const odd = wanted?.find((id) => !all.includes(id));
  if (odd !== undefined) throw new ArgumentError(`--${name} ${odd} is not known`, `one of ${all.join(', ')}`);
}

function parse(args: string[]): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'] {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new ArgumentError(error instanceof Error ? error.message : String(error), '--help');
  }
}

async function main(args: string[]): Promise<void> {
  const values = parse(args);
  if (values.help) {
    console.log(USAGE);
    return;
  }
  known(
    'kind',
    values.kind,
    KINDS.map(({ id }) => id),
  );
  known(
    'condition',
    values.condition,
    CONDITIONS.map(({ id }) => id),
  );
  const seconds = values.quick ? QUICK_SECONDS : HOUR;
  const choice: CellChoice = {
    ...(values.kind && { kinds: values.kind }),
    ...(values.condition && { conditions: values.condition }),
    ...(values.quick && { mostConditions: QUICK_CONDITIONS }),
    seed: numberOf('seed', values.seed, FIRST_UNSEEN_SEED, (n) => Number.isInteger(n) && n >= 0),
    secondsPerKind: 60 * numberOf('minutes', values.minutes, seconds / 60, (n) => n > 0),
  };
  if (values.films !== undefined && !existsSync(values.films)) {
    throw new ArgumentError(`--films ${values.films} is no folder`, '--no-films');
  }
  const films = values.films ?? (existsSync(FILMS) ? FILMS : undefined);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  // Loaded here: it loads the whole product, which --help and a wrong argument do not need.
  const { runAccuracy } = await import('./run-accuracy.ts');
  const result = await runAccuracy({
    choice,
    folder: resolve(values.work ?? join(tmpdir(), 'lineside-accuracy')),
    films: values['no-films'] || films === undefined ? undefined : resolve(films),
    removeFilms: values['remove-films'],
    say: (text) => console.error(text),
    signal: stop.signal,
  });
  console.log(accuracyMarkdown(result));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error;
  console.error(`Error: ${error.message}\nTry: ${error.advice}`);
  process.exitCode = 2;
}
