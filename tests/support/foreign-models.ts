import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Manifest } from '@lineside/models';
import sharp from 'sharp';
import { runHere } from './lineside.ts';
import { gridBoxes, type MadeModel, type MadeOutput } from './made-model.ts';
import type { TempDir } from './temp-dir.ts';

/** Side of the input of every model here, in pixels. */
export const SIDE = 64;
export const BOXES = gridBoxes(SIDE, SIDE);
/** Metadata as Ultralytics writes it. */
export const NAMES = { names: "{0: 'cap', 1: 'no cap'}", task: 'detect', stride: '32', imgsz: `[${SIDE}, ${SIDE}]` };

/** A model with a square input. */
export const square = (outputs: readonly MadeOutput[], more: Partial<MadeModel> = {}): MadeModel => ({
  width: SIDE,
  height: SIDE,
  outputs,
  ...more,
});

export const yolov8 = (classes = 2): MadeOutput => ({
  name: 'output0',
  shape: [1, 4 + classes, BOXES],
  parts: [
    { size: 4, as: 'sigmoid', factor: SIDE },
    { size: classes, as: 'sigmoid' },
  ],
});
export const rows = (
  name: string,
  shape: readonly number[],
  as: 'sigmoid' | 'linear' | 'softmax',
  factor = 1,
): MadeOutput => ({
  name,
  shape,
  axis: shape.length - 1,
  parts: [{ size: shape.at(-1) ?? 1, as, factor }],
});
export const yolov5 = (count: number): MadeOutput => ({
  name: 'output',
  shape: [1, count, 7],
  axis: 2,
  parts: [
    { size: 4, as: 'sigmoid', factor: SIDE },
    // Few of the cells show anything.
    { size: 3, as: 'sigmoid', bias: -4 },
  ],
});

/** A YOLOv8 model of two classes whose scores are those of `scores`. */
export const yolov8WithScores = (scores: Omit<NonNullable<MadeOutput['parts']>[number], 'size'>): MadeModel =>
  square([
    {
      name: 'output0',
      shape: [1, 6, BOXES],
      parts: [
        { size: 4, as: 'sigmoid', factor: SIDE },
        { size: 2, ...scores },
      ],
    },
  ]);

export interface Imported {
  readonly code: number;
  /** What the command printed with --json. */
  readonly answer: Record<string, unknown>;
  readonly stderr: string;
  readonly bundle: string;
}

/** Writes a model into `dir` and imports it with one golden image. */
export async function importForeign(dir: TempDir, bytes: Uint8Array, args: readonly string[] = []): Promise<Imported> {
  const file = dir.join('foreign.onnx');
  const bundle = dir.join('bundle');
  await writeFile(file, bytes);
  await writeFile(dir.join('seen.png'), await smallImage());
  const golden = ['--golden', dir.join('seen.png')];
  const fixed = ['model', 'import', file, '--id', 'mine', '--out', bundle, '--json', ...golden];
  const { code, stdout, stderr } = await runHere([...fixed, ...args]);
  const answer = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>;
  return { code, answer, stderr, bundle };
}

export async function manifestIn(bundle: string): Promise<Manifest> {
  return Manifest.parse(JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8')));
}

/** A small image with every level, so that no test waits for large ones. */
async function smallImage(): Promise<Uint8Array> {
  const pixels = Uint8Array.from({ length: 48 * 32 * 3 }, (_, i) => (i * 7 + Math.floor(i / 144) * 3) % 256);
  return sharp(pixels, { raw: { width: 48, height: 32, channels: 3 } })
    .png()
    .toBuffer();
}
