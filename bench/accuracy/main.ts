/**
 * npm run accuracy -- --json FILE [--quick] [--kinds K,K] [--condition C] [--seed N]: how right the events are, on the twin
 * and on real films.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type CellChoice, FIRST_UNSEEN_SEED, SIGNALS_FACTOR } from './cells.ts';
import { CONDITIONS } from './conditions.ts';
import { KINDS } from './kinds.ts';
import { accuracyMarkdown } from './markdown.ts';
import { PACK_CONDITIONS, PACKS_KIND } from './packs/pack-cells.ts';
import type { AccuracyResult } from './result.ts';

/** As long as two idle cores need about twenty minutes for. */
const USUAL_SECONDS = 24 * 60;
const QUICK_SECONDS = 240;
const QUICK_CONDITIONS = 2;
const FILMS = resolve(import.meta.dirname, '../../../shared/data/video');

const USAGE = `Usage: npm run accuracy -- [--json FILE] [--quick] [--kinds K,K] [--condition C] [--seed N] [--minutes N]
                               [--data DIR] [--films DIR] [--no-films] [--work DIR] [--remove-films] [--merge]

Runs the product on films of the twin, faster than real time, and compares its events with what really happened.

  --json FILE       writes the figures as JSON; progress goes to stderr, the tables to stdout
  --merge           keeps in FILE of --json what this run does not measure: other kinds, films, and of ${PACKS_KIND} other
                    conditions
  --quick           ${QUICK_SECONDS} s of each scene, ${QUICK_CONDITIONS} conditions
  --kinds K,K       only these kinds, of
                    ${wrapped([...KINDS.map(({ id }) => id), PACKS_KIND])}
  --kind K          the same; repeat for more
  --condition C     only this condition; repeat for more:
                    ${wrapped(CONDITIONS.map(({ id }) => id))}
                    and of ${PACKS_KIND}:
                    ${wrapped(PACK_CONDITIONS.map(({ id }) => id))}
  --seed N          another seed gives other people, products and places (${FIRST_UNSEEN_SEED})
  --minutes N       twin time of each scene, divided among its conditions (${USUAL_SECONDS / 60}); kinds that are seen in one scene
                    share it, and signals without pictures get ${SIGNALS_FACTOR} times as much
  --data DIR        folder of data sets: the real films are in DIR/video
  --films DIR       folder of the real films (${FILMS}, where it is there)
  --no-films        leaves the real films out
  --work DIR        films and results of finished cells are kept here, so that a run that was interrupted continues
  --remove-films    removes each film of the twin once it is measured

The complete run takes about twenty minutes on two idle cores. One that was interrupted continues where it ended.

Examples:
  npm run accuracy -- --json docs/accuracy.json --work /var/tmp/accuracy
  npm run accuracy -- --quick --kinds spill,weight --json quick.json
  npm run accuracy -- --kinds ${PACKS_KIND} --condition glare_300 --minutes 90 --merge --json docs/accuracy.json
  npm run accuracy -- --kinds missing_headwear --seed 77001 --minutes 60 --no-films`;

const OPTIONS = {
  json: { type: 'string' },
  quick: { type: 'boolean', default: false },
  kind: { type: 'string', multiple: true },
  kinds: { type: 'string', multiple: true },
  condition: { type: 'string', multiple: true },
  seed: { type: 'string' },
  minutes: { type: 'string' },
  data: { type: 'string' },
  films: { type: 'string' },
  'no-films': { type: 'boolean', default: false },
  work: { type: 'string' },
  'remove-films': { type: 'boolean', default: false },
  merge: { type: 'boolean', default: false },
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

/** The folder of the real films; undefined where none is named and none is in its usual place. */
function filmsOf({ films, data }: { readonly films?: string; readonly data?: string }): string | undefined {
  const named = films ?? (data === undefined ? undefined : join(data, 'video'));
  if (named === undefined) return existsSync(FILMS) ? FILMS : undefined;
  if (!existsSync(named)) {
    const option = films === undefined ? `--data ${data ?? ''} has no folder video` : `--films ${films} is no folder`;
    throw new ArgumentError(option, '--no-films');
  }
  return named;
}

/** What an earlier run wrote. */
function earlierResult(path: string | undefined): AccuracyResult {
  if (path === undefined || !existsSync(path))
    throw new ArgumentError('--merge has no file to keep figures of', '--json docs/accuracy.json --merge');
  return JSON.parse(readFileSync(path, 'utf8')) as AccuracyResult;
}

/** Names with commas between, in lines that fit a terminal. */
function wrapped(names: readonly string[]): string {
  const lines = [''];
  for (const name of names) {
    const last = lines.at(-1) ?? '';
    if (last.length + name.length > 90) lines.push(name);
    else lines[lines.length - 1] = last === '' ? name : `${last}, ${name}`;
  }
  return lines.join(',\n                    ');
}

async function main(args: string[]): Promise<void> {
  const values = parse(args);
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const kinds = [...(values.kind ?? []), ...(values.kinds ?? []).flatMap((list) => list.split(','))];
  known('kind', kinds, [...KINDS.map(({ id }) => id), PACKS_KIND]);
  known(
    'condition',
    values.condition,
    [...CONDITIONS, ...PACK_CONDITIONS].map(({ id }) => id),
  );
  const seconds = values.quick ? QUICK_SECONDS : USUAL_SECONDS;
  const choice: CellChoice = {
    ...(kinds.length > 0 && { kinds }),
    ...(values.condition && { conditions: values.condition }),
    ...(values.quick && { mostConditions: QUICK_CONDITIONS }),
    seed: numberOf('seed', values.seed, FIRST_UNSEEN_SEED, (n) => Number.isInteger(n) && n >= 0),
    secondsPerKind: 60 * numberOf('minutes', values.minutes, seconds / 60, (n) => n > 0),
  };
  const films = filmsOf(values);
  const earlier = values.merge ? earlierResult(values.json) : undefined;
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  // Loaded here: it loads the whole product, which --help and a wrong argument do not need.
  const [{ runAccuracy }, { mergeResults }] = await Promise.all([
    import('./run-accuracy.ts'),
    import('./merge-results.ts'),
  ]);
  const measured = await runAccuracy({
    choice,
    folder: resolve(values.work ?? join(tmpdir(), 'lineside-accuracy')),
    films: values['no-films'] || films === undefined ? undefined : resolve(films),
    removeFilms: values['remove-films'],
    say: (text) => console.error(text),
    signal: stop.signal,
  });
  const result = earlier === undefined ? measured : mergeResults(earlier, measured);
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
