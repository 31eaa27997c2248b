import type { Command } from 'commander';
import type { StreamStats } from '../../journal/reading.ts';
import type { CameraView, ModelView, ProductionView } from '../../status/index.ts';
import { askService, type ServiceStatus } from '../ask-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { uplinkText } from '../text/uplink-text.ts';
import { durationText } from '../text/time-text.ts';

/** `lineside status` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText(
      'after',
      examples('lineside status', 'lineside status --json') +
        '\n\nAsks the service. Exit code: 0 every camera is inspected; 4 degraded, only a part is; 5 nothing is inspected,' +
        '\nor not yet; 1 no service runs, and what is reported comes from the files; 3 the service does not answer.',
    )
    .action(action(registry, status));
}

async function status(context: Context): Promise<ExitCode> {
  const answer = await askService(context.dataDir);
  if (answer === undefined) return statusOfFiles(context);
  context.say(answer, textOf(answer));
  return exitCodeFor(answer.health);
}

/** A line that cannot record its events is not all right either, however much it inspects. */
function exitCodeFor({ word, ok }: ServiceStatus['health']): ExitCode {
  if (word === 'inspecting') return ok ? EXIT.ok : EXIT.degraded;
  return word === 'degraded' ? EXIT.degraded : EXIT.notInspecting;
}

async function statusOfFiles(context: Context): Promise<ExitCode> {
  const streams = await streamsOf(context.dataDir);
  const rows = Object.entries(streams ?? {}).map(
    ([stream, stats]: [string, StreamStats]) =>
      `  ${stream.padEnd(10)} ${stats.next - 1} written, ${stats.queued} queued`,
  );
  const journal = streams === undefined ? ['  there is no journal yet'] : rows;
  const head = `not running: no service uses ${context.dataDir}; nothing is being inspected`;
  context.say({ service: 'down', dataDir: context.dataDir, streams: streams ?? {} }, [head, ...journal].join('\n'));
  return EXIT.problems;
}

async function streamsOf(dataDir: string): Promise<Readonly<Record<string, StreamStats>> | undefined> {
  const { JournalError, journalPath, openJournalReader } = await import('../../journal/reading.ts');
  try {
    const reader = openJournalReader(journalPath(dataDir));
    try {
      return reader.stats();
    } finally {
      reader.close();
    }
  } catch (error) {
    if (error instanceof JournalError && error.code === 'journal_absent') return undefined;
    throw error;
  }
}

function textOf(status: ServiceStatus): string {
  const { health } = status;
  const findings = [...health.reasons, ...health.warnings].flatMap((finding) => {
    const where = finding.camera === undefined ? '' : `${finding.camera}: `;
    return [`  ! ${where}${finding.message}`, `    Try: ${finding.advice}`];
  });
  const queued = status.journal.streams.map((stream) => `${stream.stream} ${stream.queued}`).join(', ');
  return [
    `${health.word.replaceAll('_', ' ')}: ${status.line} (${status.device}), version ${status.version}, up ${durationText(status.uptimeMs)}`,
    ...findings,
    ...status.cameras.map(cameraLine),
    ...status.models.map(modelLine),
    ...(status.production === undefined ? [] : productionLines(status.production, status.atMs)),
    `queue    ${queued || 'empty'}`,
    `uplink   ${uplinkText(status.link, status.atMs)}`,
    `clock    ${status.clock}`,
    `disk     ${(status.disk.freeBytes / 1e9).toFixed(1)} GB free`,
  ].join('\n');
}

/** Below this it is the ordinary jitter of a network. */
const BEHIND_SHOWN_MS = 500;

function cameraLine(camera: CameraView): string {
  const source = camera.source === undefined ? '' : ` ${camera.source.width}x${camera.source.height}`;
  const age = camera.lastFrameAgeMs === undefined ? '' : `, newest frame ${durationText(camera.lastFrameAgeMs)} old`;
  const behind = (camera.behindMs ?? 0) > BEHIND_SHOWN_MS ? `, ${durationText(camera.behindMs ?? 0)} behind` : '';
  const counts = camera.models.map(({ model, counters }) => {
    return `${model} ${counters.inspected} of ${counters.offered} inspected`;
  });
  return `camera   ${camera.id}: ${camera.inspecting}, ${camera.state}${source}${age}${behind}${counts.length > 0 ? `; ${counts.join(', ')}` : ''}`;
}

/** What the line makes, and where it stands now. */
function productionLines(production: ProductionView, nowMs: number): readonly string[] {
  const { shift, counted, planned, plannedByNow, perMinute, utilisation, staffUtilisation, stops } = production;
  const { product, batch, recipe } = production;
  const percent = (fraction: number): string => `${(fraction * 100).toFixed(0)} %`;
  const facts = [
    planned === undefined ? `${counted} counted` : `${counted} of ${planned} planned, ${plannedByNow} by now`,
    ...(perMinute === undefined ? [] : [`${perMinute} a minute`]),
    ...(utilisation === undefined ? [] : [`utilisation ${percent(utilisation)}`]),
    ...(staffUtilisation === undefined ? [] : [`staff ${percent(staffUtilisation)}`]),
    ...(product === undefined ? [] : [`product ${product}`]),
    ...(batch === undefined ? [] : [`batch ${batch}`]),
    ...(recipe === undefined ? [] : [`recipe ${recipe}`]),
  ];
  return [
    `making   ${shift}: ${facts.join(', ')}`,
    ...stops.map(({ camera, rule, sinceMs, reason, state }) => {
      const why = reason ?? state;
      const after = `for ${durationText(Math.max(0, nowMs - sinceMs))}`;
      return `stopped  ${camera} (${rule}) ${after}${why === undefined ? '' : `: ${why}`}`;
    }),
  ];
}

function modelLine(model: ModelView): string {
  const provider = model.provider === undefined ? '' : ` on ${model.provider}`;
  const reason = model.reason === undefined ? '' : ` (${model.reason})`;
  const demonstration = model.demonstration === undefined ? '' : `, demonstration: ${model.demonstration}`;
  return `model    ${model.id}: ${model.state}${provider}${reason}, ${model.results} results${demonstration}`;
}
