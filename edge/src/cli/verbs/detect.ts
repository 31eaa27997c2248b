import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LinesideError, redactUrls } from '@lineside/kit';
import type { Command } from 'commander';
import type { FfmpegCapabilities } from '../../camera/index.ts';
import type { TrackIds } from '../../tracking/index.ts';
import type { Predictor, StillPicture } from '../../predictor/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { CliError } from '../errors.ts';
import { coded, EXIT, type ExitCode } from '../exit.ts';
import { specFor, type SpecRequest } from '../model-spec.ts';
import { fraction, positive } from '../option-values.ts';
import { rounded, shownOf, textOf } from '../text/detection-line.ts';
import { Progress } from '../text/progress.ts';

interface DetectOptions {
  readonly model: string;
  readonly score?: number;
  readonly labels?: string;
  readonly fps?: number;
  readonly draw?: string;
  readonly masks?: boolean;
  readonly sequence?: number;
}

/** `lineside detect` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<input...>', 'images and videos')
    .requiredOption('-m, --model <ref>', 'model of the catalog or imported one, folder of a bundle, or .onnx file')
    .option('--score <fraction>', "lowest score that counts, 0 to 1 (default: the manifest's)", fraction)
    .option('--labels <list>', 'labels of an .onnx file: a,b,c or a file with one per line')
    .option('--fps <rate>', 'frames per second of a video that are inferred (default: all)', positive)
    .option('--draw <dir>', 'write every frame with its boxes, masks and maps into this folder')
    .option('--sequence <rate>', 'the images are frames of one camera, in order, this many per second', positive)
    .option('--masks', 'with --json: masks, from models that have them')
    .addHelpText(
      'after',
      examples(
        'lineside detect --model ppe people.jpg',
        'lineside detect --model ./my-model.onnx --labels cap,no_cap --fps 2 shift.mp4 --json',
        'lineside detect --model defect --draw out pictures/*.jpg',
        'lineside detect --model defect --sequence 5 frames/*.jpg --json',
      ) +
        '\n\nWith --json one line per frame: {source, frame, time, status, detections: [{label, score, box, track}]}; time in seconds,' +
        '\nbox as [x1, y1, x2, y2] in pixels of the source. A classification adds classes: [{label, score}], best first; an' +
        '\nanomaly model adds anomaly: {score}, of a taught one also limit and watching. track is the number of the object in a video, or in images with --sequence; the' +
        '\nsame object has the same number in all frames. With --masks a detection of a model with masks has mask: {x, y, width,' +
        '\nheight, runs}: run lengths of pixels in that rectangle, row by row, beginning outside the object.' +
        '\nstatus is ok, degraded or no_result: no_result never means that nothing is there. An input that cannot be read' +
        '\nis reported, the others are processed, and the command ends with 1.',
    )
    .action(action<DetectOptions>(registry, detect));
}

interface Count {
  frames: number;
  withoutResult: number;
}

async function detect(context: Context, options: DetectOptions, inputs: readonly string[]): Promise<ExitCode> {
  const { io } = context;
  const { probeFfmpeg } = await import('../../camera/index.ts');
  const { openPredictor } = await import('../../predictor/index.ts');
  const capabilities = await probeFfmpeg('ffmpeg', io.signal);
  const predictor = await openPredictor(await specFor(context, requestOf(options)), io.signal, 'process');
  const count: Count = { frames: 0, withoutResult: 0 };
  const started = io.clock.monoMs();
  let failed = 0;
  try {
    const task = { options, predictor, capabilities, count, of: inputs.length };
    for (const group of await grouped(inputs)) {
      if (group.length > 1) {
        failed += await detectInStills(context, group, task);
        continue;
      }
      for (const input of group) {
        try {
          await detectIn(context, { input, ...task });
        } catch (error) {
          if (!(error instanceof LinesideError) || io.signal.aborted) throw error;
          failed += 1;
          complainOf(context, input, error);
        }
      }
    }
  } finally {
    await predictor.close();
  }
  const seconds = (io.clock.monoMs() - started) / 1000;
  const speed = `${count.frames} frames in ${seconds.toFixed(1)} s on ${predictor.facts.provider}`;
  const without = count.withoutResult > 0 ? `, ${count.withoutResult} without a result` : '';
  io.err(`${inputs.length - failed} of ${inputs.length} inputs, ${speed}${without}`);
  return failed > 0 || count.withoutResult > 0 ? EXIT.problems : EXIT.ok;
}

function requestOf({ model, score, labels, draw, masks }: DetectOptions): SpecRequest {
  const shown = { masks: masks === true || draw !== undefined, maps: draw !== undefined };
  return { ref: model, labels, ...shown, ...(score === undefined ? {} : { score }) };
}

interface Task {
  /** Number of all inputs. */
  readonly of: number;
  readonly options: DetectOptions;
  readonly predictor: Predictor;
  readonly capabilities: FfmpegCapabilities;
  readonly count: Count;
}

const PROGRESS_EVERY_MS = 5_000;

/** Still images that follow each other are decoded together. */
async function grouped(inputs: readonly string[]): Promise<readonly (readonly string[])[]> {
  const { isStillFile } = await import('../../camera/index.ts');
  const groups: string[][] = [];
  let open = false;
  for (const input of inputs) {
    const together = isStillFile(input);
    if (together && open) groups.at(-1)?.push(input);
    else groups.push([input]);
    open = together;
  }
  return groups;
}

/** Runs the model on still images; the number of those that cannot be read. */
async function detectInStills(context: Context, inputs: readonly string[], task: Task): Promise<number> {
  const { io } = context;
  const { options, predictor, capabilities, count, of } = task;
  const { drawTo, stillImages } = await import('../../predictor/index.ts');
  const paths = inputs.map((input) => resolve(io.cwd, input));
  const missing = await Promise.all(
    paths.map((path, n) =>
      mustBeFile(path, inputs[n] ?? '').then(
        () => undefined,
        (error: unknown) => error,
      ),
    ),
  );
  const readable = paths.filter((_, n) => missing[n] === undefined);
  const { input } = predictor.spec.manifest;
  const { draw, sequence } = options;
  const images = stillImages(readable, { input, whole: draw !== undefined, capabilities, signal: io.signal });
  const progress = new Progress(io, 'images');
  const ids = sequence === undefined ? undefined : await trackIds(predictor);
  let failed = 0;
  for (const [n, source] of inputs.entries()) {
    const image: unknown = missing[n] ?? (await images.next()).value;
    io.signal.throwIfAborted();
    if (image instanceof LinesideError) {
      failed += 1;
      complainOf(context, source, image);
    } else if (image instanceof Error) throw image;
    else {
      const { pixels, size, whole } = image as StillPicture;
      const answer = await predictor.predict(pixels, size);
      count.frames += 1;
      if (answer.status === 'no_result') count.withoutResult += 1;
      const timeS = sequence === undefined ? 0 : n / sequence;
      const tracks = ids?.of({ index: n, atMs: 1000 * timeS, ...size }, answer.detections);
      const frame = sequence === undefined ? 0 : n;
      const line = { source, frame, time: rounded(timeS, 3), ...shownOf(answer, options.masks === true, tracks) };
      context.say(line, textOf(line));
      if (draw !== undefined && whole !== undefined) {
        const picture = { index: 0, timeS: 0, ...size, pixels: whole };
        await drawTo(resolve(io.cwd, draw), source, picture, { prediction: answer, manifest: predictor.spec.manifest });
      }
    }
    progress.step(n + 1, of);
  }
  return failed;
}

async function detectIn(
  context: Context,
  { input, options, predictor, capabilities, count }: Task & { readonly input: string },
): Promise<void> {
  const { io } = context;
  const path = resolve(io.cwd, input);
  await mustBeFile(path, input);
  const { drawTo, pictures } = await import('../../predictor/index.ts');
  const { draw, fps } = options;
  let printedMs = io.clock.monoMs();
  const request = { path, input: predictor.spec.manifest.input, draw: draw !== undefined, capabilities };
  const frames = pictures({ ...request, signal: io.signal, ...(fps === undefined ? {} : { fps }) });
  const { isStillFile } = await import('../../camera/index.ts');
  const ids = isStillFile(path) ? undefined : await trackIds(predictor);
  for await (const { frame, whole } of frames) {
    const answer = await predictor.predict(frame.pixels, frame);
    const { index, timeS, width, height } = frame;
    const tracks = ids?.of({ index, atMs: 1000 * timeS, width, height }, answer.detections);
    count.frames += 1;
    if (answer.status === 'no_result') count.withoutResult += 1;
    const place = { source: input, frame: frame.index, time: rounded(frame.timeS, 3) };
    const line = { ...place, ...shownOf(answer, options.masks === true, tracks) };
    context.say(line, textOf(line));
    if (draw !== undefined && whole !== undefined) {
      await drawTo(resolve(io.cwd, draw), input, whole, { prediction: answer, manifest: predictor.spec.manifest });
    }
    if (io.clock.monoMs() - printedMs > PROGRESS_EVERY_MS) {
      printedMs = io.clock.monoMs();
      io.err(`${input}: frame ${frame.index}, ${frame.timeS.toFixed(1)} s ...`);
    }
  }
}

/** Numbers the objects of one video. */
async function trackIds({ spec }: Predictor): Promise<TrackIds> {
  const { TrackIds } = await import('../../tracking/index.ts');
  const { manifest, score, labelScores } = spec;
  return new TrackIds(score === undefined ? manifest.thresholds : { score, labels: labelScores });
}

async function mustBeFile(path: string, input: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new CliError('input_missing', `${input}: there is no such file`, 'check the path');
  if (found.isFile()) return;
  throw new CliError('input_unreadable', `${input} is not a file`, `name files, such as ${input}/*.jpg`);
}

function complainOf(context: Context, source: string, error: LinesideError): void {
  const { code, advice } = coded(error);
  const message = redactUrls(error.message.includes(source) ? error.message : `${source}: ${error.message}`);
  context.io.err(`Error: ${message}\nTry: ${advice}`);
  if (context.json) context.io.out(JSON.stringify({ source, error: { code, message, advice } }));
}
