import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { RuleStudy } from '../../app/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { collect } from '../option-values.ts';
import { parsePolygon } from '../polygon.ts';

interface SetupOptions {
  readonly zone: readonly string[];
  readonly mask: readonly string[];
  readonly video?: string;
  readonly for?: string;
  readonly apply?: boolean;
  readonly dryRun?: boolean;
}

/** `lineside camera setup` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<camera>', 'id of a camera in the configuration')
    .option('--zone <name=corners>', 'zone as name=x,y;x,y;x,y in fractions of the frame; repeat for more', collect, [])
    .option('--mask <name=corners>', 'the same for a part in which no rule of the camera sees anything', collect, [])
    .option('--video <file>', 'video of ordinary work without incidents: proposes thresholds from it')
    .option('--for <duration>', 'use so much of the video (default: all)')
    .option('--apply', 'write the proposed thresholds too')
    .option('--dry-run', 'print the new configuration and write nothing')
    .addHelpText(
      'after',
      examples(
        "lineside camera setup packing --zone 'belt=0.1,0.2;0.9,0.2;0.9,0.9;0.1,0.9'",
        "lineside camera setup packing --mask 'window=0.7,0;1,0;1,0.3;0.7,0.3' --dry-run",
        'lineside camera setup packing --video ordinary.mp4 --for 10m',
        'lineside camera setup packing --video ordinary.mp4 --apply',
      ) +
        '\n\nThe configuration is checked before it is written, comments stay, and the file before it is kept as FILE.before.' +
        '\nWith --video each rule of the camera judges the video at rising minScore. Every event counts as a false one, so' +
        '\nuse a video without incidents. Proposed is one step above the lowest minScore from which on no event opens.',
    )
    .action(action<SetupOptions>(registry, setup));
}

async function setup(context: Context, options: SetupOptions, [camera = '']: readonly string[]): Promise<ExitCode> {
  const { editCamera, loadConfig, saveConfig } = await import('../../config/index.ts');
  const sources = await context.configSources();
  const loaded = await loadConfig(context.configPath, sources);
  const known = loaded.config.cameras.map(({ id }) => id);
  if (!known.includes(camera)) {
    throw new UsageError(`the configuration has no camera ${camera}`, `name one of: ${known.join(', ') || 'none'}`);
  }
  const zones = Object.fromEntries([...options.zone, ...options.mask].map(parsePolygon));
  const masks = options.mask.map((text) => parsePolygon(text)[0]);
  if (Object.keys(zones).length === 0 && options.video === undefined) {
    throw new UsageError('nothing to set up', 'give --zone, --mask or --video; see lineside camera setup --help');
  }
  const edit = { camera, zones, masks, minScores: {} };
  const drawn = editCamera(loaded.text, edit);
  const minScores = options.video === undefined ? {} : await study(context, options, { camera, text: drawn, sources });
  const text = options.apply === true ? editCamera(drawn, { ...edit, zones: {}, masks: [], minScores }) : drawn;
  const changed = text !== editCamera(loaded.text, { ...edit, zones: {}, masks: [] });
  if (!changed) return EXIT.ok;
  if (options.dryRun === true) {
    const { checkConfig } = await import('../../config/index.ts');
    checkConfig(text, { ...sources, path: loaded.path });
    context.say({ written: false, text }, text);
    return EXIT.ok;
  }
  const kept = await saveConfig(loaded.path, text, sources);
  context.say({ written: true, path: loaded.path, kept }, `written: ${loaded.path}; the file before it is ${kept}`);
  return EXIT.ok;
}

async function study(
  context: Context,
  options: SetupOptions,
  { camera, text, sources }: { camera: string; text: string; sources: Awaited<ReturnType<Context['configSources']>> },
): Promise<Readonly<Record<string, number>>> {
  const [{ studyCamera }, { importedDir }, { parseDuration }] = await Promise.all([
    import('../../app/index.ts'),
    import('@lineside/models'),
    import('../../fields/index.ts'),
  ]);
  const mostMs = options.for === undefined ? undefined : parseDuration(options.for);
  if (options.for !== undefined && mostMs === undefined) {
    throw new UsageError(`--for ${options.for} is no duration`, 'write for example --for 10m');
  }
  const { lengthMs, rules } = await studyCamera({
    ...{ text, sources, camera, configPath: context.configPath },
    video: resolve(context.io.cwd, options.video ?? ''),
    importedDir: importedDir(context.dataDir),
    signal: context.io.signal,
    ...(mostMs === undefined ? {} : { mostMs }),
  });
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
  const verdict =
    proposed === undefined
      ? 'no threshold keeps it silent: check zone, labels and model'
      : proposed === minScore
        ? `minScore ${minScore.toFixed(2)} made no event: no change is proposed`
        : `proposed: minScore ${proposed.toFixed(2)}`;
  return [
    `rule ${rule}, ${minutes} min of ordinary work`,
    '  minScore   events  of the time',
    ...table,
    `${verdict}. No event in ${minutes} min means at most ${atMostPerHour.toFixed(0)} an hour (95 %).`,
  ].join('\n');
}
