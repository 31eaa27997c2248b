import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  castBorder,
  contradicts,
  externalProblems,
  type FamilyGuess,
  type ImagePreparation,
  imagePreparation,
  inlineWeights,
  inspectLoaded,
  type LoadedOnnx,
  ModelError,
  type ModelInputs,
  type OnnxInspection,
  parseOnnx,
  type ImageForm,
  PrepareError,
  readInputs,
  resolveOptions,
  wantsRawPixels,
} from '@lineside/models';
import { tooLarge } from '../domain/index.ts';
import { plainFrames, type TrialFrame } from './images.ts';
import { type Asked, chooseGuess, chooseLabels, labelCount, withRequest } from './reading.ts';
import { refuse } from './refuse.ts';
import type { ImportRequest, Size } from './request.ts';
import { probeBlank, runReference, type Runs, workingSize } from './run-original.ts';

export interface AnalysisTools {
  /** Folder for files that are not kept. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** Images letterboxed for an input of this size, in RGB. */
  readonly frames: (size: Size, letterbox: ImagePreparation['letterbox']) => Promise<readonly TrialFrame[]>;
}

/** What the analysis of a model found, before the model is prepared. */
export interface Analysis {
  /** The reference: one file with float32 inputs and outputs, even where the original differs. */
  readonly whole: LoadedOnnx;
  readonly inspection: OnnxInspection;
  readonly inputs: ModelInputs;
  readonly form: ImageForm;
  readonly convention: ImagePreparation;
  readonly guess: FamilyGuess;
  readonly alternatives: readonly FamilyGuess[];
  readonly labels: readonly string[];
  readonly frames: readonly TrialFrame[];
  /** Outputs of the reference for each frame. */
  readonly runs: Runs;
  /** Assumptions that may be wrong. */
  readonly notes: readonly string[];
}

/** Runs the original on images and determines how its inputs and outputs are used. Throws ModelError where it is unusable. */
export async function analyseModel(file: LoadedOnnx, request: ImportRequest, tools: AnalysisTools): Promise<Analysis> {
  const inspection = await inspectLoaded(file);
  checkFile(file, inspection, request);
  const whole = await wholeModel(file, request, tools.scratch);
  const inputs = checkInputs(whole, request);
  const size = await workingSize(inputs, whole.path, inspection, { request, tools });
  const asked = { request, inspection, inputs, size };
  const plain = await probeBlank(whole.path, inputs, size, request, tools.signal, plainFrames(size));
  // A run shows the outputs; the outputs show the family, and the family how pixels are scaled. With pixels scaled so,
  // the numbers may show that it was another family.
  const dropped: FamilyGuess[] = [];
  for (;;) {
    const before = chooseGuess(whole, plain, asked, dropped);
    const settled = { width: size.width, labels: labelCount(asked) };
    const { convention, form } = preparationOf(resolveOptions(before.guess, plain, settled), whole, asked);
    const frames = await tools.frames(size, convention.letterbox);
    const runs = await runReference({ reference: whole.path, form, inputs }, frames, request, tools.signal);
    if (request.family === undefined && runs.some((outputs) => contradicts(before.guess, outputs))) {
      dropped.push(before.guess);
      continue;
    }
    const guess = withRequest(resolveOptions(before.guess, runs, settled), request);
    const parts = { whole, inspection, inputs, form, convention, guess, frames, runs };
    return { ...parts, alternatives: before.alternatives, ...labelsAndNotes(guess, asked, convention) };
  }
}

/** How images are prepared: as the request says, else as the family's models usually are. */
function preparationOf(
  guess: FamilyGuess,
  whole: LoadedOnnx,
  { request, inspection, inputs, size }: Asked,
): { readonly convention: Convention; readonly form: ImageForm } {
  const { stride, author } = inspection.hints;
  const usual = imagePreparation(guess, {
    ultralytics: stride !== undefined || /ultralytics/i.test(author ?? ''),
    rawPixels: wantsRawPixels(whole.model, inputs.image.name),
    hasSizesInput: inputs.sizes !== undefined,
    layout: inputs.image.layout,
  });
  const { fit } = request;
  const convention = fit === undefined ? usual : { ...usual, letterbox: { ...usual.letterbox, anchor: fit } };
  const form: ImageForm = {
    input: inputs.image,
    ...size,
    color: request.color ?? convention.color,
    mean: request.scaling?.mean ?? convention.mean,
    std: request.scaling?.std ?? convention.std,
  };
  return { convention, form };
}

type Convention = ReturnType<typeof imagePreparation>;

function labelsAndNotes(guess: FamilyGuess, asked: Asked, { reason }: Convention): Pick<Analysis, 'labels' | 'notes'> {
  const { request, inputs } = asked;
  const named = chooseLabels(guess, asked);
  const scaling =
    request.scaling === undefined && inputs.image.type !== 'uint8' ? [`pixels are scaled as ${reason}`] : [];
  return { labels: named.labels, notes: [...named.notes, ...scaling] };
}

/** Throws for what the file alone rules out, before any run. */
function checkFile(file: LoadedOnnx, inspection: OnnxInspection, request: ImportRequest): void {
  const missing = externalProblems(inspection.external);
  if (missing.length > 0) throw new ModelError(request.file, missing);
  const { custom } = inspection.operators;
  if (custom.length > 0) {
    const advice = 'export the model with operators of ONNX alone; a device runs no code that comes with a model';
    throw refuse(request, 'operators_custom', `needs operators that ONNX Runtime lacks: ${custom.join(', ')}`, advice);
  }
  checkInputs(file, request);
  if (inspection.outputs.every(({ type }) => ['sequence', 'map', 'string'].includes(type))) {
    const advice = 'export it without the step that turns numbers into a map (zipmap)';
    throw refuse(request, 'output_unsupported', 'no output is a tensor of numbers', advice);
  }
}

function checkInputs({ model }: LoadedOnnx, request: ImportRequest): ModelInputs {
  const inputs = readInputs(model, request.layout);
  if ('unfit' in inputs) throw refuse(request, 'input_unsupported', inputs.unfit, inputs.advice);
  const [large] = tooLarge(inputs.image);
  if (large !== undefined) throw refuse(request, 'size_unsupported', large, 'export it for a smaller input');
  const { batch } = inputs.image;
  if (batch !== undefined && batch !== 1) {
    const advice = 'export it with a batch of 1 or an open batch';
    throw refuse(request, 'input_unsupported', `takes ${batch} images at once`, advice);
  }
  if (batch !== undefined && request.batch !== undefined) {
    const advice = 'export it with an open batch (a dynamic first axis), or leave --batch out';
    throw refuse(request, 'input_unsupported', 'takes one image at once', advice);
  }
  return inputs;
}

/** The file itself where it is complete and has float32 inputs and outputs; else a converted copy in `scratch`. */
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
    throw refuse(
      request,
      'input_unsupported',
      `cannot be converted to float32 inputs and outputs: ${error.message}`,
      advice,
    );
  }
}
