import { writeFile } from 'node:fs/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tempDir, type TempDir } from '../../../tests/support/temp-dir.ts';
import {
  brightBlobDetector,
  constantDetector,
  tinyManifest,
  wrongShapeModel,
  wrongTypeModel,
} from '../../../tests/support/tiny-onnx.ts';
import { deriveManifest } from './derive-manifest.ts';
import { endlessModel } from '../../../tests/support/endless-model.ts';
import { describeModel, OnnxSession } from './onnx-session.ts';
import type { ModelSpec } from './model-spec.ts';

const SIZE = 64;
const signal = AbortSignal.timeout(600_000);
const BOX = { cx: 32, cy: 32, width: 16, height: 8, classIndex: 1, score: 0.75 };
const model = constantDetector({ size: SIZE, classes: 2, boxes: [BOX] });

let dir: TempDir;
const open: OnnxSession[] = [];

beforeAll(async () => {
  dir = await tempDir();
  return () => dir[Symbol.asyncDispose]();
});

afterEach(async () => {
  for (const session of open.splice(0)) await session.close();
});

/** A session on a file with these bytes. */
async function sessionOf(bytes: Uint8Array, change: Partial<ModelSpec> = {}): Promise<OnnxSession> {
  const path = dir.join(`${crypto.randomUUID()}.onnx`);
  await writeFile(path, bytes);
  const manifest = tinyManifest(model, { size: SIZE, labels: ['product', 'cap'] });
  const session = new OnnxSession({ id: 'm', path, sha256: manifest.sha256, manifest, ...change });
  open.push(session);
  return session;
}

const frame = (): Uint8Array<ArrayBuffer> => new Uint8Array(SIZE * SIZE * 3);
const SOURCE = { width: 128, height: 128 };

describe('a model on its thread', () => {
  it('a session loads a model, proves it, and decodes frames', async () => {
    const session = await sessionOf(model);
    const facts = await session.start(signal);
    expect(facts).toMatchObject({ provider: 'cpu', fallback: false });
    const pixels = frame();
    const answer = await session.infer(pixels, SOURCE, 10_000);
    expect(answer.seen?.detections).toEqual([{ label: 'cap', classId: 1, score: 0.75, box: [48, 56, 80, 72] }]);
    expect(await session.close()).toBe(true);
  });

  it("a session takes the frame's buffer and returns it", async () => {
    const session = await sessionOf(model);
    await session.start(signal);
    const pixels = frame().fill(9);
    const waiting = session.infer(pixels, SOURCE, 10_000);
    expect(pixels.byteLength).toBe(0);
    const { pixels: back } = await waiting;
    expect([back.byteLength, back[0]]).toEqual([SIZE * SIZE * 3, 9]);
  });

  it('a session infers the given frame, not the previous one', async () => {
    const session = await sessionOf(brightBlobDetector({ size: SIZE, cell: 32, classes: 2 }));
    await session.start(signal);
    const bright = frame();
    for (let y = 32; y < 64; y++) bright.fill(255, (y * SIZE + 32) * 3, (y * SIZE + 64) * 3);
    const found = await session.infer(bright, SOURCE, 10_000);
    expect(found.seen?.detections.map(({ box }) => box)).toEqual([[64, 64, 128, 128]]);
    expect((await session.infer(frame(), SOURCE, 10_000)).seen?.detections).toEqual([]);
  });

  it('a session uses the configured threshold instead of the manifest’s', async () => {
    const session = await sessionOf(model, { score: 0.8 });
    await session.start(signal);
    expect((await session.infer(frame(), SOURCE, 10_000)).seen?.detections).toEqual([]);
  });

  it('an output with impossible values is reported as a failure, not as an empty result', async () => {
    const session = await sessionOf(
      constantDetector({ size: SIZE, classes: 2, boxes: [{ ...BOX, score: Number.NaN }] }),
    );
    await session.start(signal);
    const { seen, failure } = await session.infer(frame(), SOURCE, 10_000);
    expect([seen, failure?.reason]).toEqual([undefined, 'bad_output']);
  });

  it.each([
    ['model_missing', 'is not there', async () => sessionOf(model, { path: '/nowhere/model.onnx' })],
    ['model_unreadable', 'is cut off', async () => sessionOf(model.subarray(0, model.length >> 1))],
    ['model_unreadable', 'is no ONNX file', async () => sessionOf(Buffer.from('not a model at all'))],
    ['model_unreadable', 'is empty', async () => sessionOf(new Uint8Array(0))],
    ['model_shape', 'gives no table of boxes', async () => sessionOf(wrongShapeModel(SIZE))],
    ['model_shape', 'takes other pixels', async () => sessionOf(wrongTypeModel(SIZE))],
    [
      'model_labels',
      'has more classes than labels',
      async () => sessionOf(constantDetector({ size: SIZE, classes: 5, boxes: [BOX] })),
    ],
  ])('fails with %s when the file %s', async (code, _, broken) => {
    const session = await broken();
    await expect(session.start(signal)).rejects.toMatchObject({ code, advice: expect.stringMatching(/\w/) as string });
  });

  it('a session whose inference does not end is given up by its CPU time, and is stuck for good', async () => {
    const endless = endlessModel(SIZE, 200);
    const manifest = tinyManifest(endless, { size: SIZE, labels: ['thing'] });
    const session = await sessionOf(endless, { manifest });
    await session.start(signal);
    const { pixels } = await session.infer(frame(), SOURCE, 10_000);
    const waiting = session.infer(pixels.fill(255), SOURCE, 500);
    await expect(waiting).rejects.toMatchObject({
      code: 'deadline',
      message: expect.stringMatching(/no answer after \d+ ms of CPU time/) as string,
    });
    expect(session.stuck).toBe(true);
    expect(await session.close()).toBe(false);
    await expect(session.infer(frame(), SOURCE, 10_000)).rejects.toMatchObject({ code: 'session_closed' });
  });
});

describe('a model file without a manifest', () => {
  it('a manifest is derived from the inputs and outputs of a bare file', async () => {
    const path = dir.join('bare.onnx');
    await writeFile(path, model);
    const io = await describeModel(path, signal);
    expect(io).toEqual({
      inputs: [{ name: 'images', type: 'uint8', shape: [1, SIZE, SIZE, 3] }],
      outputs: [{ name: 'output0', type: 'float32', shape: [1, 6, 1] }],
    });
    const manifest = deriveManifest(io, ['product', 'cap']);
    const session = await sessionOf(model, { manifest });
    await session.start(signal);
    expect((await session.infer(frame(), SOURCE, 10_000)).seen?.detections[0]?.label).toBe('cap');
  });

  it('a file that is not a model is refused with a code', async () => {
    await expect(describeModel('/nowhere/model.onnx', signal)).rejects.toMatchObject({ code: 'model_missing' });
  });
});
