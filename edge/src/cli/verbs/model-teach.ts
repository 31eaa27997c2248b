import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { TeachReport } from '../../teaching/index.ts';
import type { TeachProgress } from '../../teaching/process/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { fraction, integer, milliseconds, pieceNumbers, positive } from '../option-values.ts';
import { orderedPieces, type PiecesOptions } from '../teach-pieces.ts';
import { Progress } from '../text/progress.ts';
import { limitTable } from '../text/limit-table.ts';

interface TeachOptions extends PiecesOptions {
  readonly id?: string;
  readonly strike?: readonly number[];
  readonly limit?: number;
  readonly arm?: boolean;
  readonly review?: boolean;
  readonly yes?: boolean;
  readonly out?: string;
}

/** What is counted in each step, in words. */
const COUNTED: Readonly<Partial<Record<TeachProgress['step'], string>>> = {
  ...{ images: 'images', bad: 'images', pieces: 'pieces', features: 'pieces read', judging: 'pieces judged' },
};
/** Less than the time after which a command ends itself. */
const GRACE_MS = 500;

/** `lineside model teach` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--id <id>', 'name of the model (default: of the camera and zone, or of the folder)')
    .option('--images <dir>', 'good pieces as image files, one piece on each')
    .option('--camera <camera>', 'good pieces from a camera of the configuration, a URL or a recording')
    .option(
      '--zone <zone>',
      'part of the frame that is one piece: a zone of the camera, or left,top,right,bottom from 0 to 1',
    )
    .option(
      '--stage <model>',
      'each product that this detector detects is one piece, cropped as a second stage crops it',
    )
    .option('--labels <list>', 'with --stage: labels of the detector that are products (default: all)')
    .option(
      '--padding <fraction>',
      'with --stage: margin around the box; the same as in the configuration',
      fraction,
      0.1,
    )
    .option('--good <time>', 'how long good pieces are collected from the camera', milliseconds, 600_000)
    .option('--pieces <number>', 'how many pieces are collected from the camera', integer(10, 5000), 200)
    .option('--bad <dir>', 'bad pieces as image files: the limit is put between good and bad ones')
    .option('--strike <numbers>', 'good pieces that are not good or not typical: 3,17 or none', pieceNumbers)
    .option('--limit <mads>', 'limit in multiples of the spread (MAD) of the good pieces', positive)
    .option('--review', 'stop before the limit is set, and show the pieces; what a terminal does by itself')
    .option('--yes', 'on a terminal too: set the limit at once')
    .option('--arm', 'let the model report anomalies at once, without watching first')
    .option('--fresh', 'forget the pieces that were collected under this name')
    .option('--transport <tcp|udp>', 'of RTSP (default: as configured, otherwise tcp)')
    .option('--out <dir>', 'folder of the bundle (default: models/ID in the data folder)')
    .addHelpText(
      'after',
      examples(
        'lineside model teach --images good/ --bad bad/ --id cookies',
        'lineside model teach --camera packing --zone tray --good 10m',
        'lineside model teach --camera packing --stage defect --labels product --good 10m',
        'lineside model teach --id packing-tray --strike 3,17',
      ) +
        '\n\nAt least 10 good pieces are needed, better 50. They stay in teaching/ID in the data folder: an interrupted' +
        '\ncollection is continued by the same command, and --strike teaches again without some of them. Look at the sheet' +
        '\nfirst: one odd piece among the good ones hides faults that look like it. The model then only watches until' +
        '\n`lineside model arm ID`. docs/teaching.md walks through all of it.',
    )
    .action(action<TeachOptions>(registry, runTeach));
}

async function runTeach(context: Context, options: TeachOptions): Promise<ExitCode> {
  const { io, dataDir, json } = context;
  const [{ startTeaching }, { importedDir }] = await Promise.all([
    import('../../teaching/process/index.ts'),
    import('@lineside/models'),
  ]);
  const id = idOf(options);
  const pieces = await orderedPieces(context, options);
  const stops =
    options.review === true || (io.isTerminal && !json && options.strike === undefined && options.yes !== true);
  const bundle = options.out === undefined ? join(importedDir(dataDir), id) : resolve(io.cwd, options.out);
  const teaching = startTeaching(
    {
      ...{ id, dir: join(dataDir, 'teaching', id), ...pieces },
      ...{
        bundle: stops ? undefined : bundle,
        mads: options.limit,
        state: options.arm === true ? 'armed' : 'watching',
      },
      ...(options.strike !== undefined && { strike: options.strike }),
    },
    { env: io.env, signal: io.signal, stderr: 'stderr', graceMs: GRACE_MS, onProgress: progressOf(context) },
  );
  try {
    const { report, unreadable } = await teaching.outcome;
    context.say({ ...report, unreadable }, textOf(report, context));
    for (const { file, reason } of unreadable) io.err(`not read: ${file}: ${reason}`);
    return unreadable.length > 0 ? EXIT.problems : EXIT.ok;
  } finally {
    await teaching.end();
  }
}

function progressOf({ io }: Context): (progress: TeachProgress) => void {
  const progress = new Progress(io, '');
  let now: TeachProgress['step'] | undefined;
  return ({ step, done, total }) => {
    const what = COUNTED[step];
    if (what === undefined) return;
    if (step !== now) progress.begin(what);
    now = step;
    if (done > 0) progress.step(done, total);
  };
}

function idOf({ id, images, camera, zone, stage }: TeachOptions): string {
  const made =
    id ??
    (images === undefined
      ? [camera, zone ?? stage].filter((part) => part !== undefined).join('-')
      : basename(resolve(images)));
  const clean = made
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64);
  if (clean === '')
    throw new UsageError(
      'nothing says what is to be taught',
      'name pieces: --images DIR or --camera ID; or --id of a teaching',
    );
  if (id !== undefined && clean !== id)
    throw new UsageError(`${id} is no name of a model`, 'lower-case letters, digits and dashes');
  return clean;
}

function textOf(report: TeachReport, { dataDir }: Context): string {
  const { id, pieces, struck, odd, limit, bundle, sheet } = report;
  const data = dataDir === '/var/lib/lineside' ? '' : ` --data ${dataDir}`;
  const again = `lineside model teach --id ${id}${data} --strike`;
  const numbers = odd.map(({ number, score }) => `${number} (${score.toFixed(1)})`).join(', ');
  const head = [
    `${pieces} good pieces${struck.length === 0 ? '' : `, ${struck.length} struck`}; input ${report.input.width}x${report.input.height}`,
    `oddest pieces, in MADs above the typical one: ${numbers}`,
    `look at them: ${sheet}`,
    limitTable(report.slider, limit),
    ...report.notes.map((note) => `note: ${note}`),
  ];
  if (bundle === undefined) {
    return [
      ...head,
      `No limit is set yet. Strike pieces that are not good or not typical: ${again} 3,17   (or: ${again} none)`,
    ].join('\n');
  }
  const next =
    bundle.state === 'armed'
      ? 'The model is armed: it reports anomalies from now on.'
      : `The model only watches. When its false alarms are few enough: lineside model arm ${id}${data}`;
  return [
    ...head,
    `wrote ${bundle.dir}; report: ${bundle.report}`,
    `Strike pieces and teach again: ${again} 3,17`,
    next,
  ].join('\n');
}
