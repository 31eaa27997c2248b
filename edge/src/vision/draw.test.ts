import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawJpeg, overlaySvg } from './draw.ts';

const SIZE = { width: 320, height: 180 };
const SOURCE = { width: 1280, height: 720 };

describe('a frame with boxes', () => {
  it('has the boxes at their places in the source, at any width', async () => {
    const overlays = [{ box: [400, 200, 800, 600], text: '', colour: 'bad' }] as const;
    const pixels = new Uint8Array(320 * 180 * 3);
    const { jpeg, width, height } = await drawJpeg({ pixels, size: SIZE, source: SOURCE, overlays, maxWidth: 160 });
    expect([width, height]).toEqual([160, 90]);
    const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([160, 90]);
    const red = (x: number, y: number): number => data[(y * 160 + x) * 3] ?? 0;
    // Edges at 1/8 of the source: 50, 25, 100, 75.
    expect([red(50, 50), red(100, 50), red(75, 25), red(75, 75)].every((value) => value > 90)).toBe(true);
    expect([red(75, 50), red(20, 50), red(120, 50), red(75, 85)].every((value) => value < 60)).toBe(true);
  });

  it('is never enlarged', async () => {
    const pixels = new Uint8Array(320 * 180 * 3);
    const { width } = await drawJpeg({ pixels, size: SIZE, source: SOURCE, overlays: [], maxWidth: 5_000 });
    expect(width).toBe(320);
  });

  it('writes the texts of boxes that lie upon each other beside each other, that of the event first', () => {
    const overlays = ['hair net', 'person', 'bare head'].map((text) => ({
      ...{ text, box: [400, 200, 800, 600] as const },
      colour: text === 'bare head' ? ('bad' as const) : ('good' as const),
    }));
    const svg = overlaySvg({ source: SOURCE, overlays }, SOURCE);
    const texts = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]+)</g)].map(([, x, y, text]) => [
      text,
      x,
      y,
    ]);
    expect(texts.map(([text]) => text)).toEqual(['bare head', 'hair net', 'person']);
    expect(new Set(texts.map(([, x, y]) => `${x} ${y}`)).size).toBe(3);
  });

  it('shows markup in a label as text', async () => {
    const text = `<script> & "cap"\u0000\u0007 ß 手`;
    const drawing = { source: SOURCE, overlays: [{ box: [0, 0, 10, 10], text, colour: 'plain' } as const] };
    expect(overlaySvg(drawing, SIZE)).toContain('&lt;script&gt; &amp; &quot;cap&quot; ß 手');
    const pixels = new Uint8Array(320 * 180 * 3);
    expect((await drawJpeg({ pixels, size: SIZE, ...drawing })).jpeg.length).toBeGreaterThan(0);
  });
});
