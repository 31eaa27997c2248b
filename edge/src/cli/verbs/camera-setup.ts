import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CameraRecording, ObjectSize, RuleStudy } from '../../app/index.ts';
import type { ConfigSources, LoadedConfig } from '../../config/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { drawZones } from '../draw-zones.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { writeConfiguration } from '../write-configuration.ts';
import { collect, positive } from '../option-values.ts';
import { parseLine, parsePolygon } from '../polygon.ts';

interface SetupOptions {
  readonly draw?: boolean;
  readonly zone: readonly string[];
  readonly mask: readonly string[];
  readonly line: readonly string[];
  readonly video?: string;
  readonly for?: string;
  readonly minutes?: number;
  readonly apply?: boolean;
  readonly dryRun?: boolean;
}

/** Of a live camera, where nothing else is asked for. */
const LIVE_MINUTES = 10;

/** `lineside camera setup` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<camera>', 'id of a camera in the configuration')
    .option('--draw', 'draw on a still of the camera, in a browser (default without --zone, --mask, --line, --video)')
    .option('--zone <name=corners>', 'zone as name=x,y;x,y;x,y in fractions of the frame; repeat for more', collect, [])
    .option('--mask <name=corners>', 'the same for a part in which no rule of the camera sees anything', collect, [])
    .option('--line <rule=ends>', 'line of a rule that counts, as rule=x,y;x,y; repeat for more', collect, [])
    .option('--video <file|live>', 'ordinary work without incidents, as a video or live: proposes thresholds from it')
    .option('--for <duration>', `use so much of the video (default: all; of live video ${LIVE_MINUTES}m)`)
    .option('--minutes <number>', 'the same in minutes', positive)
    .option('--apply', 'write the proposed thresholds too')
    .option('--dry-run', 'print the new configuration and write nothing')
    .addHelpText(
      'after',
      examples(
        'lineside camera setup packing',
        "lineside camera setup packing --zone 'belt=0.1,0.2;0.9,0.2;0.9,0.9;0.1,0.9'",
        "lineside camera setup packing --mask 'window=0.7,0;1,0;1,0.3;0.7,0.3' --dry-run",
        "lineside camera setup packing --line 'packs=0.5,0.9;0.5,0.1'",
        'lineside camera setup packing --video ordinary.mp4 --for 10m',
        'lineside camera setup packing --video live --minutes 10 --apply',
        'lineside camera setup packing --video yesterday.mp4 --draw',
      ) +
        '\n\nThe configuration is checked before it is written, comments stay, and the file before it is kept as FILE.before.' +
        '\nThe page for drawing is served on this machine alone and ends with the command; its address lets one browser in. From' +
        '\na laptop: ssh -L PORT:127.0.0.1:PORT DEVICE, then open the address there. With --video the page shows how many events' +
        '\nthe video would have made, also after each change. One good pack that is framed there is read, and "this is right" makes' +
        '\nthe fields of a rule code_check and a recipe of it, as lineside code setup does. Privacy masks are filled in the still;' +
        '\nwhere people are covered it is a picture of the running service.' +
        '\nWith --video each rule of the camera judges the video at rising minScore. Every event counts as a false one, so' +
        '\nuse a video without incidents. Proposed is one step above the lowest minScore from which on no event opens. Labels' +
        '\nwhose objects are too small in the input of their model are named, with the size of tiles that helps. Live video is' +
        '\nread over a connection of its own beside the service.',
    )
    .action(action<SetupOptions>(registry, setup));
}

async function setup(context: Context, options: SetupOptions, [camera = '']: readonly string[]): Promise<ExitCode> {
  const { editCamera, loadConfig } = await import('../../config/index.ts');
  const sources = await context.configSources();
  const loaded = await loadConfig(context.configPath, sources);
  const known = loaded.config.cameras.map(({ id }) => id);
  if (!known.includes(camera)) {
    throw new UsageError(`the configuration has no camera ${camera}`, `name one of: ${known.join(', ') || 'none'}`);
  }
  const zones = Object.fromEntries([...options.zone, ...options.mask].map(parsePolygon));
  const masks = options.mask.map((text) => parsePolygon(text)[0]);
  const lines = Object.fromEntries(options.line.map(parseLine));
  refuseOtherRules(loaded, camera, Object.keys(lines));
  const isText = options.zone.length + options.mask.length + options.line.length > 0;
  const draws = options.draw === true || (!isText && options.video === undefined);
  const none = { camera, zones: {}, masks: [], minScores: {} };
  const drawn = editCamera(loaded.text, { ...none, zones, masks, lines });
  const recording =
    options.video === undefined ? undefined : await record(context, options, { camera, text: drawn, sources });
  const minScores = recording === undefined ? {} : proposals(context, recording);
  const text = options.apply === true ? editCamera(drawn, { ...none, minScores }) : drawn;
  const code = await write(context, options, { loaded, text, sources, before: editCamera(loaded.text, none) });
  if (draws) await drawZones(context, { camera, sources, path: loaded.path, recording });
  return code;
}

function refuseOtherRules({ config }: LoadedConfig, camera: string, rules: readonly string[]): void {
  const counting = config.rules.filter((rule) => rule.camera === camera && 'line' in rule).map(({ id }) => id);
  const other = rules.find((rule) => !counting.includes(rule));
  if (other === undefined) return;
  const advice = `rules of ${camera} with a line: ${counting.join(', ') || 'none; add one of the type count'}`;
  throw new UsageError(`${other} is no rule with a line`, advice);
}

interface Writing {
  readonly loaded: LoadedConfig;
  readonly text: string;
  /** The file as it would be without any change. */
  readonly before: string;
  readonly sources: ConfigSources;
}

async function write(context: Context, options: SetupOptions, given: Writing): Promise<ExitCode> {
  const { loaded, text, before, sources } = given;
  if (text === before) return EXIT.ok;
  return writeConfiguration(context, { path: loaded.path, text, sources, dryRun: options.dryRun === true });
}

/** Lets the models judge the video once; says what the rules as they are make of it. */
async function record(
  context: Context,
  options: SetupOptions,
  { camera, text, sources }: { camera: string; text: string; sources: ConfigSources },
): Promise<CameraRecording> {
  const [{ CameraRecording }, { importedDir }, { parseDuration }] = await Promise.all([
    import('../../app/index.ts'),
    import('@lineside/models'),
    import('../../fields/index.ts'),
  ]);
  const { video = '' } = options;
  const isLive = video === 'live';
  const given = options.for === undefined ? undefined : parseDuration(options.for);
  if (options.for !== undefined && given === undefined) {
    throw new UsageError(`--for ${options.for} is no duration`, 'write for example --for 10m');
  }
  const mostMs = given ?? (options.minutes ?? (isLive ? LIVE_MINUTES : Number.POSITIVE_INFINITY)) * 60_000;
  if (isLive) context.io.err(`watching the camera for ${(mostMs / 60_000).toFixed(1)} min`);
  const recording = await CameraRecording.inspect({
    ...{ text, sources, camera, configPath: context.configPath, mostMs },
    video: isLive ? video : resolve(context.io.cwd, video),
    importedDir: importedDir(context.dataDir),
    signal: context.io.signal,
  });
  const { lengthMs } = recording;
  const events = recording.eventsOf(text);
  const minutes = (lengthMs / 60_000).toFixed(1);
  const rows = [...events].map(([rule, count]) => `  ${rule}: ${count} ${count === 1 ? 'event' : 'events'}`);
  context.say(
    { lengthMs, events: Object.fromEntries(events) },
    [`as the rules are, in ${minutes} min:`, ...rows].join('\n'),
  );
  const small = recording.sizes().filter(({ tileSize }) => tileSize !== undefined);
  for (const [model, sizes] of Map.groupBy(small, (size) => size.model)) {
    context.say({ small: sizes }, smallText(model, sizes));
  }
  return recording;
}

/** Objects that are too small to be judged, and what helps. */
function smallText(model: string, sizes: readonly ObjectSize[]): string {
  const labels = sizes.map(({ label, medianPx, detections }) => `${label} ${medianPx} px (${detections} detections)`);
  const [smallest] = sizes.toSorted((a, b) => (a.tileSize ?? 0) - (b.tileSize ?? 0));
  return [
    `Note: small in the input of ${model}, median of the shorter side: ${labels.join(', ')}.`,
    '  Objects so small are often missed or given the wrong label: events then do not open, or open for nothing.',
    `  Try: tiles: {size: ${smallest?.tileSize}} at this model of the camera (${smallest?.tiles} inferences for each frame), or a region without`,
    '  what need not be seen',
  ].join('\n');
}

/** Thresholds that differ from those of the rules. */
function proposals(context: Context, recording: CameraRecording): Readonly<Record<string, number>> {
  const { lengthMs } = recording;
  const rules = recording.study();
  for (const rule of rules) context.say({ study: rule, lengthMs }, studyText(rule, lengthMs));
  return Object.fromEntries(
    rules.flatMap(({ rule, minScore, proposed }) =>
      proposed === undefined || proposed === minScore ? [] : [[rule, proposed]],
    ),
  );
}

function studyText({ rule, minScore, rows, proposed, atMostPerHour }: RuleStudy, lengthMs: number): string {
  const minutes = (lengthMs / 60_000).toFixed(1);
  const table = rows.map(({ minScore: score, events, openFraction }) => {
    const mark = score === proposed ? '  <- proposed' : '';
    return `  ${score.toFixed(2).padStart(8)} ${String(events).padStart(8)} ${(100 * openFraction).toFixed(1).padStart(8)} %${mark}`;
  });
  const silent = `No event in ${minutes} min means at most ${atMostPerHour.toFixed(0)} an hour (95 %).`;
  const verdict =
    proposed === undefined
      ? 'no threshold keeps it silent: check zone, labels and model.'
      : proposed === minScore
        ? `minScore ${minScore.toFixed(2)} made no event: no change is proposed. ${silent}`
        : `proposed: minScore ${proposed.toFixed(2)}. ${silent}`;
  return [`rule ${rule}, ${minutes} min of ordinary work`, '  minScore   events  of the time', ...table, verdict].join(
    '\n',
  );
}
