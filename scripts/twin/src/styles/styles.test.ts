import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CONDITIONS, drawStill, loadLine, Scene, SCENES, type SceneKind, STYLE_NAMES, STYLES } from '../index.ts';
import type { Looks, StyleName } from '../index.ts';

const [WIDTH, HEIGHT] = [160, 90];
const looks = (style: StyleName): Looks => ({ styles: [style], conditions: [] });
const still = (kind: SceneKind, index: number, how?: Looks): ReturnType<typeof drawStill> =>
  drawStill(kind, 4, index, WIDTH, HEIGHT, how);

/** Mean difference of two pictures, in grey levels. */
function difference(a: Buffer, b: Buffer): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]!), 0) / a.length;
}

describe('without a style', () => {
  // Shipped models and other tests stand on these pictures.
  it.each([
    ['product', 'cb024867c0573d51'],
    ['people', 'c0345492b018ef74'],
    ['floor', 'd0ebbc18c00bf448'],
  ] as const)('pictures of a %s camera are what they always were', async (kind, expected) => {
    const line = await loadLine(new URL('../../line.yaml', import.meta.url).pathname);
    const scene = new Scene({ ...line, size: { width: WIDTH, height: HEIGHT } }, kind);
    const frame = Buffer.alloc(scene.frameBytes);
    const hash = createHash('sha256');
    for (const index of [0, 137, 555]) {
      scene.render(index, frame);
      hash.update(frame).update(JSON.stringify(scene.truth(index)));
    }
    for (const index of [0, 1, 2]) hash.update(still(kind, index).pixels);
    expect(hash.digest('hex').slice(0, 16)).toBe(expected);
  });
});

describe.each(STYLE_NAMES.filter((name) => name !== 'plain'))('the style %s', (name) => {
  it('draws the same pictures for the same seed, other ones than plain, of the same objects', () => {
    for (const kind of SCENES) {
      const [drawn, again, plain] = [still(kind, 2, looks(name)), still(kind, 2, looks(name)), still(kind, 2)];
      expect(again.pixels.equals(drawn.pixels)).toBe(true);
      expect(difference(drawn.pixels, plain.pixels), kind).toBeGreaterThan(2);
      const shared = drawn.boxes.filter((box) => plain.boxes.some(({ objectId }) => objectId === box.objectId));
      expect(shared.length).toBeGreaterThanOrEqual(Math.floor(plain.boxes.length * 0.8));
    }
  });

  it('varies from picture to picture', () => {
    const against = [0, 1, 2, 3].map((index) =>
      difference(still('people', index, looks(name)).pixels, still('people', index).pixels),
    );
    expect(new Set(against.map((value) => value.toFixed(2))).size).toBe(4);
  });
});

describe('styles', () => {
  it('are for training or for judging, several for each', () => {
    const uses = STYLE_NAMES.map((name) => STYLES[name].use);
    expect(uses.filter((use) => use === 'training').length).toBeGreaterThanOrEqual(4);
    expect(uses.filter((use) => use === 'judging').length).toBeGreaterThanOrEqual(4);
  });
});

describe('conditions', () => {
  it.each(CONDITIONS)('%s changes the picture and none of its boxes', (condition) => {
    const changed = [0, 1, 2, 3, 4, 5].map((index) => {
      const [taken, plain] = [
        still('floor', index, { styles: ['plain'], conditions: [condition] }),
        still('floor', index),
      ];
      expect(taken.boxes).toEqual(plain.boxes);
      return difference(taken.pixels, plain.pixels);
    });
    expect(changed.filter((value) => value > 1).length).toBeGreaterThan(1);
    expect(changed.filter((value) => value === 0).length).toBeGreaterThan(0);
  });
});
