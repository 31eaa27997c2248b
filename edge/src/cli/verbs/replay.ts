import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Recording, ReplayEvent, ReplaySummary } from '../../app/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { collect } from '../option-values.ts';
import { readVersion } from '../version.ts';

interface ReplayOptions {
  readonly camera: readonly string[];
  readonly data?: string;
  readonly truth?: string;
}

/** `lineside replay` */
export function configure(command: Command, registry: Registry): void {
  command
    .requiredOption('--camera <id=video>', 'recording of a camera of the configuration; repeat for more', collect, [])
    .option(
      '--truth <file>',
      'what really happened in the recording: shows how right the events are (docs/accuracy.md)',
    )
    .addHelpText(
      'after',
      examples(
        'lineside replay --config lineside.yaml --camera packing=shift.mp4',
        'lineside replay --config lineside.yaml --camera packing=shift.mp4 --json > events.jsonl',
        'lineside replay --config lineside.yaml --camera packing=shift.mp4 --truth shift.json',
      ) + '\n\nNothing is written to the data folder of a running service: without --data a temporary folder is used.',
    )
    .action(action<ReplayOptions>(registry, replayRecordings));
}

async function replayRecordings(context: Context, options: ReplayOptions): Promise<ExitCode> {
  const recordings = options.camera.map((text) => parseRecording(text, context.io.cwd));
  const [{ replay }, { importedDir }] = await Promise.all([import('../../app/index.ts'), import('@lineside/models')]);
  const judging = options.truth === undefined ? undefined : await import('../replay-accuracy.ts');
  const truthPath = resolve(context.io.cwd, options.truth ?? '');
  const judge = await judging?.ReplayJudge.open(context, truthPath, recordings[0]?.camera ?? '');
  const summary = await replay({
    configPath: context.configPath,
    sources: await context.configSources(),
    version: readVersion(),
    recordings,
    importedDir: importedDir(context.dataDir),
    ...(options.data === undefined ? {} : { dataDir: context.dataDir }),
    onEvent: (event) => {
      judge?.reports.add(event);
      context.say(event, eventLine(event));
    },
    signal: context.io.signal,
  });
  context.say({ summary }, summaryText(summary));
  const accuracy = judge?.accuracy(Math.max(0, ...summary.cameras.map(({ recordedMs }) => recordedMs)));
  if (accuracy !== undefined) context.say({ accuracy }, `\n${judging?.accuracyText(accuracy) ?? ''}`);
  const uninspected = summary.cameras.some((camera) => camera.inspected === 0);
  return uninspected ? EXIT.problems : EXIT.ok;
}

function parseRecording(text: string, cwd: string): Recording {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) {
    throw new UsageError(`--camera ${text} is not ID=VIDEO`, 'write for example --camera packing=shift.mp4');
  }
  return { camera: text.slice(0, at), path: resolve(cwd, text.slice(at + 1)) };
}

function eventLine(event: ReplayEvent): string {
  const { camera, atMs, output } = event;
  const place = output.zone === undefined ? camera : `${camera}/${output.zone}`;
  const reason = output.reason === undefined ? '' : ` (${output.reason})`;
  const at = (atMs / 1000).toFixed(1).padStart(8);
  return `${at} s  ${output.phase.padEnd(7)} ${output.kind}  ${output.label} at ${place}, rule ${output.rule}${reason}`;
}

function summaryText(summary: ReplaySummary): string {
  const cameras = summary.cameras.map(
    (camera) =>
      `${camera.camera}: ${camera.inspected} of ${camera.offered} results from ${(camera.recordedMs / 1000).toFixed(1)} s`,
  );
  const events = Object.entries(summary.events).map(([kind, count]) => `${kind} ${count}`);
  const took = (summary.tookMs / 1000).toFixed(1);
  return [...cameras, `events opened: ${events.join(', ') || 'none'}`, `took ${took} s`].join('\n');
}
