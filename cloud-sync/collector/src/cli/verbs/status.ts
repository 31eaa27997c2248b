import { systemClock } from '@lineside/kit';
import type { Command } from 'commander';
import type { CameraInspection } from '../../inspection/index.ts';
import type { StreamRow, Totals } from '../../records/index.ts';
import type { RuntimeInfo } from '../../runtime/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { table } from '../table.ts';

/** `lineside-collector status` */
export function configure(command: Command, registry: Registry): void {
  command
    .description(
      `Whether every line is inspected, what is stored by device and stream, and what is wrong. --json: one line {running, page?, broker?, inspection, totals, streams}. Ends with 4 when a line is not inspected or nobody knows whether it is; else with 1 when records are missing, a hash chain is broken or records arrived again with changes.`,
    )
    .addHelpText('after', examples('lineside-collector status --data ./collector'))
    .action(action(registry, status));
}

async function status(context: Context): Promise<ExitCode> {
  const config = await context.config();
  const { DataLock, readRuntimeInfo } = await import('../../runtime/index.ts');
  const { readInspection } = await import('../../inspection/index.ts');
  const [totals, streams, cameras] = await context.withStore(config, async ({ records }) => {
    // Who is connected is known only to the running collector; here the age of the counters decides.
    const inspection = await readInspection({ records, isOnline: () => true, nowMs: systemClock.wallMs() });
    const inUse = new Set((await records.devices()).filter((row) => row.hasCredential).map(({ device }) => device));
    const judged = [...inspection].filter(([device]) => inUse.has(device)).flatMap(([, rows]) => rows);
    return [await records.totals(), await records.streams(), judged.filter(({ state }) => state !== 'ended')];
  });
  const running = DataLock.isTaken(config.data);
  const info = running ? readRuntimeInfo(config.data) : undefined;
  const head = `Collector ${running ? 'runs' : 'does not run'} on ${config.data}`;
  context.say(
    {
      running,
      ...(info && { page: info.http, broker: info.mqtt }),
      inspection: cameras.map(({ row: { device, camera, model }, state, reason, text }) => ({
        ...{ device, camera, model, inspecting: state, reason: reason ?? null, reasonText: text ?? null },
      })),
      ...{ totals, streams },
    },
    [inspectionText(cameras), textOf(head, info, totals, streams)].filter((text) => text !== '').join('\n\n'),
  );
  if (cameras.some(({ state }) => state === 'not_inspecting' || state === 'unknown')) return EXIT.degraded;
  return totals.missing + totals.chainBreaks + totals.conflicts === 0 ? EXIT.ok : EXIT.problems;
}

const STATE = {
  inspecting: 'inspecting',
  starting: 'starting',
  not_inspecting: 'NOT INSPECTING',
  unknown: 'UNKNOWN',
  ended: 'no longer reported',
} as const;

/** One line per camera and model, those that are not inspected first; empty where no device has reported any. */
function inspectionText(cameras: readonly CameraInspection[]): string {
  if (cameras.length === 0) return '';
  const order = ['not_inspecting', 'unknown', 'starting', 'inspecting'];
  const rows = cameras
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
    .map(({ row, state, text }) => [row.device, row.camera, row.model, STATE[state], text ?? '']);
  return table([['DEVICE', 'CAMERA', 'MODEL', 'INSPECTION', 'WHY'], ...rows]);
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
