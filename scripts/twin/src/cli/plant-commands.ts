import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { CheckReport, Finding } from '../check/index.ts';
import type { Plant } from '../plant/index.ts';
import { LineError, loadLine } from '../scenes/index.ts';
import { type Format, FORMATS } from '../tables/index.ts';
import { duration, formats, integer } from './arguments.ts';

const PLANT_LINE = fileURLToPath(new URL('../../plant.yaml', import.meta.url));
const DECLARATION = ['--line <file>', 'declaration of a line with a plant', PLANT_LINE] as const;

interface TablesArguments {
  readonly line: string;
  readonly items: number;
  readonly out: string;
  readonly format: readonly Format[];
  readonly seed?: number;
  readonly json?: boolean;
}

interface CheckArguments {
  readonly line: string;
  readonly items: number;
  readonly seed?: number;
  readonly tables?: string;
  readonly json?: boolean;
}

async function plantOf(file: string, seed: number | undefined): Promise<{ plant: Plant; seed: number }> {
  const line = await loadLine(file);
  if (!line.plant) throw new LineError(`${file} declares no plant; scripts/twin/plant.yaml shows one`);
  return { plant: line.plant, seed: seed ?? line.seed };
}

interface SignalsArguments {
  readonly line: string;
  readonly seconds: number;
  readonly seed?: number;
}

/** Adds the commands that need no pictures: tables, check and signals. */
export function addPlantCommands(program: Command): void {
  addSignalsCommand(program);
  program
    .command('tables')
    .description('writes what the plant recorded: items, inspections (five of each item), stops, shifts')
    .requiredOption('--out <folder>', 'gets one file per table and format; files that are there are replaced')
    .option('--items <n>', 'number of items', integer, 10_000)
    .option('--format <names>', `of ${FORMATS.join(', ')}, with commas between`, formats, ['csv'] as Format[])
    .option('--seed <n>', "instead of the declaration's", integer)
    .option('--json', 'prints the files written as JSON')
    .option(...DECLARATION)
    .addHelpText('after', '\nExample:\n  twin tables --items 10000 --out tables --format csv,json,parquet')
    .action(async ({ line, items, out, format, seed, json }: TablesArguments) => {
      const { plantTables, writeTables } = await import('../tables/index.ts');
      const declared = await plantOf(line, seed);
      const written = await writeTables(plantTables(declared.plant, declared.seed, items), out, format);
      if (json) process.stdout.write(`${JSON.stringify(written)}\n`);
      else
        for (const { path, rows, bytes } of written.files)
          process.stdout.write(`${path}: ${rows} rows, ${bytes} bytes\n`);
    });

  program
    .command('check')
    .description('measures the declared effects in what the plant recorded; exit code 1 when one is not as declared')
    .option('--items <n>', 'number of items to simulate', integer, 100_000)
    .option('--seed <n>', "instead of the declaration's", integer)
    .option('--tables <folder>', 'checks items.json and stops.json of this folder instead')
    .option('--json', 'prints the report as JSON')
    .option(...DECLARATION)
    .addHelpText(
      'after',
      `
An effect that is neither declared nor absent is found too. Intervals reach four standard errors to both sides.

Examples:
  twin check
  twin check --seed 12 --json
  twin tables --items 50000 --out tables --format json && twin check --tables tables`,
    )
    .action(async ({ line, items, seed, tables: folder, json }: CheckArguments) => {
      const [{ checkEffects }, { plantTables, readTables, recordsOf }] = await Promise.all([
        import('../check/index.ts'),
        import('../tables/index.ts'),
      ]);
      const declared = await plantOf(line, seed);
      const recorded =
        folder === undefined ? recordsOf(plantTables(declared.plant, declared.seed, items)) : await readTables(folder);
      const report = checkEffects(declared.plant, recorded.items, recorded.stops);
      process.stdout.write(json ? `${JSON.stringify(report)}\n` : inWords(report));
      if (!report.ok) process.exitCode = 1;
    });
}

/** Adds `signals`: what a source of signals sends, without waiting for the time to pass. */
function addSignalsCommand(program: Command): void {
  program
    .command('signals')
    .description('prints what the signals of the plant are from stream time 0 on, as JSON lines for a replay')
    .requiredOption('--seconds <n>', 'length of the stretch', duration)
    .option('--seed <n>', "instead of the declaration's", integer)
    .option(...DECLARATION)
    .addHelpText(
      'after',
      `
Each line is {seconds, signal, value}, {seconds, signal, bad} or {seconds, alive: true}.

Example:
  twin signals --seconds 3600 > signals.jsonl
  lineside replay --config lineside.yaml --signals signals.jsonl`,
    )
    .action(async ({ line, seconds, seed }: SignalsArguments) => {
      const { signalLineOf, signalRecording } = await import('../plant/index.ts');
      const declared = await plantOf(line, seed);
      for (const sent of signalRecording(declared.plant, declared.seed, seconds))
        process.stdout.write(`${signalLineOf(sent)}\n`);
    });
}

function inWords(report: CheckReport): string {
  const shown = report.findings.filter(({ verdict }) => verdict !== 'none');
  const quiet = report.findings.length - shown.length;
  const last = report.ok ? 'every declared effect is there' : 'NOT as declared';
  return `${[
    `${report.items} items, ${report.stops} stops`,
    ...shown.map(lineOf),
    `${quiet} effects that nobody declared were looked for and are not there`,
    last,
  ].join('\n')}\n`;
}

function lineOf(finding: Finding): string {
  const { id, cause, on, unit, declared, measured, low, high, verdict } = finding;
  const size = (value: number): string => value.toFixed(3);
  const name = (id ?? 'undeclared').padEnd(24);
  return `${verdict.padEnd(11)}${name}${cause} on ${on}: declared ${size(declared)}, measured ${size(measured)} (${size(low)} to ${size(high)}) ${unit}`;
}
