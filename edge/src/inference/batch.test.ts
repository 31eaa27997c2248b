import type { ModelManifest } from '@lineside/models';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeModel } from '@lineside/models';
import { tempDir, type TempDir } from '../../../tests/support/temp-dir.ts';
import { brightBlobDetector, constantDetector, tinyManifest } from '../../../tests/support/tiny-onnx.ts';
import { BatchFeeder, sliceOutputs } from './batch.ts';
import { OnnxSession, type SessionAnswer, type SessionFrame } from './onnx-session.ts';

const SIZE = 64;
const SOURCE = { width: SIZE, height: SIZE };
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

async function sessionOf(bytes: Uint8Array, batch: number | undefined): Promise<OnnxSession> {
  const path = dir.join(`${crypto.randomUUID()}.onnx`);
  await writeFile(path, bytes);
  const manifest = tinyManifest(bytes, { size: SIZE, labels: ['bright'], ...(batch === undefined ? {} : { batch }) });
  const session = new OnnxSession({ id: 'm', path, sha256: manifest.sha256, manifest });
  open.push(session);
  return session;
}

/** Four cells of 32 pixels; those that are named are white. */
function picture(...cells: readonly number[]): SessionFrame {
  const pixels = new Uint8Array(SIZE * SIZE * 3);
  for (const cell of cells) {
    const [left, top] = [32 * (cell % 2), 32 * Math.floor(cell / 2)];
    for (let y = top; y < top + 32; y++) pixels.fill(255, (y * SIZE + left) * 3, (y * SIZE + left + 32) * 3);
  }
  return { pixels, source: SOURCE };
}

/** Cells that were seen, by picture; undefined where there is no result. */
const cellsOf = (answers: readonly SessionAnswer[]): (number[] | undefined)[] =>
  answers.map(({ seen }) => seen?.detections.map(({ box: [x, y] }) => x / 32 + (y / 32) * 2).toSorted());

describe('several frames in one run', () => {
  it.each([
    ['an open batch', 'n' as const, 4],
    ['a fixed batch', 4, 4],
  ])('give each its own answer and its own buffer back with %s', async (_, axis, batch) => {
    const session = await sessionOf(brightBlobDetector({ size: SIZE, batch: axis }), batch);
    expect(await session.start(signal)).toMatchObject({ batch });
    const pictures = [picture(0), picture(), picture(3, 1), picture(2)];
    const sent = pictures.map(({ pixels }) => Buffer.from(pixels).toString('hex'));
    const answers = await session.inferAll(pictures, 10_000);
    expect(cellsOf(answers)).toEqual([[0], [], [1, 3], [2]]);
    expect(answers.map(({ pixels }) => Buffer.from(pixels).toString('hex'))).toEqual(sent);
    expect(pictures.every(({ pixels }) => pixels.byteLength === 0)).toBe(true);
    expect(new Set(answers.map(({ startedMs, inferMs }) => `${startedMs} ${inferMs}`)).size).toBe(1);
  });

  it.each([
    ['an open batch', 'n' as const],
    ['a fixed batch', 4],
  ])('are as many as there are with %s: what is left of the run before is not seen again', async (_, axis) => {
    const session = await sessionOf(brightBlobDetector({ size: SIZE, batch: axis }), 4);
    await session.start(signal);
    const full = [picture(0, 1, 2, 3), picture(0, 1), picture(2), picture(3)];
    expect(cellsOf(await session.inferAll(full, 10_000))).toEqual([[0, 1, 2, 3], [0, 1], [2], [3]]);
    expect(cellsOf(await session.inferAll([picture(1), picture(2, 3)], 10_000))).toEqual([[1], [2, 3]]);
    expect(cellsOf([await session.infer(picture(3).pixels, SOURCE, 10_000)])).toEqual([[3]]);
    expect(cellsOf(await session.inferAll([picture(), picture(), picture()], 10_000))).toEqual([[], [], []]);
  });

  it('in a batch only the frame with impossible values fails', async () => {
    const session = await sessionOf(brightBlobDetector({ size: SIZE, batch: 'n', blindedBy255: true }), 4);
    await session.start(signal);
    const answers = await session.inferAll([picture(0), picture(0, 1, 2, 3), picture(2)], 10_000);
    expect(cellsOf(answers)).toEqual([[0], undefined, [2]]);
    expect(answers.map(({ failure }) => failure?.reason)).toEqual([undefined, 'bad_output', undefined]);
  });

  it('a batch is refused with a graph that takes another number, or gives one output for all', async () => {
    const two = await sessionOf(brightBlobDetector({ size: SIZE, batch: 2 }), 4);
    await expect(two.start(signal)).rejects.toMatchObject({ code: 'model_shape' });
    const untold = await sessionOf(brightBlobDetector({ size: SIZE, batch: 4 }), undefined);
    await expect(untold.start(signal)).rejects.toMatchObject({ code: 'model_shape' });
    const box = { cx: 32, cy: 32, width: 16, height: 8, classIndex: 0, score: 0.75 };
    const same = await sessionOf(constantDetector({ size: SIZE, classes: 1, boxes: [box], batch: 'n' }), 4);
    await expect(same.start(signal)).rejects.toMatchObject({ code: 'model_shape' });
  });
});

describe('a model with the size of its image as second input', () => {
  /** One box over the right half, in the pixels that it receives; its score is how bright the picture is. */
  const graph = (axis: number | string): Uint8Array =>
    encodeModel({
      inputs: [
        { name: 'images', type: 'uint8', shape: [axis, SIZE, SIZE, 3] },
        { name: 'orig_target_sizes', type: 'int64', shape: [axis, 2] },
      ],
      outputs: [
        { name: 'labels', type: 'int64', shape: [axis, 1] },
        { name: 'boxes', type: 'float32', shape: [axis, 1, 4] },
        { name: 'scores', type: 'float32', shape: [axis, 1] },
      ],
      constants: [
        { name: 'column', shape: [2], data: BigInt64Array.of(-1n, 1n) },
        { name: 'box', shape: [3], data: BigInt64Array.of(-1n, 1n, 4n) },
        { name: 'half', shape: [1, 1, 4], data: Float32Array.of(0.5, 0, 1, 1) },
        { name: 'zero', shape: [], data: Float32Array.of(0) },
        { name: 'most', shape: [], data: Float32Array.of(255) },
      ],
      nodes: [
        { op: 'Cast', inputs: ['images'], outputs: ['pixels'], attributes: { to: 1 } },
        { op: 'ReduceMean', inputs: ['pixels'], outputs: ['mean'], attributes: { axes: [1, 2, 3], keepdims: 1 } },
        { op: 'Reshape', inputs: ['mean', 'column'], outputs: ['level'] },
        { op: 'Div', inputs: ['level', 'most'], outputs: ['scores'] },
        { op: 'Mul', inputs: ['level', 'zero'], outputs: ['nothing'] },
        { op: 'Cast', inputs: ['nothing'], outputs: ['labels'], attributes: { to: 7 } },
        { op: 'Cast', inputs: ['orig_target_sizes'], outputs: ['size'], attributes: { to: 1 } },
        { op: 'Concat', inputs: ['size', 'size'], outputs: ['sides'], attributes: { axis: 1 } },
        { op: 'Reshape', inputs: ['sides', 'box'], outputs: ['scale'] },
        { op: 'Mul', inputs: ['half', 'scale'], outputs: ['boxes'] },
      ],
    });

  it.each([
    ['an open batch', 'n' as const],
    ['a fixed batch', 3],
  ])('is given it once per image, and all its outputs are cut, with %s', async (_, axis) => {
    const bytes = graph(axis);
    const path = dir.join(`${crypto.randomUUID()}.onnx`);
    await writeFile(path, bytes);
    const session = new OnnxSession({
      id: 'm',
      path,
      sha256: '',
      manifest: {
        ...tinyManifest(bytes, { size: SIZE, labels: ['bright'], batch: 3 }),
        extraInputs: [{ name: 'orig_target_sizes', kind: 'orig_target_sizes', type: 'int64' }],
        output: { name: 'labels', family: 'detr', names: ['labels', 'boxes', 'scores'] },
      },
    });
    open.push(session);
    await session.start(signal);
    const answers = await session.inferAll([picture(0, 1, 2), picture(0)], 10_000);
    expect(answers.map(({ seen }) => seen?.detections)).toEqual([
      [{ label: 'bright', classId: 0, score: 0.75, box: [32, 0, 64, 64] }],
      [],
    ]);
  });
});

describe('feeding', () => {
  const input: ModelManifest['input'] = {
    name: 'images',
    type: 'uint8',
    layout: 'nhwc',
    width: 1,
    height: 1,
    color: 'rgb',
    letterbox: { anchor: 'center', fill: 114 },
  };

  it('a single frame is fed without a copy', () => {
    const one = Uint8Array.of(1, 2, 3);
    expect(new BatchFeeder(input, undefined).feed([one]).values).toBe(one);
    expect(new BatchFeeder({ ...input, batch: 4 }, undefined).feed([one])).toEqual({ values: one, rows: 1 });
  });

  it('a fixed batch is filled up with zeros, also after a full one', () => {
    const feeder = new BatchFeeder({ ...input, batch: 2 }, 2);
    const [a, b] = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)];
    expect(feeder.feed([a, b])).toEqual({ values: Uint8Array.of(1, 2, 3, 4, 5, 6), rows: 2 });
    expect(feeder.feed([b])).toEqual({ values: Uint8Array.of(4, 5, 6, 0, 0, 0), rows: 2 });
  });

  it("each frame of a batch is converted to the model's input", () => {
    const feeder = new BatchFeeder({ ...input, type: 'float32', layout: 'nchw', batch: 2 }, undefined);
    const { values } = feeder.feed([Uint8Array.of(0, 255, 51), Uint8Array.of(255, 0, 0)]);
    expect([...values].map((value) => Math.round(value * 10) / 10)).toEqual([0, 1, 0.2, 1, 0, 0]);
  });

  it('the outputs of a batch are cut without copies', () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const parts = sliceOutputs(new Map([['o', { data, shape: [3, 2] }]]), 2, 3);
    expect(parts.map((part) => part.get('o'))).toEqual([
      { data: Float32Array.of(1, 2), shape: [1, 2] },
      { data: Float32Array.of(3, 4), shape: [1, 2] },
    ]);
    expect(parts[1]?.get('o')?.data.buffer).toBe(data.buffer);
    expect(() => sliceOutputs(new Map([['o', { data, shape: [1, 6] }]]), 2, 2)).toThrow(/no part for each/);
  });
});
