import type { ModelManifest } from '@lineside/models';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeModel, type ModelGraph } from '@lineside/models';
import { tempDir, type TempDir } from '../../../tests/support/temp-dir.ts';
import { OnnxSession } from './onnx-session.ts';
import type { ModelSpec } from './model-spec.ts';

const SIZE = 64;
const SOURCE = { width: 128, height: 128 };
const signal = AbortSignal.timeout(600_000);

let dir: TempDir;
const open: OnnxSession[] = [];

beforeAll(async () => {
  dir = await tempDir();
  return () => dir[Symbol.asyncDispose]();
});

afterEach(async () => {
  for (const session of open.splice(0)) await session.close();
});

const picture = { name: 'images', type: 'uint8', shape: [1, SIZE, SIZE, 3] } as const;

/** A graph that gives constants, whatever the picture. */
function constants(
  outputs: readonly { name: string; shape: number[]; data: Float32Array | BigInt64Array }[],
): ModelGraph {
  return {
    inputs: [picture],
    outputs: outputs.map(({ name, shape, data }) => {
      return { name, shape, type: data instanceof Float32Array ? 'float32' : 'int64' };
    }),
    constants: outputs.map(({ name, shape, data }) => ({ name: `${name}_value`, shape, data })),
    nodes: outputs.map(({ name }) => ({ op: 'Identity', inputs: [`${name}_value`], outputs: [name] })),
  };
}

function manifestOf(output: ModelManifest['output'], change: Partial<ModelManifest> = {}): ModelManifest {
  return {
    input: {
      name: 'images',
      type: 'uint8',
      layout: 'nhwc',
      width: SIZE,
      height: SIZE,
      color: 'rgb',
      letterbox: { anchor: 'center', fill: 114 },
    },
    output,
    labels: ['product', 'cap'],
    thresholds: { score: 0.5, iou: 0.45 },
    ...change,
  };
}

async function sessionOf(
  graph: ModelGraph,
  manifest: ModelManifest,
  change: Partial<ModelSpec> = {},
): Promise<OnnxSession> {
  const path = dir.join(`${crypto.randomUUID()}.onnx`);
  await writeFile(path, encodeModel(graph));
  const session = new OnnxSession({ id: 'm', path, sha256: '', manifest, ...change });
  open.push(session);
  return session;
}

const look = async (session: OnnxSession): ReturnType<OnnxSession['infer']> => {
  await session.start(signal);
  return session.infer(new Uint8Array(SIZE * SIZE * 3), SOURCE, 10_000);
};

/** Boxes in shares of the size that `orig_target_sizes` tells, with labels in 64 bits. */
const transformer: ModelGraph = {
  inputs: [picture, { name: 'orig_target_sizes', type: 'int64', shape: ['N', 2] }],
  outputs: [
    { name: 'labels', type: 'int64', shape: ['N', 2] },
    { name: 'boxes', type: 'float32', shape: ['N', 2, 4] },
    { name: 'scores', type: 'float32', shape: ['N', 2] },
  ],
  constants: [
    { name: 'l', shape: [1, 2], data: BigInt64Array.of(1n, 0n) },
    { name: 'b', shape: [1, 2, 4], data: Float32Array.of(0.25, 0.5, 0.75, 1, 0, 0, 1, 1) },
    { name: 's', shape: [1, 2], data: Float32Array.of(0.75, 0.25) },
  ],
  nodes: [
    { op: 'Identity', inputs: ['l'], outputs: ['labels'] },
    { op: 'Identity', inputs: ['s'], outputs: ['scores'] },
    { op: 'Cast', inputs: ['orig_target_sizes'], outputs: ['size'], attributes: { to: 1 } },
    { op: 'Concat', inputs: ['size', 'size'], outputs: ['sides'], attributes: { axis: 1 } },
    { op: 'Mul', inputs: ['b', 'sides'], outputs: ['boxes'] },
  ],
};
const queries = { name: 'labels', family: 'detr', names: ['labels', 'boxes', 'scores'] } as const;
const sizes = { name: 'orig_target_sizes', kind: 'orig_target_sizes', type: 'int64' } as const;

describe('a session of a model with several outputs', () => {
  it('a session feeds the size in whose pixels boxes are wanted, and reads 64-bit labels', async () => {
    const session = await sessionOf(transformer, manifestOf(queries, { extraInputs: [sizes] }));
    const { seen } = await look(session);
    expect(seen).toEqual({ detections: [{ label: 'cap', classId: 1, score: 0.75, box: [32, 64, 96, 128] }] });
  });

  it('a session is refused without an input that the graph needs, or with one of another type', async () => {
    const without = await sessionOf(transformer, manifestOf(queries));
    await expect(without.start(signal)).rejects.toMatchObject({ code: 'model_shape' });
    const other = await sessionOf(transformer, manifestOf(queries, { extraInputs: [{ ...sizes, type: 'float32' }] }));
    await expect(other.start(signal)).rejects.toMatchObject({ code: 'model_shape' });
  });

  it('a session is refused with an output that the graph does not have', async () => {
    const names = ['labels', 'boxes', 'confidences'];
    const manifest = manifestOf({ ...queries, names }, { extraInputs: [sizes] });
    await expect((await sessionOf(transformer, manifest)).start(signal)).rejects.toMatchObject({
      code: 'model_shape',
      message: expect.stringContaining('confidences') as string,
    });
  });

  it('a session returns masks, unless they are switched off', async () => {
    const table = Float32Array.of(32, 32, 16, 8, 0, 0.75, 1);
    const graph = constants([
      { name: 'o', shape: [1, 7, 1], data: table },
      { name: 'p', shape: [1, 1, 16, 16], data: new Float32Array(256).fill(1) },
    ]);
    const manifest = manifestOf({ name: 'o', family: 'yolov8-seg', names: ['o', 'p'] });
    const { seen } = await look(await sessionOf(graph, manifest));
    expect(seen?.detections[0]?.mask).toEqual({ x: 48, y: 56, width: 32, height: 16, runs: [0, 512] });
    const bare = await look(await sessionOf(graph, manifest, { masks: false }));
    expect(bare.seen?.detections).toEqual([{ label: 'cap', classId: 1, score: 0.75, box: [48, 56, 80, 72] }]);
  });
});

describe('a session of a model that reports on whole frames', () => {
  it('a session returns the classes of a classification', async () => {
    const graph = constants([{ name: 'o', shape: [1, 2], data: Float32Array.of(0, 3) }]);
    const manifest = manifestOf({ name: 'o', family: 'classify', options: { softmax: 'outside' } });
    const { seen } = await look(await sessionOf(graph, manifest));
    expect(seen?.classes?.map(({ label }) => label)).toEqual(['cap', 'product']);
    expect(seen?.detections.map(({ box }) => box)).toEqual([[0, 0, 128, 128]]);
  });

  it('a session returns an anomaly and, where it is requested, its map', async () => {
    const graph = constants([
      { name: 's', shape: [1, 1], data: Float32Array.of(0.75) },
      { name: 'm', shape: [1, 1, 2, 2], data: Float32Array.of(0, 0.25, 0.5, 0.75) },
    ]);
    const manifest = manifestOf({ name: 's', family: 'anomaly', names: ['s', 'm'] }, { labels: ['anomaly'] });
    expect((await look(await sessionOf(graph, manifest))).seen?.anomaly).toEqual({ score: 0.75 });
    const { seen } = await look(await sessionOf(graph, manifest, { maps: true }));
    expect(seen?.anomaly?.map).toEqual({ width: 2, height: 2, values: Float32Array.of(0, 0.25, 0.5, 0.75) });
    expect(seen?.detections[0]).toMatchObject({ label: 'anomaly', score: 0.75 });
  });
});

describe('a model whose outputs do not fit its manifest', () => {
  it('a model with a half-precision output is refused with advice', async () => {
    const graph: ModelGraph = {
      inputs: [picture],
      outputs: [{ name: 'o', type: 'float16', shape: [1, 2] }],
      constants: [{ name: 'v', shape: [1, 2], data: Float32Array.of(0, 1) }],
      nodes: [{ op: 'Cast', inputs: ['v'], outputs: ['o'], attributes: { to: 10 } }],
    };
    const session = await sessionOf(graph, manifestOf({ name: 'o', family: 'classify' }));
    await expect(session.start(signal)).rejects.toMatchObject({
      code: 'model_float16',
      advice: expect.stringContaining('lineside model import') as string,
    });
  });

  it('a model whose open shape turns out wrong is refused', async () => {
    const graph = constants([{ name: 'o', shape: [1, 9, 1], data: new Float32Array(9) }]);
    const declared: ModelGraph = {
      ...graph,
      outputs: [{ name: 'o', type: 'float32', shape: [1, 'attributes', 'boxes'] }],
    };
    const session = await sessionOf(declared, manifestOf({ name: 'o', family: 'yolov8' }));
    await expect(session.start(signal)).rejects.toMatchObject({ code: 'model_labels' });
  });

  it('a model with several outputs is refused when its manifest names one', async () => {
    const graph = constants([{ name: 'scores', shape: [1, 3, 2], data: new Float32Array(6) }]);
    const session = await sessionOf(graph, manifestOf({ name: 'scores', family: 'ssd' }));
    await expect(session.start(signal)).rejects.toMatchObject({
      code: 'model_shape',
      advice: expect.stringContaining('output.names') as string,
    });
  });
});
