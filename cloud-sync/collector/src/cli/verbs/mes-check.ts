import { messageOf, printable, systemClock } from '@lineside/kit';
import type { Command } from 'commander';
import type { CollectorConfig } from '../../config/index.ts';
import { UsageError } from '../../errors/index.ts';
import type { PlanByLine } from '../../mes/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { table } from '../table.ts';

/** `lineside-collector mes check` */
export function configure(command: Command, registry: Registry): void {
  command
    .description(
      'Try the connections of `mes`, beside a collector that runs or without one: reads the plans once as the collector does, and lets the database plan the statement that writes actuals, without writing. Says which device gets how many rows. --json: one line {plan?, actuals?}. Ends with 1 when one of them fails.',
    )
    .addHelpText(
      'after',
      examples(
        'lineside-collector mes check --config /etc/lineside/collector.yaml',
        'lineside-collector mes check --config collector.yaml --json',
      ),
    )
    .action(action(registry, check));
}

interface Part {
  readonly ms: number;
  readonly problem: string | null;
}

interface PlanPart extends Part {
  readonly lines: readonly {
    readonly site: string;
    readonly line: string;
    readonly rows: number;
    readonly devices: readonly string[];
  }[];
}

async function check(context: Context): Promise<ExitCode> {
  const config = await context.config();
  const { plan: from, actuals: to } = config.mes;
  if (from === undefined && to === undefined) {
    throw new UsageError({
      code: 'mes_missing',
      message: 'the configuration has neither mes.plan nor mes.actuals',
      advice: 'see docs/collector.md, A database of the plant; name the configuration with --config FILE',
    });
  }
  const { checkActuals, readPlan } = await import('../../mes/index.ts');
  const { signal } = new AbortController();
  let plans: PlanByLine = new Map();
  const tried =
    from &&
    (await timed(async () => {
      plans = await readPlan({ ...from, deadlineMs: from.deadline }, signal);
    }));
  const plan: PlanPart | undefined = tried && { ...tried, lines: linesOf(plans, await devicesByLine(context, config)) };
  const actuals = to && (await timed(async () => checkActuals({ ...to, deadlineMs: to.deadline }, signal)));
  context.say(
    { ...(plan && { plan }), ...(actuals && { actuals: { ...actuals, table: to.table } }) },
    [
      ...(plan ? [planText(plan)] : []),
      ...(actuals ? [partText('actuals', actuals, `${to.table} can be written`)] : []),
    ].join('\n'),
  );
  return [plan, actuals].every((part) => part === undefined || part.problem === null) ? EXIT.ok : EXIT.problems;
}

/** Devices that `mes.lines` names and those that the store knows, by the key of their line. */
async function devicesByLine(
  context: Context,
  config: CollectorConfig,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { lineKey, lineOf } = await import('../../mes/index.ts');
  const { lines } = config.mes;
  // Before the first start of the collector there is no store; the connections can be tried all the same.
  const known = await context.withStore(config, async ({ records }) => records.devices()).catch(ifUsage([]));
  const devices = new Set([...Object.keys(lines), ...known.map(({ device }) => device)]);
  return Map.groupBy(devices, (device) => lineKey(lineOf(device, lines)));
}

function ifUsage<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof UsageError) return value;
    throw error;
  };
}

async function timed(work: () => Promise<void>): Promise<Part> {
  const { problemOf } = await import('../../mes/index.ts');
  const startMs = systemClock.monoMs();
  const problem = await work().then(
    () => null,
    (error: unknown) => printable(problemOf(error) || messageOf(error), 512),
  );
  return { ms: Math.round(systemClock.monoMs() - startMs), problem };
}

function linesOf(plans: PlanByLine, devices: ReadonlyMap<string, readonly string[]>): PlanPart['lines'] {
  const keys = new Set([...plans.keys(), ...devices.keys()]);
  return [...keys].toSorted().map((key) => {
    const [site = '', line = ''] = JSON.parse(key) as readonly string[];
    return { site, line, rows: plans.get(key)?.length ?? 0, devices: devices.get(key) ?? [] };
  });
}

function partText(name: string, { ms, problem }: Part, ok: string): string {
  return `${name.padEnd(8)} ${problem === null ? `ok       ${ok} (${ms} ms)` : `PROBLEM  ${problem} (${ms} ms)`}`;
}

function planText(plan: PlanPart): string {
  const rows = plan.lines.reduce((sum, line) => sum + line.rows, 0);
  const head = partText('plan', plan, `${rows} rows`);
  if (plan.problem !== null || plan.lines.length === 0) return head;
  const lines = plan.lines.map((line) => [
    ...[printable(line.site) || '-', printable(line.line), String(line.rows)],
    line.devices.join(', ') || 'no device',
  ]);
  return `${head}\n\n${table([['SITE', 'LINE', 'ROWS', 'DEVICES'], ...lines])}\n`;
}
