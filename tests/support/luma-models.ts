import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '@lineside/models';
import sharp from 'sharp';
import { encodeModel, type GraphNode, type OnnxValue } from '@lineside/models';
import { tinyManifest } from './tiny-onnx.ts';

const image = (size: number): OnnxValue => ({ name: 'images', type: 'uint8', shape: [1, size, size, 3] });
const toFloat: GraphNode = { op: 'Cast', inputs: ['images'], outputs: ['pixels'], attributes: { to: 1 } };
const full = { name: 'full', shape: [1], data: Float32Array.of(255) };

/** A classifier of two classes, bright and dark, whose scores are the mean of all pixels and what is left to 1. */
export function lumaClassifier(size: number): Uint8Array {
  return encodeModel({
    inputs: [image(size)],
    outputs: [{ name: 'output0', type: 'float32', shape: [1, 2] }],
    constants: [
      full,
      { name: 'one', shape: [1], data: Float32Array.of(1) },
      { name: 'row', shape: [2], data: BigInt64Array.of(1n, 1n) },
    ],
    nodes: [
      toFloat,
      { op: 'ReduceMean', inputs: ['pixels'], outputs: ['mean'], attributes: { keepdims: 0 } },
      { op: 'Reshape', inputs: ['mean', 'row'], outputs: ['level'] },
      { op: 'Div', inputs: ['level', 'full'], outputs: ['bright'] },
      { op: 'Sub', inputs: ['one', 'bright'], outputs: ['dark'] },
      { op: 'Concat', inputs: ['bright', 'dark'], outputs: ['output0'], attributes: { axis: 1 } },
    ],
  });
}

/** An anomaly model to which light is unusual: a map of means over cells of `cell` pixels, 0 to 1. */
export function lumaMap(size: number, cell: number): Uint8Array {
  return encodeModel({
    inputs: [image(size)],
    outputs: [{ name: 'output0', type: 'float32', shape: [1, 1, size / cell, size / cell] }],
    constants: [full, { name: 'plane', shape: [4], data: BigInt64Array.from([1, 1, size, size], BigInt) }],
    nodes: [
      toFloat,
      { op: 'ReduceMean', inputs: ['pixels'], outputs: ['luma'], attributes: { axes: [3], keepdims: 0 } },
      { op: 'Reshape', inputs: ['luma', 'plane'], outputs: ['levels'] },
      {
        op: 'AveragePool',
        inputs: ['levels'],
        outputs: ['cells'],
        attributes: { kernel_shape: [cell, cell], strides: [cell, cell] },
      },
      { op: 'Div', inputs: ['cells', 'full'], outputs: ['output0'] },
    ],
  });
}

export interface JudgeBundle {
  readonly size: number;
  readonly labels: readonly string[];
  readonly task: Manifest['task'];
  readonly output: Manifest['output'];
}

/** Writes a bundle of any family into `folder` and returns the folder. */
export async function writeBundle(folder: string, model: Uint8Array, facts: JudgeBundle): Promise<string> {
  const { task, output } = facts;
  const sha256 = createHash('sha256').update(model).digest('hex');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), model);
  await writeFile(
    join(folder, 'manifest.json'),
    JSON.stringify({ ...tinyManifest(model, facts), sha256, task, output }),
  );
  return folder;
}

/** Writes a black square picture with white squares of `side` pixels whose corners are given. */
export async function squares(
  path: string,
  size: number,
  side: number,
  corners: readonly (readonly [x: number, y: number])[],
): Promise<string> {
  const white = { create: { width: side, height: side, channels: 3, background: '#fff' } } as const;
  await mkdir(join(path, '..'), { recursive: true });
  await sharp({ create: { width: size, height: size, channels: 3, background: '#000' } })
    .composite(corners.map(([left, top]) => ({ input: white, left, top })))
    .png()
    .toFile(path);
  return path;
}
