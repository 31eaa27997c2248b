import type { Command } from 'commander';
import type { CameraView, ModelView } from '../status/index.ts';
import { journalPath, openJournalReader, JournalError, type StreamStats } from '../journal/index.ts';
import { action, type Context, examples, type Registry } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { askService, type ServiceStatus } from './service.ts';
import { linkText } from './sync.ts';
import { lasted } from './time-text.ts';

/** `lineside status` */
export function statusVerb(program: Command, registry: Registry): void {
  program
    .command('status')
    .description('is it inspecting? Cameras, models, journal and link in one screen')
    .addHelpText(
      'after',
      examples('lineside status', 'lineside status --json') +
        '\n\nAsks the service; where none runs, says what its files tell and ends with 1. Ends with 1 also when the' +
        '\nservice is not well.',
    )
    .action(action(registry, status));
}

async function status(context: Context): Promise<ExitCode> {
  const answer = await askService(context.dataDir);
  if (answer === undefined) return statusOfFiles(context);
  context.say(answer, textOf(answer));
  return answer.health.ok ? EXIT.ok : EXIT.problems;
}

function statusOfFiles(context: Context): ExitCode {
  const streams = streamsOf(context.dataDir);
  const rows = Object.entries(streams ?? {}).map(
    ([stream, stats]: [string, StreamStats]) =>
      `  ${stream.padEnd(10)} ${stats.next - 1} written, ${stats.queued} waiting`,
  );
  const journal = streams === undefined ? ['  there is no journal yet'] : rows;
  const head = `not running: no service uses ${context.dataDir}; nothing is being inspected`;
  context.say({ service: 'down', dataDir: context.dataDir, streams: streams ?? {} }, [head, ...journal].join('\n'));
  return EXIT.problems;
}

function streamsOf(dataDir: string): Readonly<Record<string, StreamStats>> | undefined {
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
  const said = [...health.reasons, ...health.warnings].flatMap((finding) => {
    const where = finding.camera === undefined ? '' : `${finding.camera}: `;
    return [`  ! ${where}${finding.message}`, `    Try: ${finding.advice}`];
  });
  const queued = status.journal.streams.map((stream) => `${stream.stream} ${stream.queued}`).join(', ');
  return [
    `${health.word.replaceAll('_', ' ')}: ${status.line} (${status.device}), version ${status.version}, up ${lasted(status.uptimeMs)}`,
    ...said,
    ...status.cameras.map(cameraLine),
    ...status.models.map(modelLine),
    `queue    ${queued || 'empty'}`,
    `link     ${linkText(status.link, status.atMs)}`,
    `clock    ${status.clock}`,
    `disk     ${(status.disk.freeBytes / 1e9).toFixed(1)} GB free`,
  ].join('\n');
}

/** Less is the wavering of any network. */
const BEHIND_SHOWN_MS = 500;

function cameraLine(camera: CameraView): string {
  const source = camera.source === undefined ? '' : ` ${camera.source.width}x${camera.source.height}`;
  const age = camera.lastFrameAgeMs === undefined ? '' : `, newest frame ${lasted(camera.lastFrameAgeMs)} old`;
  const behind = (camera.behindMs ?? 0) > BEHIND_SHOWN_MS ? `, ${lasted(camera.behindMs ?? 0)} behind` : '';
  const counts = camera.models.map(({ model, counters }) => {
    return `${model} ${counters.inspected} of ${counters.offered} inspected`;
  });
  return `camera   ${camera.id}: ${camera.inspecting}, ${camera.state}${source}${age}${behind}${counts.length > 0 ? `; ${counts.join(', ')}` : ''}`;
}

function modelLine(model: ModelView): string {
  const provider = model.provider === undefined ? '' : ` on ${model.provider}`;
  const reason = model.reason === undefined ? '' : ` (${model.reason})`;
  return `model    ${model.id}: ${model.state}${provider}${reason}, ${model.results} results`;
}
