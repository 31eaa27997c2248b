import { writeFile } from 'node:fs/promises';
import { castBorder, parseOnnx, type ImageForm, prepareGraph, readInputs } from '@lineside/models';
import { describe, expect, it } from 'vitest';
import { type MadeModel, madeModel } from '../../../tests/support/made-model.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { type ProbedTensor, probeModel } from '../inference/index.ts';
import { exchanged, originalFeeds, preparedFeeds } from './inputs.ts';

const [WIDTH, HEIGHT] = [48, 32];
const SIGNAL = new AbortController().signal;

/** Numbers without a pattern, the same every time. */
function noise(seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** A picture with structure: a ramp, a disc, a bar. */
function scene(): Uint8Array {
  return Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
    const [x, y, channel] = [Math.floor(i / 3) % WIDTH, Math.floor(i / 3 / WIDTH), i % 3];
    if (Math.hypot(x - 14, y - 16) < 9) return [240, 180, 30][channel] ?? 0;
    return x > 34 && x < 40 ? 20 : Math.min(255, x * 3 + y * 2 + channel * 20);
  });
}

interface Variant {
  readonly model: Partial<MadeModel>;
  readonly color: 'rgb' | 'bgr';
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

const SHARES = { mean: [0, 0, 0], std: [255, 255, 255] } as const;
const IMAGENET = { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] } as const;

/** Outputs of the original on pictures in its own form, and of the prepared graph on the same as RGB bytes. */
async function both(dir: TempDir, variant: Variant): Promise<readonly (readonly ProbedTensor[])[][]> {
  const made = madeModel({
    width: WIDTH,
    height: HEIGHT,
    outputs: [{ name: 'out', shape: [1, 5, 7] }],
    ...variant.model,
  });
  const given = parseOnnx('given.onnx', made);
  const whole = parseOnnx('whole.onnx', castBorder(given.model) ?? made);
  const inputs = readInputs(whole.model, variant.model.layout);
  if ('unfit' in inputs) throw new Error(inputs.unfit);
  const { color, mean, std } = variant;
  const form: ImageForm = { input: inputs.image, width: WIDTH, height: HEIGHT, color, mean, std };
  const pictures = [
    noise(1),
    noise(2),
    scene(),
    new Uint8Array(WIDTH * HEIGHT * 3),
    new Uint8Array(WIDTH * HEIGHT * 3).fill(255),
  ];
  await writeFile(dir.join('whole.onnx'), whole.bytes);
  const runs = pictures.map((rgb) => originalFeeds(color === 'rgb' ? rgb : exchanged(rgb), form, inputs));
  const before = await probeModel({ path: dir.join('whole.onnx'), runs }, 60_000, SIGNAL);
  const [first = []] = before;
  const prepared = prepareGraph(whole.model, form, first);
  await writeFile(dir.join('prepared.onnx'), prepared.bytes);
  const feeds = pictures.map((rgb) => preparedFeeds(rgb, form, inputs, prepared.input));
  const after = await probeModel({ path: dir.join('prepared.onnx'), runs: feeds }, 60_000, SIGNAL);
  return [[...before], [...after]];
}

describe('a prepared graph has the outputs of the original', () => {
  const variants: readonly (readonly [string, Variant])[] = [
    ['planes, RGB, 0 to 1', { model: {}, color: 'rgb', ...SHARES }],
    ['planes, BGR, 0 to 1', { model: {}, color: 'bgr', ...SHARES }],
    ['planes, BGR, bytes', { model: {}, color: 'bgr', mean: [0, 0, 0], std: [1, 1, 1] }],
    ['planes, RGB, mean and deviation', { model: {}, color: 'rgb', ...IMAGENET }],
    ['planes, BGR, mean and deviation', { model: {}, color: 'bgr', ...IMAGENET }],
    ['packed, RGB, 0 to 1', { model: { layout: 'nhwc' }, color: 'rgb', ...SHARES }],
    ['packed, BGR, mean and deviation', { model: { layout: 'nhwc' }, color: 'bgr', ...IMAGENET }],
    ['bytes, packed, RGB', { model: { type: 'uint8', layout: 'nhwc' }, color: 'rgb', ...SHARES }],
    ['bytes, planes, BGR', { model: { type: 'uint8' }, color: 'bgr', ...SHARES }],
    ['half precision, BGR', { model: { type: 'float16' }, color: 'bgr', ...SHARES }],
    ['double precision', { model: { type: 'float64' }, color: 'rgb', ...IMAGENET }],
    ['grey', { model: { channels: 1 }, color: 'rgb', ...SHARES }],
    ['grey and packed', { model: { channels: 1, layout: 'nhwc' }, color: 'rgb', ...SHARES }],
    ['open sizes', { model: { open: true }, color: 'rgb', ...SHARES }],
    ['an input for the size of the image', { model: { sizesInput: 'int64' }, color: 'rgb', ...SHARES }],
  ];

  it.each(variants)('for an original with %s', async (_name, variant) => {
    await using dir = await tempDir();
    const [before = [], after = []] = await both(dir, variant);
    expect(before).toHaveLength(5);
    for (const [i, outputs] of before.entries()) {
      const wanted = Array.from(outputs[0]?.data ?? [], Number);
      const got = Array.from(after[i]?.[0]?.data ?? [], Number);
      expect(got).toHaveLength(35);
      // Rounding of float32, of the half precision inside where there is any.
      const slack = variant.model.type === 'float16' ? 2e-3 : 1e-5;
      const range = Math.max(...wanted) - Math.min(...wanted) + 1e-3;
      for (const [n, value] of wanted.entries()) expect(Math.abs(value - (got[n] ?? NaN)) / range).toBeLessThan(slack);
      expect(after[i]?.[0]?.type).toBe('float32');
    }
    // A network that sees nothing would agree with any other.
    expect(new Set(before.map((outputs) => Number(outputs[0]?.data[0]))).size).toBeGreaterThan(2);
  });

  it('and differs with a wrong channel order', async () => {
    await using dir = await tempDir();
    const [before = []] = await both(dir, { model: {}, color: 'rgb', ...SHARES });
    const [, after = []] = await both(dir, { model: {}, color: 'bgr', ...SHARES });
    const apart = Math.abs(Number(before[2]?.[0]?.data[0]) - Number(after[2]?.[0]?.data[0]));
    expect(apart).toBeGreaterThan(1e-3);
  });
});
