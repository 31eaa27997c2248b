import sharp from 'sharp';
import { inputSizeFor } from '@lineside/models';
import { parseLine, Scene } from '../../scripts/twin/src/index.ts';
import { median } from '../../edge/src/teaching/index.ts';
import type { PieceSet } from './verdict.ts';

export interface TwinPiecesRequest {
  readonly seed: number;
  readonly product: 'one' | 'mixed';
  readonly taught: number;
  readonly unseen: number;
}

const SIZE = { width: 960, height: 540 };
/** A frame in which a bottle has moved less than the width in which it is taken. */
const STEP = 6;
const PADDING = 0.1;

interface Crop {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
  readonly bad: boolean;
}

/** Bottles of a simulated line, each once, near the middle of the frame, cropped as a second stage crops them. */
export async function twinPieces({ seed, product, taught, unseen }: TwinPiecesRequest): Promise<PieceSet> {
  const crops = await cropsOf(seed, product, taught + unseen);
  const grid = inputSizeFor(median(crops.map(({ width, height }) => width / height)));
  const scaled = await Promise.all(
    crops.map(async ({ bytes, width, height, bad }) => {
      const pixels = await sharp(bytes, { raw: { width, height, channels: 3 } })
        .resize(grid.width, grid.height, { fit: 'fill', kernel: 'linear' })
        .raw()
        .toBuffer();
      return { pixels: new Uint8Array(pixels), bad };
    }),
  );
  const of = (bad: boolean): Uint8Array[] => scaled.filter((one) => one.bad === bad).map(({ pixels }) => pixels);
  return { grid, taught, good: of(false), bad: of(true) };
}

async function cropsOf(seed: number, product: 'one' | 'mixed', wanted: number): Promise<readonly Crop[]> {
  const { width, height } = SIZE;
  const camera = `{id: product, scene: product, bottlesPerMinute: 46, secondsInView: 6, defectRate: 0.35, product: ${product}}`;
  const line = parseLine(
    `seed: ${seed}\nsize: {width: ${width}, height: ${height}}\nfps: 10\nperiodSeconds: 60\ncameras: [${camera}]\n`,
    'bench',
  );
  const scene = new Scene(line, 'product');
  const frame = Buffer.alloc(scene.frameBytes);
  const seen = new Set<string>();
  const crops: Crop[] = [];
  for (let n = 0; crops.filter(({ bad }) => !bad).length < wanted; n += STEP) {
    const faulty = new Set(scene.incidents(n / 10 - 1, n / 10 + 1).map(({ objectId }) => objectId));
    for (const { label, objectId, x1, y1, x2, y2 } of scene.truth(n)) {
      if (label !== 'product' || seen.has(objectId) || Math.abs((x1 + x2) / 2 - width / 2) > width * 0.12) continue;
      seen.add(objectId);
      scene.render(n, frame);
      const [dx, dy] = [(x2 - x1) * PADDING, (y2 - y1) * PADDING];
      const [left, top] = [Math.max(0, Math.floor(x1 - dx)), Math.max(0, Math.floor(y1 - dy))];
      const size = {
        width: Math.min(width, Math.ceil(x2 + dx)) - left,
        height: Math.min(height, Math.ceil(y2 + dy)) - top,
      };
      const bytes = await sharp(frame, { raw: { ...SIZE, channels: 3 } })
        .extract({ left, top, ...size })
        .raw()
        .toBuffer();
      crops.push({ bytes, ...size, bad: faulty.has(objectId) });
    }
  }
  return crops;
}
