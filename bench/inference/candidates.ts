import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadOnnx, prepareGraph, readInputs } from '@lineside/models';
import { findModel, specOf as specOfModel } from '../../edge/src/predictor/index.ts';
import type { ModelSpec } from '../../edge/src/inference/index.ts';
import { CLASSES, network, SIZE } from './network.ts';

/** One file to measure. */
export interface Candidate {
  readonly name: string;
  readonly spec: ModelSpec;
  /** As a training tool exports it: float32 planes, which cost a pixel loop per frame. */
  readonly original?: ModelSpec;
  readonly gigaMacs?: number;
}

/** Made-up detectors as they are exported, and the same prepared. */
export async function madeUp(folder: string, name: string, width: number): Promise<Candidate> {
  const { bytes, gigaMacs } = network(width);
  const exported = join(folder, `${name}.onnx`);
  await writeFile(exported, bytes);
  const { model } = await loadOnnx(exported);
  const inputs = readInputs(model);
  if ('unfit' in inputs) throw new Error(inputs.unfit);
  const form = {
    input: inputs.image,
    width: SIZE,
    height: SIZE,
    color: 'rgb',
    mean: [0, 0, 0],
    std: [255, 255, 255],
  } as const;
  const outputs = model.outputs.map((output) => ({
    name: output.name,
    type: output.type,
    shape: output.shape.map(Number),
  }));
  const prepared = prepareGraph(model, form, outputs);
  const path = join(folder, `${name}-prepared.onnx`);
  await writeFile(path, prepared.bytes);
  const original = specOf(name, exported, { name: 'images', type: 'float32', layout: 'nchw' });
  return {
    name,
    spec: specOf(name, path, { name: prepared.input, type: 'uint8', layout: 'nhwc' }),
    original,
    gigaMacs,
  };
}

type Form = Pick<ModelSpec['manifest']['input'], 'name' | 'type' | 'layout'>;

function specOf(id: string, path: string, form: Form): ModelSpec {
  const letterbox = { anchor: 'center', fill: 114 } as const;
  return {
    id,
    path,
    sha256: '',
    manifest: {
      input: { ...form, width: SIZE, height: SIZE, color: 'rgb', letterbox },
      output: { name: 'output0', family: 'yolov8' },
      labels: Array.from({ length: CLASSES }, (_, n) => `class${n}`),
      thresholds: { score: 0.25, iou: 0.45 },
    },
  };
}

/** A model of the catalog, a bundle's folder, or an .onnx file. */
export async function named(ref: string, signal: AbortSignal): Promise<Candidate> {
  const spec = await specOfModel(await findModel({ ref, cwd: process.cwd() }), {}, signal);
  return { name: spec.id, spec };
}
