import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { familyOf, ModelError, PrepareError, prepareGraph } from '@lineside/models';
import type { ProbedTensor } from '../inference/index.ts';
import { messageOf } from '@lineside/kit';
import { exchanged, preparedFeeds } from './inputs.ts';
import type { ImportRequest } from './request.ts';
import { probe } from './run-original.ts';
import type { Analysis, AnalysisTools } from './analyse.ts';

/** Fraction of an output's range by which rounding may differ. */
const TOLERANCE = 1e-3;

/** File of the prepared graph in the scratch folder. */
export const PREPARED_FILE = 'prepared.onnx';

/** How the model will be run. */
export type Preparation =
  | {
      readonly prepared: true;
      readonly bytes: Uint8Array;
      readonly input: string;
      /** Largest difference from the original on any image, as a fraction of the output's range. */
      readonly difference: number;
    }
  | { readonly prepared: false; readonly reason: string };

/** Prepares the graph and compares its outputs with the original's on every image. A graph that cannot be prepared is no error. */
export async function prepareModel(
  analysis: Analysis,
  request: ImportRequest,
  tools: AnalysisTools,
): Promise<Preparation> {
  const { whole, inputs, frames, runs } = analysis;
  try {
    const form = graphForm(analysis);
    const outputs = (runs[0] ?? []).map(({ name, type, shape }, i) => ({ name, type, shape: shapeOf(shape, runs, i) }));
    const { bytes, input } = prepareGraph(whole.model, form, outputs);
    const path = join(tools.scratch, PREPARED_FILE);
    await writeFile(path, bytes);
    const turned = analysis.form.color !== form.color;
    const feeds = frames.map(({ pixels }) => preparedFeeds(turned ? exchanged(pixels) : pixels, form, inputs, input));
    const again = await probe({ path, runs: feeds }, request, tools.signal);
    const difference = Math.max(0, ...again.map((outputs, i) => largestDifference(runs[i] ?? [], outputs)));
    if (difference <= TOLERANCE) {
      const { batch } = request;
      if (batch === undefined) return { prepared: true, bytes, input, difference };
      const several = prepareGraph(whole.model, { ...form, batch }, outputs);
      await writeFile(path, several.bytes);
      return { prepared: true, ...several, difference };
    }
    const percent = (100 * difference).toPrecision(2);
    return {
      prepared: false,
      reason: `the prepared graph differs from the original by ${percent} % of an output's range`,
    };
  } catch (error) {
    if (error instanceof PrepareError) return { prepared: false, reason: error.message };
    if (error instanceof ModelError) return { prepared: false, reason: `the prepared graph ${messageOf(error)}` };
    throw error;
  }
}

/** A dimension is fixed where it was the same in every run; a number of detections differs from image to image. */
function shapeOf(shape: readonly number[], runs: Analysis['runs'], output: number): readonly (number | string)[] {
  return shape.map((size, axis) => (runs.every((run) => run[output]?.shape[axis] === size) ? size : `n${axis}`));
}

/** An autoencoder's output has its own channel order, so the camera's pixels are delivered in that order. */
export function graphForm({ form, guess }: Analysis): Analysis['form'] {
  return familyOf(guess.family).reconstructsInput === true ? { ...form, color: 'rgb' } : form;
}

function largestDifference(before: readonly ProbedTensor[], after: readonly ProbedTensor[]): number {
  let largest = 0;
  for (const { name, data } of before) {
    const other = after.find((output) => output.name === name)?.data;
    if (other === undefined || other.length !== data.length) return Number.POSITIVE_INFINITY;
    let [least, most, apart] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
    for (let i = 0; i < data.length; i++) {
      const [a, b] = [Number(data[i]), Number(other[i])];
      // NaN and infinity must be the same in both.
      if (!Number.isFinite(a) && Object.is(a, b)) continue;
      least = Math.min(least, a);
      most = Math.max(most, a);
      apart = Math.max(apart, Math.abs(a - b));
      if (Number.isNaN(a - b)) return Number.POSITIVE_INFINITY;
    }
    // One number has no range: it is compared with its own size.
    const range = Math.max(data.length === 1 ? Math.abs(most) : most - least, 1e-6);
    if (data.length > 0) largest = Math.max(largest, apart / range);
  }
  return largest;
}
