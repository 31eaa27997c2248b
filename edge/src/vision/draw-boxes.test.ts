import sharp from 'sharp';
import { expect, it } from 'vitest';
import { drawOnJpeg } from './draw-boxes.ts';

const grey = (): Promise<Buffer> =>
  sharp({ create: { width: 160, height: 80, channels: 3, background: '#808080' } })
    .jpeg()
    .toBuffer();

async function pixelAt(jpeg: Buffer, x: number, y: number): Promise<readonly number[]> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
}

it('boxes in pixels of the source are drawn on a smaller JPEG, and nothing else changes', async () => {
  const overlays = [{ box: [160, 80, 240, 140] as const, text: '', colour: 'bad' as const }];
  const drawn = await drawOnJpeg({ jpeg: await grey(), overlays, source: { width: 320, height: 160 } });
  const [red = 0, green = 255] = await pixelAt(drawn, 80, 55);
  expect(red - green).toBeGreaterThan(60);
  for (const level of await pixelAt(drawn, 20, 20)) expect(Math.abs(level - 128)).toBeLessThan(4);
});

it('a thumbnail has the width that is asked for and the shape of the picture, and is never larger', async () => {
  const sizeOf = async (maxWidth: number): Promise<readonly unknown[]> => {
    const { width, height } = await sharp(await drawOnJpeg({ jpeg: await grey(), overlays: [], maxWidth })).metadata();
    return [width, height];
  };
  expect(await sizeOf(40)).toEqual([40, 20]);
  expect(await sizeOf(1000)).toEqual([160, 80]);
});
