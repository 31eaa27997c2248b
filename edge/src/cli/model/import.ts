import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  FAMILIES,
  type GoldenExpectation,
  importedDir,
  loadOnnx,
  type Manifest,
  suspectScores,
  verifyBundle,
} from '@lineside/models';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type FfmpegCapabilities, probeFfmpeg } from '../../camera/index.ts';
import type { Answer } from '../detect/detector.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { type BundleParts, originalManifest, runningManifest, writeBundle } from './import/bundle.ts';
import { exchanged } from './import/feeds.ts';
import { letterboxed, type TrialFrame, type TrialPicture, trialPictures } from './import/pictures.ts';
import { type Preparation, PREPARED_FILE, prepareModel } from './import/prepared.ts';
import { type Channels, type ImportOptions, type ImportRequest, readRequest, type Size } from './import/request.ts';
import { refuse, type Study, studyModel, type StudyTools } from './import/study.ts';
import { agrees, answersTo, expectationOf, specOf } from './import/trial.ts';

const GOLDEN_MOST = 8;

/** `lineside model import` */
export function importVerb(model: Command, registry: Registry): void {
  model
    .command('import')
    .argument('<file>', 'an .onnx file')
    .description('make a bundle of an ONNX file: find out how it is read, prepare it, prove it on pictures')
    .requiredOption('--id <id>', 'name of the model in configurations and events')
    .addOption(new Option('--family <family>', 'how its outputs are read (default: found out)').choices(FAMILIES))
    .option('--labels <list>', 'a,b,c or a file with one per line (default: its metadata)')
    .option('--golden <path...>', 'pictures, or folders of them, that show what it is for')
    .option('--size <WxH>', 'input size in pixels, where the file leaves it open', size)
    .addOption(new Option('--input-layout <layout>', 'axes of the input').choices(['nchw', 'nhwc']))
    .addOption(new Option('--color <order>', 'channel order it was trained with').choices(['rgb', 'bgr']))
    .option('--scale <factor>', 'input = (pixel * scale - mean) / std; 1/255 where mean and std are within 1', factor)
    .option('--mean <r,g,b>', 'in the channel order of the model', channels)
    .option('--std <r,g,b>', 'in the channel order of the model', channels)
    .option('--score <share>', 'lowest score that counts, 0 to 1', share)
    .option('--iou <share>', 'overlap above which boxes of one class are one object, 0 to 1', share)
    .option('--outputs <names>', "outputs with commas between, in the order of the family's roles")
    .addOption(
      new Option('--output-layout <layout>', 'axes of a table of boxes').choices(['attributes_first', 'anchors_first']),
    )
    .option('--output-options <json>', 'what the family leaves open, as in the manifest')
    .option('--model-version <version>', 'three numbers', version, '1.0.0')
    .option('--licence <text>', 'licence of the model (default: its metadata)')
    .option('--out <dir>', 'folder of the bundle (default: models/ID in the data folder)')
    .option('--replace', 'take the place of a bundle that is there')
    .option('--force', 'import a model whose scores are suspect; its results are marked degraded')
    .addHelpText(
      'after',
      examples(
        'lineside model import yolov8n.onnx --id people --golden pictures/',
        'lineside model import caps.onnx --id caps --labels cap,no_cap --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225',
        'lineside model import odd.onnx --id odd --family nanodet --labels labels.txt --out ./odd',
      ),
    )
    .action(action<ImportOptions>(registry, importModel));
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1.');
}

function factor(text: string): number {
  const [above = '', below = '1'] = text.split('/');
  const value = Number(above) / Number(below);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0, such as 1/255.');
}

function channels(text: string): Channels {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [first = Number.NaN, second = first, third = first] = values;
  if ([1, 3].includes(values.length) && values.every(Number.isFinite)) return [first, second, third];
  throw new InvalidArgumentError('It must be three numbers with commas between, or one for all.');
}

function size(text: string): Size {
  const [, width, height] = /^(\d{1,4})(?:x(\d{1,4}))?$/.exec(text) ?? [];
  const [w, h] = [Number(width), Number(height ?? width)];
  if (w >= 8 && h >= 8 && w <= 4096 && h <= 4096) return { width: w, height: h };
  throw new InvalidArgumentError('It must be WIDTHxHEIGHT, such as 640x384, or one number for both.');
}

function version(text: string): string {
  if (/^\d+\.\d+\.\d+$/.test(text)) return text;
  throw new InvalidArgumentError('It must be three numbers, such as 1.2.0.');
}

async function importModel(
  context: Context,
  options: ImportOptions,
  [given = '']: readonly string[],
): Promise<ExitCode> {
  const { io } = context;
  const request = await readRequest(given, options, io.cwd);
  const dir = options.out === undefined ? join(importedDir(context.dataDir), request.id) : resolve(io.cwd, options.out);
  if (options.replace !== true && (await stat(dir).catch(() => undefined)) !== undefined) {
    throw refuse(request, 'bundle_exists', `${dir} is there already`, 'choose another --id or --out, or --replace it');
  }
  const file = await loadOnnx(request.file);
  const capabilities = await probeFfmpeg('ffmpeg', io.signal);
  const scratch = await mkdtemp(join(tmpdir(), 'lineside-import-'));
  try {
    const pictures = await trialPictures(request.golden, scratch);
    const tools = studyTools(scratch, pictures, capabilities, io.signal);
    const study = await studyModel(file, request, tools);
    const done = await build({ dir, request, study, tools, capabilities });
    const answer = answerOf(dir, done, study);
    context.say(answer, textOf(answer));
    return EXIT.ok;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function studyTools(
  scratch: string,
  pictures: readonly TrialPicture[],
  capabilities: FfmpegCapabilities,
  signal: AbortSignal,
): StudyTools {
  return {
    scratch,
    signal,
    frames: ({ width, height }, letterbox) =>
      letterboxed(pictures, { width, height, color: 'rgb', ...letterbox }, { capabilities, signal }),
  };
}

interface BuildTask {
  readonly dir: string;
  readonly request: ImportRequest;
  readonly study: Study;
  readonly tools: StudyTools;
  readonly capabilities: FfmpegCapabilities;
}

interface Done {
  readonly manifest: Manifest;
  readonly preparation: Preparation;
  readonly pictures: number;
  /** Detections of the original on the golden pictures. */
  readonly found: number;
  readonly notes: readonly string[];
}

/** Judges the scores, prepares the graph, asks both for the golden pictures, and writes the bundle. */
async function build(task: BuildTask): Promise<Done> {
  const { dir, request, study, tools } = task;
  const frames = study.frames.slice(0, GOLDEN_MOST);
  const suspicion = judgeScores(study, request);
  const attempt = await prepareModel(study, request, tools);
  if (!attempt.prepared && study.inputs.picture.channels === 1) {
    const advice = 'export it for pictures of three channels';
    throw refuse(request, 'input_unsupported', `takes grey pictures and cannot be prepared: ${attempt.reason}`, advice);
  }
  const first = await expectations(task, frames, { attempt, suspicion });
  const degraded = suspicion ?? first.unread;
  const parts = { request, study, degraded };
  const reason = await disagreement(task, first.golden, { ...parts, preparation: attempt });
  const preparation: Preparation = reason === undefined ? attempt : { prepared: false, reason };
  const golden = await asOnTheBox(task, first.golden, { ...parts, preparation });
  const manifest = await writeBundle(dir, { ...parts, preparation, golden });
  await verifyBundle(dir);
  const found = golden.reduce((sum, { expectation }) => sum + expectation.detections.length, 0);
  const notes = [...study.notes, ...remarks(study, golden)];
  return { manifest, preparation, pictures: study.runs.length, found, notes };
}

/** What the answers to the golden pictures give to think. */
function remarks({ guess }: Study, golden: readonly Golden[]): readonly string[] {
  const scores = golden.flatMap(({ unusual }) => unusual ?? []);
  if (guess.task === 'anomaly' && guess.options?.threshold === undefined && scores.length > 0) {
    const [least, most] = [Math.min(...scores), Math.max(...scores)].map((score) => score.toPrecision(3));
    return [
      `no threshold is set: scores on the pictures run from ${least} to ${most}; set one with --output-options '{"threshold": ...}'`,
    ];
  }
  const given = golden.filter(({ picture }) => picture.kind === 'given');
  const blind = given.length > 0 && given.every(({ expectation }) => expectation.detections.length === 0);
  return blind ? ['nothing was found on the given pictures: check --family, --mean, --std, --color and --score'] : [];
}

/** Why the scores are suspect; undefined where they are not. Throws unless it was forced. */
function judgeScores({ guess, labels, runs }: Study, request: ImportRequest): string | undefined {
  const suspicion = suspectScores({ ...guess, classes: guess.classes ?? labels.length }, runs);
  if (suspicion === undefined || request.force) return suspicion?.message;
  const advice =
    'export it again (a quantisation that went wrong leaves such scores), check --family and --mean, try it with --golden pictures of what it is for, or import it as degraded with --force';
  throw refuse(request, 'scores_suspect', suspicion.message, advice);
}

interface Golden {
  readonly frame: TrialFrame;
  readonly picture: TrialFrame['picture'];
  readonly expectation: GoldenExpectation;
  /** The model's own score of how unusual the picture is. */
  readonly unusual: number | undefined;
}

interface Expectations {
  readonly golden: readonly Golden[];
  /** Why some pictures have no answer. */
  readonly unread: string | undefined;
}

/** What the original says of each picture. */
async function expectations(
  { request, study, tools }: BuildTask,
  frames: readonly TrialFrame[],
  { attempt, suspicion }: { readonly attempt: Preparation; readonly suspicion: string | undefined },
): Promise<Expectations> {
  const parts = { request, study, preparation: attempt, degraded: suspicion };
  // A manifest cannot tell of grey input: only the prepared graph takes pictures there.
  const grey = study.inputs.picture.channels === 1;
  const spec = grey
    ? specOf(runningManifest(parts), join(tools.scratch, PREPARED_FILE))
    : specOf(originalManifest(parts), study.whole.path);
  const golden = read(frames, await answersTo(spec, frames, tools.signal));
  if (golden.length === frames.length) return { golden, unread: undefined };
  const lost = frames.length - golden.length;
  const unread = `its outputs cannot be read as ${study.guess.family} on ${lost} of ${frames.length} pictures`;
  if (request.force) return { golden, unread };
  const advice = 'name another --family, --output-options or --labels; lineside model inspect says what fits';
  throw refuse(request, 'scores_suspect', unread, advice);
}

function read(frames: readonly TrialFrame[], answers: readonly Answer[]): readonly Golden[] {
  return frames.flatMap((frame, i) => {
    const answer = answers[i];
    if (answer === undefined || answer.status === 'no_result') return [];
    return [{ frame, picture: frame.picture, expectation: expectationOf(answer), unusual: answer.anomaly?.score }];
  });
}

type Parts = Omit<BundleParts, 'golden'>;

/** Why the prepared graph is not the same model; undefined where it finds what the original finds. */
async function disagreement(
  { tools }: BuildTask,
  golden: readonly Golden[],
  parts: Parts,
): Promise<string | undefined> {
  if (!parts.preparation.prepared) return undefined;
  const manifest = runningManifest(parts);
  const spec = specOf(manifest, join(tools.scratch, PREPARED_FILE));
  const frames = golden.map(({ frame }) => frame);
  const answers = await answersTo(spec, frames, tools.signal);
  const other = golden.find(({ expectation }, i) => {
    const answer = answers[i];
    return answer === undefined || !agrees(expectation, answer, manifest.thresholds.score);
  });
  return other === undefined
    ? undefined
    : `the prepared graph finds other things than the original on ${other.picture.path}`;
}

/**
 * Expectations as the box will see the pictures. FFmpeg rounds differently on its way to BGR than on its way to RGB: a
 * model that keeps its own order is asked once more with pixels that came that way.
 */
async function asOnTheBox(
  { capabilities, study, tools }: BuildTask,
  golden: readonly Golden[],
  parts: Parts,
): Promise<readonly Golden[]> {
  const { width, height, color, letterbox } = runningManifest(parts).input;
  if (color === 'rgb') return golden;
  const pictures = golden.map(({ picture }) => picture);
  const format = { width, height, color, ...letterbox };
  const native = await letterboxed(pictures, format, { capabilities, signal: tools.signal });
  const frames = native.map((frame) => ({ ...frame, pixels: exchanged(frame.pixels) }));
  return read(frames, await answersTo(specOf(originalManifest(parts), study.whole.path), frames, tools.signal));
}

interface ImportAnswer {
  readonly id: string;
  readonly dir: string;
  readonly task: string;
  readonly family: string;
  readonly reason: string;
  readonly alternatives: readonly string[];
  readonly labels: number;
  readonly input: Manifest['input'];
  readonly prepared: boolean;
  readonly unprepared?: string;
  /** Largest difference between prepared and original, as a share of an output's range. */
  readonly difference?: number;
  readonly pictures: number;
  readonly golden: number;
  readonly found: number;
  readonly degraded?: string;
  readonly notes: readonly string[];
}

function answerOf(dir: string, { manifest, preparation, pictures, found, notes }: Done, study: Study): ImportAnswer {
  const { id, task, output, labels, input, degraded, golden } = manifest;
  return {
    ...{ id, dir, task, family: output.family, reason: study.guess.reason },
    alternatives: [...new Set(study.alternatives.map(({ family }) => family))],
    labels: labels.length,
    input,
    prepared: preparation.prepared,
    ...(preparation.prepared ? { difference: preparation.difference } : { unprepared: preparation.reason }),
    ...{ pictures, golden: golden.length, found },
    ...(degraded === undefined ? {} : { degraded: degraded.reason }),
    notes,
  };
}

function textOf(answer: ImportAnswer): string {
  const { input, prepared, difference = 0, pictures } = answer;
  const run = prepared
    ? `prepared: takes the camera's bytes; largest difference to the original on ${pictures} pictures ${difference.toPrecision(1)} of the range`
    : `runs as it was given: ${answer.unprepared ?? ''}`;
  return [
    `${answer.family} (${answer.task}), ${answer.labels} labels, ${input.width}x${input.height}: ${answer.reason}`,
    ...(answer.alternatives.length > 0 ? [`could also be ${answer.alternatives.join(', ')} (--family)`] : []),
    run,
    `golden pictures: ${answer.golden}, with ${answer.found} detections`,
    ...(answer.degraded === undefined ? [] : [`DEGRADED: ${answer.degraded}; every result will say so`]),
    ...answer.notes.map((note) => `note: ${note}`),
    `wrote ${answer.dir}`,
    `Try it: lineside detect --model ${answer.dir} --draw out picture.jpg`,
  ].join('\n');
}
