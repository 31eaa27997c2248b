import { ModelError, type ModelInputs, type OnnxInspection, type ImageForm } from '@lineside/models';
import { tooLarge } from '../domain/index.ts';
import { InferenceError, type ProbedTensor, probeModel } from '../inference/index.ts';
import { exchanged, originalFeeds } from './inputs.ts';
import type { TrialFrame } from './images.ts';
import { refuse } from './refuse.ts';
import type { ImportRequest, Size } from './request.ts';

/** Outputs of each run. */
export type Runs = readonly (readonly ProbedTensor[])[];

/** Sizes to try where neither the file nor its metadata states one, the most common first. */
const SIZES = [640, 320, 416, 224, 256, 512, 300, 128, 1024];

const PROBE_MS = 120_000;

/** The size to run at: requested, fixed in the file, stated in its metadata, or the first at which it runs. */
export async function workingSize(
  { image, sizes }: ModelInputs,
  reference: string,
  { hints }: OnnxInspection,
  { request, tools }: { readonly request: ImportRequest; readonly tools: { readonly signal: AbortSignal } },
): Promise<Size> {
  const { width, height } = image;
  const asked = request.size;
  if (asked !== undefined && ((width ?? asked.width) !== asked.width || (height ?? asked.height) !== asked.height)) {
    const advice = `leave --size out, or export the model with an open size`;
    throw refuse(request, 'size_unsupported', `takes ${width ?? '?'}x${height ?? '?'} pixels only`, advice);
  }
  if (width !== undefined && height !== undefined) return { width, height };
  const reported = hints.size === undefined ? undefined : { width: hints.size[1], height: hints.size[0] };
  const [large] = tooLarge({
    width: width ?? asked?.width ?? reported?.width,
    height: height ?? asked?.height ?? reported?.height,
  });
  if (large !== undefined) throw refuse(request, 'size_unsupported', large, 'name a smaller size with --size');
  const fixed = asked ?? reported;
  const candidates = (fixed === undefined ? SIZES : [fixed.width]).map((side) => ({
    width: width ?? side,
    height: height ?? fixed?.height ?? side,
  }));
  const failures: string[] = [];
  for (const size of candidates) {
    try {
      await probeBlank(reference, { image, sizes }, size, request, tools.signal);
      return size;
    } catch (error) {
      if (!(error instanceof ModelError) || error.code !== 'model_fails') throw error;
      failures.push(`${size.width}x${size.height}`);
    }
  }
  const advice = 'name the size it was trained for with --size, or export it with a fixed size';
  const message = `declares an open size, but runs at none of ${failures.join(', ')} pixels`;
  throw refuse(request, 'size_unsupported', message, advice);
}

/** Outputs for a uniformly grey image, or for the given ones, with pixels from 0 to 1. Throws ModelError. */
export async function probeBlank(
  reference: string,
  inputs: ModelInputs,
  size: Size,
  request: ImportRequest,
  signal: AbortSignal,
  images?: readonly Uint8Array[],
): Promise<Runs> {
  const form: ImageForm = { input: inputs.image, ...size, color: 'rgb', mean: [0, 0, 0], std: [255, 255, 255] };
  const grey = new Uint8Array(size.width * size.height * 3).fill(114);
  const runs = (images ?? [grey]).map((pixels) => originalFeeds(pixels, form, inputs));
  return probe({ path: reference, runs }, request, signal);
}

/** Outputs of the reference model for each frame. Throws ModelError. */
export async function runReference(
  { reference, form, inputs }: { readonly reference: string; readonly form: ImageForm; readonly inputs: ModelInputs },
  frames: readonly TrialFrame[],
  request: ImportRequest,
  signal: AbortSignal,
): Promise<Runs> {
  const runs = frames.map(({ pixels }) =>
    originalFeeds(form.color === 'rgb' ? pixels : exchanged(pixels), form, inputs),
  );
  return probe({ path: reference, runs }, request, signal);
}

/** Runs a model; a failure becomes a reason to refuse it. */
export async function probe(
  task: Parameters<typeof probeModel>[0],
  request: ImportRequest,
  signal: AbortSignal,
): Promise<Runs> {
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
      : 'export it again, and test it with onnxruntime where it was exported; it must run on the CPU';
    throw refuse(request, 'model_fails', `does not run: ${firstLine(error.message)}`, advice);
  }
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 300);
}
