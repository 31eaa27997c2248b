import type { Command } from 'commander';
import type { StreamRow, Totals } from '../../records/index.ts';
import type { RuntimeInfo } from '../../runtime/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { table } from '../table.ts';

/** `lineside-collector status` */
export function configure(command: Command, registry: Registry): void {
  command
    .description(
      `What is stored, by device and stream, and what is wrong. --json: one line {running, page?, broker?, totals, streams}. Ends with 1 when records are missing, a hash chain is broken or records arrived again with changes.`,
    )
    .addHelpText('after', examples('lineside-collector status --data ./collector'))
    .action(action(registry, status));
}

async function status(context: Context): Promise<ExitCode> {
  const config = await context.config();
  const { DataLock, readRuntimeInfo } = await import('../../runtime/index.ts');
  const [totals, streams] = await context.withStore(config, async ({ records }) => [
    await records.totals(),
    await records.streams(),
  ]);
  const running = DataLock.isTaken(config.data);
  const info = running ? readRuntimeInfo(config.data) : undefined;
  context.say(
    { running, ...(info && { page: info.http, broker: info.mqtt }), totals, streams },
    textOf(`Collector ${running ? 'runs' : 'does not run'} on ${config.data}`, info, totals, streams),
  );
  return totals.missing + totals.chainBreaks + totals.conflicts === 0 ? EXIT.ok : EXIT.problems;
}

function textOf(head: string, info: RuntimeInfo | undefined, totals: Totals, streams: readonly StreamRow[]): string {
  const rows = streams.map((row) => [
    ...[row.device, row.epoch.slice(0, 8), row.stream, String(row.stored)],
    ...[String(row.upto), String(row.missing), String(row.declaredLost)],
  ]);
  return [
    head,
    ...(info === undefined ? [] : [`  page    ${info.http}/\n  broker  ${info.mqtt}\n`]),
    table([['DEVICE', 'EPOCH', 'STREAM', 'STORED', 'UP TO', 'MISSING', 'DECLARED LOST'], ...rows]),
    `${totals.gapsOpen} open gaps, ${totals.chainBreaks} chain breaks, ${totals.conflicts} conflicts, ${totals.media} pictures`,
  ].join('\n');
}
