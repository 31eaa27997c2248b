import { parseDuration, systemClock } from '@lineside/kit';
import { CODE_PATTERN, codesOf, EVENT_KINDS, SEVERITIES } from '@lineside/protocol/vocabulary';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { EventSummary } from '../../records/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { table } from '../table.ts';
import { timeText } from '../time-text.ts';

/** `lineside-collector events list` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--device <id>', 'only of this device')
    .option(
      '--kind <kind>',
      `only of this kind: ${codesOf(EVENT_KINDS).join(', ')}, or one that a newer device has`,
      parseKind,
    )
    .addOption(new Option('--severity <severity>', 'only this severity').choices(codesOf(SEVERITIES)))
    .option('--since <duration>', 'only events that changed in the last hours or days, such as 8h or 7d')
    .option('--until <duration>', 'only events that opened at least so long ago, such as 2h')
    .option('--limit <n>', 'at most N, newest first', parseLimit, 50)
    .description('Lists events, newest first. --json: one line per event.')
    .addHelpText(
      'after',
      examples(
        'lineside-collector events list --device line-1 --limit 10 --json',
        'lineside-collector events list --since 24h --until 8h --severity critical',
      ),
    )
    .action(action(registry, list));
}

interface ListOptions {
  readonly device?: string;
  readonly kind?: string;
  readonly severity?: string;
  /** Durations back from now, such as 8h. */
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
}

async function list(context: Context, { since, until, ...query }: ListOptions): Promise<ExitCode> {
  const nowMs = systemClock.wallMs();
  const sinceMs = await timeOf('--since', since, nowMs);
  const untilMs = await timeOf('--until', until, nowMs);
  const { device, kind, severity, limit } = query;
  const { items } = await context.withStore(await context.config(), async ({ records }) =>
    records.events({ device, kind, severity, sinceMs, untilMs, limit }),
  );
  const { eventJson } = await import('../../records/index.ts');
  if (context.json) for (const item of items) context.io.out(JSON.stringify(eventJson(item)));
  else context.io.out(textOf(items));
  return EXIT.ok;
}

function textOf(items: readonly EventSummary[]): string {
  const rows = items.map((row) => [
    ...[timeText(row.openedAtMs), row.device, row.camera, row.kind, row.severity, row.label],
    ...[`${(row.durationMs / 1000).toFixed(1)}s`, row.closedAtMs === null ? 'open' : (row.reason ?? 'closed')],
  ]);
  return table([['OPENED AT', 'DEVICE', 'CAMERA', 'KIND', 'SEVERITY', 'LABEL', 'DURATION', 'END'], ...rows]);
}

/** The time so long before now; undefined where the option is absent. */
async function timeOf(option: string, text: string | undefined, nowMs: number): Promise<number | undefined> {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined) return nowMs - ms;
  const { UsageError } = await import('../../errors/index.ts');
  throw new UsageError({
    code: 'query_invalid',
    message: `${option} ${text} is not a duration`,
    advice: 'write a duration such as 8h or 7d; see lineside-collector events list --help',
  });
}

function parseKind(text: string): string {
  if (CODE_PATTERN.test(text)) return text;
  throw new InvalidArgumentError(`Kinds are ${codesOf(EVENT_KINDS).join(', ')}.`);
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 10_000) return limit;
  throw new InvalidArgumentError('Write a whole number from 1 to 10000.');
}
