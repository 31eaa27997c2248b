import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  COCO_LABELS,
  contradicts,
  distinct,
  externalProblems,
  type FamilyGuess,
  guessFacts,
  guessFamilies,
  inlineWeights,
  inspectLoaded,
  castBorder,
  type LoadedOnnx,
  ModelError,
  parseOnnx,
  type ModelErrorCode,
  type ModelInputs,
  type OnnxInspection,
  type OnnxValue,
  type PictureConvention,
  pictureConvention,
  type PictureForm,
  PrepareError,
  readInputs,
  settleReading,
  wantsRawPixels,
} from '@lineside/models';
import { InferenceError, type ProbedTensor, probeModel } from '../../../inference/index.ts';
import { exchanged, originalFeeds } from './feeds.ts';
import type { TrialFrame } from './pictures.ts';
import type { ImportRequest, Size } from './request.ts';

/** Sizes to try where neither the file nor its metadata names one, the most usual first. */
const SIZES = [640, 320, 416, 224, 256, 512, 300, 128, 1024];
const PROBE_MS = 120_000;

export interface StudyTools {
  /** Folder for files that are not kept. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** Pictures letterboxed as a model of this form wants them, in RGB. */
  readonly frames: (size: Size, letterbox: PictureConvention['letterbox']) => Promise<readonly TrialFrame[]>;
}

/** Everything that was found out about a model before it is prepared. */
export interface Study {
  /** In one file and float32 at its border, even where the original is not; what is compared with. */
  readonly whole: LoadedOnnx;
  readonly inspection: OnnxInspection;
  readonly inputs: ModelInputs;
  readonly form: PictureForm;
  readonly convention: PictureConvention;
  readonly guess: FamilyGuess;
  readonly alternatives: readonly FamilyGuess[];
  readonly labels: readonly string[];
  readonly frames: readonly TrialFrame[];
  /** Outputs of the reference for each frame. */
  readonly runs: readonly (readonly ProbedTensor[])[];
  /** What was assumed and may be wrong. */
  readonly notes: readonly string[];
}

export function refuse(request: ImportRequest, code: ModelErrorCode, message: string, advice: string): ModelError {
  return new ModelError(request.file, [{ code, where: '', message, advice }]);
}

/** Runs the original on pictures and finds out how it is fed and read. Throws ModelError where it cannot be used. */
export async function studyModel(file: LoadedOnnx, request: ImportRequest, tools: StudyTools): Promise<Study> {
  const inspection = await inspectLoaded(file);
  checkFile(file, inspection, request);
  const whole = await wholeModel(file, request, tools.scratch);
  const inputs = checkInputs(whole, request);
  const size = await workingSize(inputs, whole.path, inspection, { request, tools });
  const asked = { request, inspection, inputs, size };
  // What the outputs are is told by a run; how pictures are scaled is told by what the outputs are.
  const blank = await probeBlank(whole.path, inputs, size, request, tools.signal);
  const before = chooseGuess(whole, blank, asked);
  const { stride, author } = inspection.hints;
  const settled = { width: size.width, labels: labelCount(asked) };
  const convention = pictureConvention(settleReading(before.guess, [blank], settled), {
    ultralytics: stride !== undefined || /ultralytics/i.test(author ?? ''),
    rawPixels: wantsRawPixels(whole.model, inputs.picture.name),
    hasSizesInput: inputs.sizes !== undefined,
  });
  const form: PictureForm = {
    input: inputs.picture,
    ...size,
    color: request.color ?? convention.color,
    mean: request.scaling?.mean ?? convention.mean,
    std: request.scaling?.std ?? convention.std,
  };
  const frames = await tools.frames(size, convention.letterbox);
  const runs = await runReference({ reference: whole.path, form, inputs }, frames, request, tools.signal);
  const guess = withRequest(settleReading(before.guess, runs, settled), request);
  const named = chooseLabels(guess, asked);
  const scaling =
    request.scaling === undefined && inputs.picture.type !== 'uint8'
      ? [`pixels are scaled as ${convention.reason}`]
      : [];
  return {
    ...{ whole, inspection, inputs, form, convention, guess, frames, runs },
    alternatives: before.alternatives,
    labels: named.labels,
    notes: [...named.notes, ...scaling],
  };
}

/** What the file alone tells against it. */
function checkFile(file: LoadedOnnx, inspection: OnnxInspection, request: ImportRequest): void {
  const missing = externalProblems(inspection.external);
  if (missing.length > 0) throw new ModelError(request.file, missing);
  const { custom } = inspection.operators;
  if (custom.length > 0) {
    const advice = 'export the model with operators of ONNX alone; a box runs nothing that came with a model';
    throw refuse(request, 'operators_custom', `needs operators that ONNX Runtime lacks: ${custom.join(', ')}`, advice);
  }
  checkInputs(file, request);
  if (inspection.outputs.every(({ type }) => ['sequence', 'map', 'string'].includes(type))) {
    const advice = 'export it without the step that turns numbers into a map (zipmap)';
    throw refuse(request, 'output_unsupported', 'no output holds numbers in a tensor', advice);
  }
}

function checkInputs({ model }: LoadedOnnx, request: ImportRequest): ModelInputs {
  const inputs = readInputs(model, request.layout);
  if ('unfit' in inputs) throw refuse(request, 'input_unsupported', inputs.unfit, inputs.advice);
  const { batch } = inputs.picture;
  if (batch !== undefined && batch !== 1) {
    const advice = 'export it with a batch of 1 or an open batch';
    throw refuse(request, 'input_unsupported', `takes ${batch} pictures at once`, advice);
  }
  return inputs;
}

/** The file itself where it is whole and float32 at its border; else such a one, written to `scratch`. */
async function wholeModel(file: LoadedOnnx, request: ImportRequest, scratch: string): Promise<LoadedOnnx> {
  try {
    const inlined = await inlineWeights(file);
    const cast = castBorder(parseOnnx(file.path, inlined).model);
    const bytes = cast ?? inlined;
    if (bytes === file.bytes) return file;
    const path = join(scratch, 'whole.onnx');
    await writeFile(path, bytes);
    return parseOnnx(path, bytes);
  } catch (error) {
    if (!(error instanceof PrepareError)) throw error;
    const advice = 'export it with float32 inputs and outputs';
    throw refuse(request, 'input_unsupported', `cannot be made float32 at its border: ${error.message}`, advice);
  }
}

/** The size to run at: asked for, fixed in the file, told by its metadata, or the first at which it runs. */
async function workingSize(
  { picture, sizes }: ModelInputs,
  reference: string,
  { hints }: OnnxInspection,
  { request, tools }: { readonly request: ImportRequest; readonly tools: StudyTools },
): Promise<Size> {
  const { width, height } = picture;
  const asked = request.size;
  if (asked !== undefined && ((width ?? asked.width) !== asked.width || (height ?? asked.height) !== asked.height)) {
    const advice = `leave --size out, or export the model with an open size`;
    throw refuse(request, 'size_unsupported', `takes ${width ?? '?'}x${height ?? '?'} pixels only`, advice);
  }
  if (width !== undefined && height !== undefined) return { width, height };
  const told = hints.size === undefined ? undefined : { width: hints.size[1], height: hints.size[0] };
  const fixed = asked ?? told;
  const candidates = (fixed === undefined ? SIZES : [fixed.width]).map((side) => ({
    width: width ?? side,
    height: height ?? fixed?.height ?? side,
  }));
  const failures: string[] = [];
  for (const size of candidates) {
    try {
      await probeBlank(reference, { picture, sizes }, size, request, tools.signal);
      return size;
    } catch (error) {
      if (!(error instanceof ModelError) || error.code !== 'model_fails') throw error;
      failures.push(`${size.width}x${size.height}`);
    }
  }
  const advice = 'name the size it was trained for with --size, or export it with a fixed size';
  const message = `says that its size is open, but runs at none of ${failures.join(', ')} pixels`;
  throw refuse(request, 'size_unsupported', message, advice);
}

async function probeBlank(
  reference: string,
  inputs: ModelInputs,
  size: Size,
  request: ImportRequest,
  signal: AbortSignal,
): Promise<readonly ProbedTensor[]> {
  const form: PictureForm = { input: inputs.picture, ...size, color: 'rgb', mean: [0, 0, 0], std: [255, 255, 255] };
  const grey = new Uint8Array(size.width * size.height * 3).fill(114);
  const [outputs = []] = await probe({ path: reference, runs: [originalFeeds(grey, form, inputs)] }, request, signal);
  return outputs;
}

async function runReference(
  { reference, form, inputs }: { readonly reference: string; readonly form: PictureForm; readonly inputs: ModelInputs },
  frames: readonly TrialFrame[],
  request: ImportRequest,
  signal: AbortSignal,
): Promise<Study['runs']> {
  const runs = frames.map(({ pixels }) =>
    originalFeeds(form.color === 'rgb' ? pixels : exchanged(pixels), form, inputs),
  );
  return probe({ path: reference, runs }, request, signal);
}

/** Runs a model; what goes wrong becomes a reason to refuse it. */
export async function probe(
  task: Parameters<typeof probeModel>[0],
  request: ImportRequest,
  signal: AbortSignal,
): Promise<Study['runs']> {
  try {
    return await probeModel(task, PROBE_MS, signal);
  } catch (error) {
    if (!(error instanceof InferenceError)) throw error;
    if (/not a registered (function|op)|No Op registered|Could not find an implementation/i.test(error.message)) {
      const advice = 'export the model for a lower operator set, with operators of ONNX alone';
      throw refuse(request, 'operators_custom', `ONNX Runtime lacks an operator: ${firstLine(error.message)}`, advice);
    }
    const newer = /opset|IR version/i.test(error.message);
    const advice = newer
      ? 'export it again for an older operator set, such as 17'
      : 'export it again, and try it with onnxruntime where it was made; it must run on the CPU';
    throw refuse(request, 'model_fails', `does not run: ${firstLine(error.message)}`, advice);
  }
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 300);
}

function labelCount({ request, inspection }: Pick<Asked, 'request' | 'inspection'>): number | undefined {
  return request.labels?.length ?? inspection.hints.names?.length;
}

function outputsOf(run: readonly ProbedTensor[]): readonly OnnxValue[] {
  return run.map(({ name, type, shape }) => ({ name, type, shape }));
}

interface Asked {
  readonly request: ImportRequest;
  readonly inspection: OnnxInspection;
  readonly inputs: ModelInputs;
  readonly size: Size;
}

function chooseGuess(
  { model }: LoadedOnnx,
  blank: readonly ProbedTensor[],
  { request, inspection, inputs, size }: Asked,
): { readonly guess: FamilyGuess; readonly alternatives: readonly FamilyGuess[] } {
  const { hints } = inspection;
  const outputs = outputsOf(blank);
  const labels = labelCount({ request, inspection });
  const { channels } = inputs.picture;
  const facts = guessFacts(model, {
    ...size,
    channels,
    hasSizesInput: inputs.sizes !== undefined,
    outputs,
    hints,
    labels,
  });
  const all = guessFamilies(facts).filter((guess) => !contradicts(guess, blank));
  const { family } = request;
  if (family !== undefined) {
    const named = all.find((guess) => guess.family === family) ?? bareGuess(family, outputs);
    return { guess: withRequest(named, request), alternatives: [] };
  }
  const fitting = all.filter((guess) => fitsLabels(guess, labels));
  const [guess, ...alternatives] = fitting.length > 0 ? fitting : all;
  const supported = hints.task === undefined || ['detect', 'segment', 'classify'].includes(hints.task);
  if (guess !== undefined && supported) return { guess: withRequest(guess, request), alternatives };
  const told = outputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ');
  const what = supported ? `no family has such outputs: ${told}` : `the task is ${hints.task ?? ''}`;
  const advice = 'name the family with --family and the outputs in its order with --outputs; docs/models.md lists them';
  throw refuse(request, 'family_unknown', what, advice);
}

/** A family that was named and whose shapes were not recognised: its decoder has the last word. */
function bareGuess(family: FamilyGuess['family'], outputs: readonly OnnxValue[]): FamilyGuess {
  const task = family === 'classify' ? 'classify' : family === 'yolov8-seg' ? 'segment' : 'detect';
  const own = family === 'anomaly' || family === 'autoencoder' ? 'anomaly' : task;
  return { family, task: own, outputs: outputs.map(({ name }) => name), reason: 'it was asked for', confidence: 1 };
}

function withRequest<G extends FamilyGuess>(guess: G, { outputs, outputLayout, outputOptions }: ImportRequest): G {
  return {
    ...guess,
    ...(outputs === undefined ? {} : { outputs }),
    ...(outputLayout === undefined ? {} : { layout: outputLayout }),
    ...(outputOptions === undefined ? {} : { options: { ...guess.options, ...outputOptions } }),
  };
}

function fitsLabels({ classes, family, options }: FamilyGuess, labels: number | undefined): boolean {
  if (classes === undefined || labels === undefined) return true;
  const background = family === 'ssd' || family === 'detr' || options?.background !== undefined;
  return labels === classes || (background && labels === classes - 1);
}

function chooseLabels(guess: FamilyGuess, { request, inspection }: Asked): Pick<Study, 'labels' | 'notes'> {
  if (guess.task === 'anomaly') return { labels: ['anomaly'], notes: [] };
  const given = request.labels ?? inspection.hints.names;
  const { classes } = guess;
  if (given !== undefined) {
    if (fitsLabels(guess, given.length)) return { labels: distinct(given), notes: [] };
    const whose = request.labels === undefined ? 'its metadata names' : 'there are';
    const advice = 'name with --labels one label per class, in the order of training';
    const message = `has room for ${classes ?? 0} classes, but ${whose} ${given.length} labels`;
    throw refuse(request, 'labels_count', message, advice);
  }
  if (classes === undefined) {
    const notes = ['labels are assumed to be the 80 of COCO: the file names none'];
    return { labels: COCO_LABELS, notes };
  }
  const { background } = guess.options ?? {};
  const own = classes - (background === undefined ? 0 : 1);
  if (own === COCO_LABELS.length) {
    return { labels: COCO_LABELS, notes: ['labels are assumed to be the 80 of COCO: there are as many classes'] };
  }
  const labels = own === 1 ? ['object'] : Array.from({ length: own }, (_, i) => `class${i}`);
  return { labels, notes: [`labels are placeholders (${labels.slice(0, 3).join(', ')}): name them with --labels`] };
}
