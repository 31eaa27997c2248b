import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLASSES, drawStill, SCENES, writeStills, yoloLabels } from '../index.ts';

const [WIDTH, HEIGHT] = [320, 180];

describe.each(SCENES)('training pictures of a %s camera', (kind) => {
  it('follow from seed and number alone', () => {
    const one = drawStill(kind, 5, 3, WIDTH, HEIGHT);
    expect(drawStill(kind, 5, 3, WIDTH, HEIGHT)).toEqual(one);
    expect(drawStill(kind, 6, 3, WIDTH, HEIGHT).pixels.equals(one.pixels)).toBe(false);
    expect(drawStill(kind, 5, 4, WIDTH, HEIGHT).pixels.equals(one.pixels)).toBe(false);
  });

  it('show every class, and some show nothing that is wrong', () => {
    const stills = Array.from({ length: 60 }, (_, index) => drawStill(kind, 1, index, WIDTH, HEIGHT).boxes);
    expect(new Set(stills.flat().map((box) => box.label))).toEqual(new Set(CLASSES[kind]));
    const wrong = new Set(['defect', 'bare_head', 'spill', 'litter']);
    expect(stills.filter((boxes) => !boxes.some((box) => wrong.has(box.label))).length).toBeGreaterThan(3);
  });

  it('have labels that lie in the picture', () => {
    for (let index = 0; index < 20; index += 1) {
      const text = yoloLabels(kind, drawStill(kind, 2, index, WIDTH, HEIGHT).boxes, WIDTH, HEIGHT);
      for (const label of text.split('\n').slice(0, -1)) {
        const [cls, cx, cy, w, h] = label.split(' ').map(Number) as [number, number, number, number, number];
        expect(CLASSES[kind][cls], label).toBeDefined();
        expect(Math.min(w, h), label).toBeGreaterThan(0);
        expect(Math.min(cx - w / 2, cy - h / 2), label).toBeGreaterThan(-1e-5);
        expect(Math.max(cx + w / 2, cy + h / 2), label).toBeLessThan(1 + 1e-5);
      }
    }
  });
});

describe('a written set', () => {
  let out: string;
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), 'twin-stills-'));
  });
  afterAll(() => rm(out, { recursive: true }));

  it('has a label file beside each picture, and the names of the classes', async () => {
    await writeStills({ kind: 'people', count: 3, seed: 1, width: WIDTH, height: HEIGHT, out }, () => undefined);
    expect((await readdir(join(out, 'images'))).sort()).toEqual(['00000.jpg', '00001.jpg', '00002.jpg']);
    expect((await readdir(join(out, 'labels'))).sort()).toEqual(['00000.txt', '00001.txt', '00002.txt']);
    expect(await readFile(join(out, 'names.txt'), 'utf8')).toBe('person\nheadwear\nbare_head\n');
    const { format, width, height } = await sharp(join(out, 'images', '00001.jpg')).metadata();
    expect({ format, width, height }).toEqual({ format: 'jpeg', width: WIDTH, height: HEIGHT });
  });
});
