import type { CoverageJson, CoverageWords, CoverJson, Division, ShiftPlan } from '@lineside/protocol/coverage';
import { type Command, Option } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';

interface CoverageOptions {
  readonly camera?: string;
  readonly at?: string;
  readonly date?: string;
  readonly from?: string;
  readonly to?: string;
  readonly by?: Division;
}

/** `lineside coverage` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--camera <id>', 'only of this camera')
    .option('--at <time>', 'the minute of this time: 02:14, 2026-11-28T02:14 or 2026-11-28T02:14Z')
    .option('--date <day>', 'this day of the calendar of the line: 2026-11-28')
    .option('--from <time>', 'from this time on; default: 8 hours before the end')
    .option('--to <time>', 'up to this time; default: now')
    .addOption(new Option('--by <part>', 'divided by; default: shift').choices(['minute', 'hour', 'shift']))
    .addHelpText(
      'after',
      examples(
        'lineside coverage --at 02:14',
        'lineside coverage --date 2026-11-28 --by hour --camera packing --json',
      ) +
        '\n\nTimes without a zone are in the time zone of the line (`shifts.timeZone`). Reads the journal, with or without a' +
        '\nrunning service. Exit code: 0 every camera was inspected all of the time, as far as something was to be' +
        '\ninspected; 4 a part of it; 5 nothing was inspected, or nobody knows.',
    )
    .action(action<CoverageOptions>(registry, coverage));
}

async function coverage(context: Context, options: CoverageOptions): Promise<ExitCode> {
  const words: CoverageWords = {
    ...(options.at === undefined ? { by: 'shift' } : {}),
    ...pick(options, ['camera', 'at', 'date', 'from', 'to', 'by']),
  };
  const answer = (await askService(context, words)) ?? (await readJournal(context, words));
  context.say(answer, textOf(answer));
  return exitCodeFor(answer);
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Partial<Pick<T, K>> {
  return Object.fromEntries(keys.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]]))) as Partial<
    Pick<T, K>
  >;
}

/** The answer of the service, which knows the latest minute too; undefined where none runs. */
async function askService(context: Context, words: CoverageWords): Promise<CoverageJson | undefined> {
  const { controlSocketPath, getControlJson, StatusError } = await import('../../status/client/index.ts');
  const query = new URLSearchParams(
    Object.entries(words).map(([name, value]): [string, string] => [name, String(value)]),
  );
  try {
    const { status, body } = await getControlJson(
      controlSocketPath(context.dataDir),
      `/api/v1/coverage?${query.toString()}`,
      ANSWER_MS,
    );
    if (status === 200) return body as CoverageJson;
    throw usage(messageOf(body));
  } catch (error) {
    if (error instanceof StatusError && error.code === 'service_not_running') return undefined;
    // Another user may read the journal all the same.
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return undefined;
    throw error;
  }
}

/** A month of many cameras takes a small machine some time. */
const ANSWER_MS = 60_000;

async function readJournal(context: Context, words: CoverageWords): Promise<CoverageJson> {
  const { journalPath, openForReading, readDevice, TelemetryByTime } = await import('../../journal/reading.ts');
  const { answerJson, coverageOf, readSamples, requestOf, sampleOf } = await import('@lineside/protocol/coverage');
  const plan = await planOf(context);
  const nowMs = Math.round(context.io.clock.wallMs());
  const request = requestOf(words, plan, nowMs);
  if (request.mistake !== undefined) throw usage(request.mistake);
  const database = openForReading(journalPath(context.dataDir));
  try {
    const device = readDevice(database);
    const telemetry = new TelemetryByTime(database);
    const samples = await readSamples(
      {
        between: (from, to) =>
          telemetry.between(from, to).flatMap((row) => sampleOf({ ...row, device, journal: 1 }) ?? []),
        neighbours: (from, to) => telemetry.neighbours(from, to),
      },
      request,
    );
    const { fromMs, toMs, by } = request;
    const { timeZone } = plan;
    const answer = answerJson(coverageOf(samples, request), timeZone);
    return { nowMs, device, timeZone, fromAtMs: fromMs, toAtMs: toMs, by, ...answer };
  } finally {
    database.close();
  }
}

/** The shifts of the configuration; those of the default where the file cannot be read. */
async function planOf(context: Context): Promise<ShiftPlan> {
  const { machineZone, planOrDefault } = await import('@lineside/protocol/coverage');
  const { ConfigError, loadConfig, shiftPlanOf } = await import('../../config/index.ts');
  try {
    const { config } = await loadConfig(context.configPath, await context.configSources());
    return shiftPlanOf(config, machineZone());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return planOrDefault({ ...planOrDefault(undefined), timeZone: machineZone() });
  }
}

function usage(message: string): UsageError {
  return new UsageError(message, 'lineside coverage --help');
}

function messageOf(body: unknown): string {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
  return typeof message === 'string' ? message : 'the service did not answer the question';
}

function textOf({ cameras, device }: CoverageJson): string {
  if (cameras.length === 0) return `${device}: no record of this time`;
  return cameras.map(({ camera, parts }) => [camera, ...parts.map(({ text }) => `  ${text}`)].join('\n')).join('\n');
}

function exitCodeFor({ cameras }: CoverageJson): ExitCode {
  const sum = (of: (cover: CoverJson) => number): number => cameras.reduce((total, cover) => total + of(cover), 0);
  const isMissing = cameras.length === 0 || sum(({ blindMs, unknownMs }) => blindMs + unknownMs) > 0;
  if (sum(({ inspectedMs }) => inspectedMs) > 0) return isMissing ? EXIT.degraded : EXIT.ok;
  const isOff = !isMissing && sum(({ unscheduledMs }) => unscheduledMs) > 0;
  return isOff ? EXIT.ok : EXIT.notInspecting;
}
