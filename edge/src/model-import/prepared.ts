import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { familyOf, ModelError, PrepareError, prepareGraph } from '@lineside/models';
import type { ProbedTensor } from '../inference/index.ts';
import { messageOf } from '@lineside/kit';
import { exchanged, preparedFeeds } from './inputs.ts';
import type { ImportRequest } from './request.ts';
import { probe } from './run-original.ts';
import type { Analysis, AnalysisTools } from './analyse.ts';

/** Share of an output's range that rounding may differ by. */
const TOLERANCE = 1e-3;

/** Where the prepared graph lies while it is tried. */
export const PREPARED_FILE = 'prepared.onnx';

/** How the model will be run. */
export type Preparation =
  | {
      readonly prepared: true;
      readonly bytes: Uint8Array;
      readonly input: string;
      /** Largest difference to the original on any picture, as a share of the output's range. */
      readonly difference: number;
    }
  | { readonly prepared: false; readonly reason: string };

/** Prepares the graph and holds its outputs against the original's on every picture. Never throws for the graph's sake. */
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
    const share = (100 * difference).toPrecision(2);
    return {
      prepared: false,
      reason: `the prepared graph differs from the original by ${share} % of an output's range`,
    };
  } catch (error) {
    if (error instanceof PrepareError) return { prepared: false, reason: error.message };
    if (error instanceof ModelError) return { prepared: false, reason: `the prepared graph ${messageOf(error)}` };
    throw error;
  }
}

/** A dimension is fixed where every run had the same; a number of finds differs from picture to picture. */
function shapeOf(shape: readonly number[], runs: Analysis['runs'], output: number): readonly (number | string)[] {
  return shape.map((size, axis) => (runs.every((run) => run[output]?.shape[axis] === size) ? size : `n${axis}`));
}

/** An autoencoder draws its own channel order: there the camera's bytes come in that order, and the graph changes none. */
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
      // A number that is none must be the same in both.
      if (!Number.isFinite(a) && Object.is(a, b)) continue;
      least = Math.min(least, a);
      most = Math.max(most, a);
      apart = Math.max(apart, Math.abs(a - b));
      if (Number.isNaN(a - b)) return Number.POSITIVE_INFINITY;
    }
    const range = Math.max(most - least, 1e-6);
    if (data.length > 0) largest = Math.max(largest, apart / range);
  }
  return largest;
}
