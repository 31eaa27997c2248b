import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf } from '@lineside/kit';
import type { Command } from 'commander';
import type {
  EventChange,
  RecordedReading,
  Recording,
  ReplayedEvent,
  ReplayEvent,
  ReplaySummary,
} from '../../app/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { collect } from '../option-values.ts';
import { readVersion } from '../version.ts';

interface ReplayOptions {
  readonly camera: readonly string[];
  readonly signals?: string;
  readonly clock?: string;
  readonly data?: string;
  readonly truth?: string;
  readonly compare?: string;
}

/** `lineside replay` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--camera <id=video>', 'recording of a camera of the configuration; repeat for more', collect, [])
    .option('--signals <file>', 'signals of the plant in the time of the recording, one JSON object per line')
    .option(
      '--clock <time>',
      'when the recording began, such as 2026-11-29T14:00 by the clock of the line; recording: what the video says',
    )
    .option(
      '--truth <file>',
      'what really happened in the recording: shows how right the events are (docs/accuracy.md)',
    )
    .option('--compare <config>', 'replay with this configuration too, and print what events it changes')
    .addHelpText(
      'after',
      examples(
        'lineside replay --config lineside.yaml --camera packing=shift.mp4',
        'lineside replay --config lineside.yaml --camera packing=shift.mp4 --json > events.jsonl',
        'lineside replay --config lineside.yaml --camera packing=shift.mp4 --truth shift.json',
        'lineside replay --config lineside.yaml --camera packing=shift.mp4 --signals shift-signals.jsonl',
        'lineside replay --config lineside.yaml --camera packing=shift.mp4 --clock 2026-11-29T14:00',
        'lineside replay --config lineside.yaml --signals scale.jsonl',
        'lineside replay --config lineside.yaml --compare stricter.yaml --camera packing=shift.mp4',
      ) +
        '\n\nWith --json one line per transition: {event, camera, atMs, output: {phase, kind, rule, label, track, ...}}; track is' +
        '\nthe id of the object on its camera and model. With --compare one line per change: {change: added|removed, event} or' +
        '\n{change: changed, before, after, fields}. Events are matched by camera, kind, subject and time.' +
        '\n\nA line of --signals is {"seconds": 12.5, "signal": "weight", "value": 501}; "bad": "overload" in place of the value' +
        '\nsays that there is none, {"seconds": 13, "alive": true} that all still hold. signal is the id of the configuration.' +
        '\nWithout --camera the signals alone are replayed.' +
        '\n\nWith --clock rules have the time of the day: schedules and shifts are in force as they were, and dates by shelf life' +
        '\nare checked. Without it every rule is in force, and such dates are unreadable. "recording" takes creation_time of the' +
        '\nfirst video.' +
        '\n\nNothing is written to the data folder of a running service: without --data a temporary folder is used.',
    )
    .action(action<ReplayOptions>(registry, replayRecordings));
}

async function replayRecordings(context: Context, options: ReplayOptions): Promise<ExitCode> {
  const recordings = options.camera.map((text) => parseRecording(text, context.io.cwd));
  if (recordings.length === 0 && options.signals === undefined)
    throw new UsageError('nothing is named that could be replayed', 'add --camera ID=VIDEO, or --signals FILE');
  const signals = await signalsOf(context, options.signals);
  const { clock } = options;
  const what = { recordings, clock, ...(signals === undefined ? {} : { signals }) };
  if (options.compare !== undefined) return compareConfigurations(context, options, options.compare, what);
  const [{ replay }, { importedDir }] = await Promise.all([import('../../app/index.ts'), import('@lineside/models')]);
  const judging = options.truth === undefined ? undefined : await import('../replay-accuracy.ts');
  const truthPath = resolve(context.io.cwd, options.truth ?? '');
  const judge = await judging?.ReplayJudge.open(context, truthPath, recordings[0]?.camera ?? '');
  const summary = await replay({
    configPath: context.configPath,
    sources: await context.configSources(),
    version: readVersion(),
    ...what,
    importedDir: importedDir(context.dataDir),
    ...(options.data === undefined ? {} : { dataDir: context.dataDir }),
    onEvent: (event) => {
      judge?.reports.add(event);
      context.say(event, eventLine(event));
    },
    signal: context.io.signal,
  });
  context.say({ summary }, summaryText(summary));
  const accuracy = judge?.accuracy(summary.recordedMs);
  if (accuracy !== undefined) context.say({ accuracy }, `\n${judging?.accuracyText(accuracy) ?? ''}`);
  const uninspected = summary.cameras.some((camera) => camera.inspected === 0);
  return uninspected ? EXIT.problems : EXIT.ok;
}

/** What is replayed. */
interface Replayed {
  readonly recordings: readonly Recording[];
  readonly signals?: readonly RecordedReading[];
  readonly clock?: string | undefined;
}

async function signalsOf({ io }: Context, file: string | undefined): Promise<readonly RecordedReading[] | undefined> {
  if (file === undefined) return undefined;
  const path = resolve(io.cwd, file);
  const { readRecordedSignals } = await import('../../app/index.ts');
  return readRecordedSignals(await readSignalsFile(path), path);
}

async function readSignalsFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${messageOf(error)}`, 'check the path after --signals');
  }
}

async function compareConfigurations(
  context: Context,
  { data }: ReplayOptions,
  compare: string,
  what: Replayed,
): Promise<ExitCode> {
  if (data !== undefined) throw new UsageError('--data and --compare exclude each other', 'leave --data out');
  const [{ compareReplay }, { importedDir }] = await Promise.all([
    import('../../app/index.ts'),
    import('@lineside/models'),
  ]);
  const result = await compareReplay({
    configPath: context.configPath,
    changedConfigPath: resolve(context.io.cwd, compare),
    sources: await context.configSources(),
    version: readVersion(),
    ...what,
    importedDir: importedDir(context.dataDir),
    signal: context.io.signal,
  });
  for (const change of result.changes) context.say(change, changeText(change));
  const { before, after, unchanged, changes } = result;
  const count = (kind: string): number => changes.filter(({ change }) => change === kind).length;
  const counts = { added: count('added'), removed: count('removed'), changed: count('changed'), unchanged };
  const text = Object.entries(counts).map(([kind, events]) => `${events} ${kind}`);
  context.say({ summary: { ...counts, before, after } }, `events: ${text.join(', ')}`);
  return [...before.cameras, ...after.cameras].some(({ inspected }) => inspected === 0) ? EXIT.problems : EXIT.ok;
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

function changeText(change: EventChange): string {
  const sign = SIGNS[change.change];
  if (change.change !== 'changed') return `${sign} ${replayedText(change.event)}`;
  const { before, after, fields } = change;
  const values = fields.map((field) => `${field} ${fieldText(before, field)} -> ${fieldText(after, field)}`);
  return `${sign} ${replayedText(before)}: ${values.join(', ')}`;
}

function replayedText({ openedMs, camera, zone, kind, label, rule, track }: ReplayedEvent): string {
  const place = zone === undefined ? camera : `${camera}/${zone}`;
  const object = track === undefined ? '' : `, track ${track}`;
  return `${secondsText(openedMs).padStart(9)}  ${kind}  ${label} at ${place}, rule ${rule}${object}`;
}

function fieldText(event: ReplayedEvent, field: string): string {
  switch (field) {
    case 'opened':
      return secondsText(event.openedMs);
    case 'closed':
      return event.closedMs === undefined ? 'open' : secondsText(event.closedMs);
    default:
      return String(new Map(Object.entries(event)).get(field) ?? 'none');
  }
}

function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
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
  const began = summary.startsAtMs === undefined ? [] : [`began at ${new Date(summary.startsAtMs).toISOString()}`];
  const counts = Object.entries(summary.counts).map(
    ([rule, sums]) =>
      `rule ${rule}: ${Object.entries(sums)
        .map(([what, count]) => `${what} ${count}`)
        .join(', ')}`,
  );
  return [...cameras, ...began, ...counts, `events opened: ${events.join(', ') || 'none'}`, `took ${took} s`].join(
    '\n',
  );
}
