import { writeFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { decodeImages, type FrameFormat, imagesPerBatch, inputFrames, probeFfmpeg } from './index.ts';

const signal = new AbortController().signal;
const FORMAT: FrameFormat = { width: 96, height: 64, color: 'bgr', anchor: 'center', fill: 114 };

/** Images of several sizes and forms, also with a name that FFmpeg could take for a pattern. */
async function images(dir: { join(name: string): string }): Promise<readonly string[]> {
  const raw = (width: number, height: number) =>
    sharp(
      Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 31 + (i >> 5)) % 256),
      {
        raw: { width, height, channels: 3 },
      },
    );
  const files: readonly (readonly [string, Buffer])[] = [
    ['a.png', await raw(120, 80).png().toBuffer()],
    ['b%03d.jpg', await raw(61, 200).jpeg({ quality: 80 }).toBuffer()],
    ['c.png', await raw(64, 64).greyscale().png().toBuffer()],
    ['d.jpg', await raw(33, 17).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer()],
  ];
  for (const [name, bytes] of files) await writeFile(dir.join(name), bytes);
  return files.map(([name]) => dir.join(name));
}

describe('several images decoded by one FFmpeg', () => {
  it.each(['center', 'stretch', 'cover', 'top-left'] as const)(
    'have the same pixels and sizes as each decoded alone, with the anchor %s',
    async (anchor) => {
      await using dir = await tempDir();
      const paths = await images(dir);
      const capabilities = await probeFfmpeg('ffmpeg', signal);
      const format = { ...FORMAT, anchor };
      const together = await decodeImages(paths, { format, capabilities, signal });
      const drawn = await decodeImages(paths, { format, whole: true, capabilities, signal });
      expect(together).toHaveLength(paths.length);
      expect(drawn?.map(({ pixels, source }) => ({ pixels, source }))).toEqual(together);
      for (const [n, path] of paths.entries()) {
        for await (const { pixels, width, height } of inputFrames(path, { format, capabilities, signal })) {
          expect(together?.[n]?.source).toEqual({ width, height });
          expect(Buffer.compare(Buffer.from(together?.[n]?.pixels ?? []), Buffer.from(pixels))).toBe(0);
        }
        for await (const { pixels } of inputFrames(path, { capabilities, signal })) {
          expect(Buffer.compare(Buffer.from(drawn?.[n]?.whole ?? []), Buffer.from(pixels))).toBe(0);
        }
      }
    },
  );

  it('are given up as soon as nobody uses them, although their signal lives on', async () => {
    await using dir = await tempDir();
    const paths = await images(dir);
    const options = { format: FORMAT, capabilities: await probeFfmpeg('ffmpeg', signal), signal };
    const decode = async (): Promise<readonly WeakRef<ArrayBuffer>[]> =>
      ((await decodeImages(paths, options)) ?? []).map(({ pixels }) => new WeakRef(pixels.buffer));
    const kept = await decode();
    expect(kept).toHaveLength(paths.length);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    // Pipes of the child close a moment later. A minute, the limit of a batch, would be too late.
    await waitFor(
      'the images to be given up',
      () => {
        collect();
        return kept.every((image) => image.deref() === undefined);
      },
      { withinMs: 15_000, everyMs: 100 },
    );
  });

  it('are none where they take too much memory in their own size, unless it is one alone', async () => {
    await using dir = await tempDir();
    const path = dir.join('large.png');
    await sharp({ create: { width: 5000, height: 3200, channels: 3, background: '#123' } }).toFile(path);
    const options = { format: FORMAT, capabilities: await probeFfmpeg('ffmpeg', signal), signal };
    expect(await decodeImages([path, path, path], options)).toHaveLength(3);
    expect(await decodeImages([path, path, path], { ...options, whole: true })).toBeUndefined();
    const alone = await decodeImages([path], { ...options, whole: true });
    const bytes = alone?.[0]?.whole?.length ?? 0;
    expect(bytes).toBe(5000 * 3200 * 3);
    expect([imagesPerBatch(FORMAT), imagesPerBatch(FORMAT, bytes), imagesPerBatch(FORMAT, 9 * bytes)]).toEqual([
      16, 2, 1,
    ]);
  });

  it('are none where one of them is no image', async () => {
    await using dir = await tempDir();
    const paths = await images(dir);
    await writeFile(dir.join('bad.jpg'), 'no image');
    const capabilities = await probeFfmpeg('ffmpeg', signal);
    const options = { format: FORMAT, capabilities, signal };
    expect(await decodeImages([...paths, dir.join('bad.jpg')], options)).toBeUndefined();
    expect(await decodeImages([...paths, dir.join('absent.jpg')], options)).toBeUndefined();
  });
});
