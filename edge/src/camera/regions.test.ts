import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type Region, regionRect } from '../domain/index.ts';
import { readCapabilities } from './capabilities.ts';
import { ffmpegArguments } from './ffmpeg-args.ts';
import { type OutputFormat, outputSize, pictureBytes } from './format.ts';

const FFMPEG = readCapabilities(
  'ffmpeg',
  'ffmpeg version 5.1\nlibavutil 57. 28.100\nlibavformat 59. 27.100',
  '',
  'Filter showinfo\n   checksum ',
);

/** Red rises with x, green with y, blue numbers blocks of 256: each pixel of a frame up to 512 wide encodes its place. */
const place = (width: number, height: number, pixels = 'rgb24'): string =>
  `lavfi:nullsrc=size=${width}x${height}:rate=1:duration=1,format=gbrp,` +
  `geq=r='mod(X,256)':g='mod(Y,256)':b='16*floor(X/256)+64*floor(Y/256)',format=${pixels}`;

function firstFrame(url: string, format: OutputFormat): Buffer {
  const request = { url, transport: 'tcp' as const, paced: false, loop: false, timeoutMs: 5_000, formats: [format] };
  const args = ffmpegArguments(
    { ...request, choice: { kind: 'every' }, picture: 'none', pixelAspect: 'honour' },
    FFMPEG,
  );
  const output = args.map((arg) => (arg === 'pipe:3' ? 'pipe:1' : arg));
  return spawnSync('ffmpeg', output, { maxBuffer: 1 << 26 }).stdout;
}

const at = (pixels: Buffer, width: number, x: number, y: number): number[] => {
  const from = 3 * (y * width + x);
  return [...pixels.subarray(from, from + 3)];
};
const colour = (x: number, y: number): number[] => [
  x % 256,
  y % 256,
  16 * Math.floor(x / 256) + 64 * Math.floor(y / 256),
];

describe('a part of the picture', () => {
  const odd = { width: 317, height: 211 };
  const REGIONS: readonly Region[] = [
    [0, 0, 1, 1],
    [0.1, 0.2, 0.5, 0.9],
    [0.333, 0.777, 0.334, 0.778],
    [0.7, 0.6, 1, 1],
    [0.999, 0.999, 1, 1],
  ];

  it.each(REGIONS)(
    'the region %f %f %f %f is cropped to the calculated pixels, also at the right and lower edge',
    (...region) => {
      const rect = regionRect(region, odd);
      const format = { color: 'rgb', region, scale: 1 } as const;
      const pixels = firstFrame(place(odd.width, odd.height), format);
      expect(outputSize(format, odd)).toEqual({ width: rect.width, height: rect.height });
      expect(pixels).toHaveLength(pictureBytes(rect));
      const corners = [
        [0, 0],
        [rect.width - 1, 0],
        [0, rect.height - 1],
        [rect.width - 1, rect.height - 1],
      ] as const;
      for (const [x, y] of corners) {
        expect(at(pixels, rect.width, x, y)).toEqual(colour(rect.left + x, rect.top + y));
      }
      expect(rect.left + rect.width).toBeLessThanOrEqual(odd.width);
      expect([rect.left % 2, rect.top % 2]).toEqual([0, 0]);
    },
  );

  it.each(['yuv420p', 'nv12', 'yuvj422p'])('a region has the calculated size in the pixel format %s', (layout) => {
    for (const region of REGIONS) {
      const rect = regionRect(region, odd);
      const pixels = firstFrame(place(odd.width, odd.height, layout), { color: 'bgr', region, scale: 1 });
      expect(pixels).toHaveLength(pictureBytes(rect));
    }
  });

  it('is scaled to whole pixels, rounded half up', () => {
    const format = { color: 'rgb', region: [0, 0, 0.5, 1], scale: 0.5 } as const;
    const pixels = firstFrame(place(odd.width, odd.height), format);
    expect(pixels).toHaveLength(pictureBytes(outputSize(format, odd)));
  });

  it('fills a letterbox of its own', () => {
    const region: Region = [0.5, 0, 1, 1];
    const box = { width: 64, height: 64, color: 'rgb', anchor: 'center', fill: 114, region } as const;
    const red = 'lavfi:color=blue:size=128x128:rate=1:duration=1,drawbox=x=64:y=0:w=64:h=128:color=red:t=fill';
    const pixels = firstFrame(red, box);
    const [r = 0, , b = 0] = at(pixels, 64, 32, 32);
    // The half is twice as high as wide: bars left and right, red between them, blue nowhere.
    expect(at(pixels, 64, 2, 32)).toEqual([114, 114, 114]);
    expect(r).toBeGreaterThan(200);
    expect(b).toBeLessThan(60);
    expect(at(pixels, 64, 17, 32)[2]).toBeLessThan(60);
  });
});
