import { describe, expect, it } from 'vitest';
import { type Box, type Incident, type Line, loadLine, parseLine, Scene } from '../index.ts';

const line = await loadLine(new URL('../../line.yaml', import.meta.url).pathname);
const small: Line = { ...line, size: { width: 320, height: 180 } };
const CAMERAS = ['product', 'people', 'floor'];

function frame(scene: Scene, index: number): Buffer {
  const out = Buffer.alloc(scene.frameBytes);
  scene.render(index, out);
  return out;
}

const incidentsOf = (camera: string, from: number, to: number): Incident[] =>
  new Scene(small, camera).incidents(from, to);

describe('a scene', () => {
  it.each(CAMERAS)('gives the same bytes for the same frame of %s, in any order', (camera) => {
    const forwards = new Scene(small, camera);
    const early = frame(forwards, 60);
    const late = frame(forwards, 310);
    const backwards = new Scene(small, camera);
    expect(frame(backwards, 310).equals(late)).toBe(true);
    expect(frame(backwards, 60).equals(early)).toBe(true);
    expect(late.equals(early)).toBe(false);
  });

  it.each(CAMERAS)('gives other pictures of %s for another seed', (camera) => {
    const other = new Scene({ ...small, seed: small.seed + 1 }, camera);
    expect(frame(other, 100).equals(frame(new Scene(small, camera), 100))).toBe(false);
  });

  it('blurs what moves along its way while the shutter is open, and leaves the truth and what stands still', () => {
    const belt = { ...small.cameras.find(({ id }) => id === 'product')!, conditions: [], style: 'plain' as const };
    const still = new Scene({ ...small, cameras: [belt] }, 'product');
    const moving = new Scene({ ...small, cameras: [{ ...belt, exposureMs: 150 }] }, 'product');
    expect(moving.truth(50)).toEqual(still.truth(50));
    // The steepest steps from pixel to pixel: of the bottles' rows from left to right, and of the wall above them.
    const steepest = (scene: Scene, fromRow: number, toRow: number): number => {
      const pixels = frame(scene, 50);
      let sum = 0;
      for (let i = fromRow * 960; i < toRow * 960 - 3; i += 3)
        sum += Math.max(0, Math.abs(pixels[i + 3]! - pixels[i]!) - 12);
      return sum;
    };
    const [top, bottom] = [90, 150];
    expect(steepest(moving, top, bottom)).toBeLessThan(0.8 * steepest(still, top, bottom));
    expect(steepest(moving, 0, 12)).toBeGreaterThan(0.9 * steepest(still, 0, 12));
  });

  it('has no bottle in a gap, and everybody on the side that is declared', () => {
    const cameras = parseLine(
      JSON.stringify({
        ...small,
        cameras: [
          { id: 'belt', scene: 'product', bottlesPerMinute: 60, secondsInView: 4, gaps: [{ at: 20, seconds: 15 }] },
          {
            id: 'hall',
            scene: 'people',
            visits: [{ at: 5, seconds: 20, headwear: 'cap', lane: 'front', enters: 'right', leaves: 'left' }],
          },
        ],
      }),
      'test',
    );
    const passages = new Scene(cameras, 'belt').events(0, 60).filter(({ kind }) => kind === 'passage');
    expect(passages.filter(({ start }) => start >= 20 && start < 35)).toEqual([]);
    expect(passages.filter(({ start }) => start >= 35).length).toBeGreaterThan(20);
    const hall = new Scene(cameras, 'hall');
    const xOf = (second: number): number => hall.truth(second * small.fps).find(({ label }) => label === 'person')!.x1;
    expect(xOf(6)).toBeGreaterThan(160);
    expect(xOf(24)).toBeLessThan(100);
  });

  it('refuses a camera the line does not have, naming those it has', () => {
    expect(() => new Scene(line, 'roof')).toThrow(/no camera roof; it has product, people, floor/);
  });

  it('refuses a buffer of another size than its frames', () => {
    expect(() => new Scene(small, 'floor').render(0, Buffer.alloc(10))).toThrow(RangeError);
  });
});

describe('the truth of a frame', () => {
  const everyTwoSeconds = Array.from({ length: 30 }, (_, index) => index * 20);

  it.each(CAMERAS)('of %s has all boxes inside the picture, with a visible part between 0 and 1', (camera) => {
    const scene = new Scene(small, camera);
    const boxes = everyTwoSeconds.flatMap((index) => scene.truth(index));
    expect(boxes.length).toBeGreaterThan(5);
    for (const box of boxes) {
      expect(box.x1).toBeGreaterThanOrEqual(0);
      expect(box.y1).toBeGreaterThanOrEqual(0);
      expect(box.x2).toBeGreaterThan(box.x1);
      expect(box.y2).toBeGreaterThan(box.y1);
      expect(box.x2).toBeLessThanOrEqual(320);
      expect(box.y2).toBeLessThanOrEqual(180);
      expect(box.visible).toBeGreaterThan(0);
      expect(box.visible).toBeLessThanOrEqual(1);
    }
  });

  it('covers the pixels that a spill changes, and hardly any other', () => {
    const script = (at: number): Line => ({
      ...small,
      cameras: [{ id: 'floor', scene: 'floor', passersPerMinute: 0, incidents: [{ at, seconds: 20, kind: 'spill' }] }],
    });
    const [spilled, clean] = [new Scene(script(0), 'floor'), new Scene(script(50), 'floor')];
    const box = spilled.truth(80)[0];
    expect(box?.label).toBe('spill');
    const counts = changed(frame(clean, 80), frame(spilled, 80), box as Box);
    expect(counts.inside).toBeGreaterThan(0.4);
    expect(counts.outside).toBeLessThan(0.01);
  });

  it('names the defect, the bare head and the mess in the middle of each incident, by the same object id', () => {
    for (const camera of CAMERAS) {
      const scene = new Scene(small, camera);
      for (const incident of scene.incidents(0, 50)) {
        const middle = Math.round(((incident.startSeconds + incident.endSeconds) / 2) * scene.fps);
        const shown = scene.truth(middle).filter((box) => box.objectId.startsWith(incident.objectId));
        expect(
          shown.map((box) => box.label),
          incident.objectId,
        ).toContain(incident.label);
      }
    }
  });

  it('shows no defect while the script has none', () => {
    const scene = new Scene(small, 'product');
    for (const seconds of [44, 48, 52, 56]) {
      expect(scene.truth(seconds * scene.fps).filter((box) => box.label === 'defect')).toEqual([]);
    }
  });

  it('shows an open neck and no cap on a product whose cap is missing', () => {
    const scene = new Scene(small, 'product');
    const missing = scene.incidents(0, 50).find((incident) => incident.detail === 'missing_cap') as Incident;
    const middle = Math.round(((missing.inspectableFrom ?? 0) + (missing.inspectableTo ?? 0)) * 0.5 * scene.fps);
    const labels = scene.truth(middle).filter((box) => box.objectId.startsWith(`${missing.objectId}/`));
    expect(labels.map((box) => box.label)).toEqual(['defect']);
  });
});

function changed(a: Buffer, b: Buffer, box: Box): { inside: number; outside: number } {
  const counts = { inside: 0, outside: 0 };
  for (let p = 0; p < a.length / 3; p += 1) {
    const [x, y] = [p % 320, Math.floor(p / 320)];
    // A margin for the soft shadow under its rim and the lens's softness.
    const within = x >= box.x1 - 4 && x < box.x2 + 4 && y >= box.y1 - 4 && y < box.y2 + 4;
    const differs = [0, 1, 2].some((c) => Math.abs((a[p * 3 + c] ?? 0) - (b[p * 3 + c] ?? 0)) > 12);
    if (differs) counts[within ? 'inside' : 'outside'] += 1;
  }
  const area = (box.x2 - box.x1) * (box.y2 - box.y1);
  return { inside: counts.inside / area, outside: counts.outside / (a.length / 3 - area) };
}

describe('the default line', () => {
  const lasting = (incident: Incident): number => incident.endSeconds - incident.startSeconds;

  it('shows each kind of incident, long enough, within the first 50 seconds of every minute', () => {
    for (const from of [0, 60, 600]) {
      const defects = incidentsOf('product', from, from + 50).filter((incident) => incident.startSeconds >= from);
      expect(defects.length).toBeGreaterThanOrEqual(3);
      const bare = incidentsOf('people', from, from + 50).filter(
        (one) => one.startSeconds >= from && one.endSeconds <= from + 50,
      );
      expect(Math.max(...bare.map(lasting))).toBeGreaterThan(6);
      const floor = incidentsOf('floor', from, from + 50).filter(
        (one) => one.endSeconds <= from + 50 && lasting(one) > 8,
      );
      expect(new Set(floor.map((one) => one.label))).toEqual(new Set(['spill', 'litter']));
    }
  });

  it('has plain stretches with nothing wrong on every camera', () => {
    expect(incidentsOf('product', 42, 60)).toEqual([]);
    expect(incidentsOf('people', 50, 60)).toEqual([]);
    expect(incidentsOf('floor', 43, 60)).toEqual([]);
  });

  it('reports when a faulty product is completely in view', () => {
    for (const incident of incidentsOf('product', 0, 50)) {
      expect(incident.inspectableFrom).toBeGreaterThan(incident.startSeconds);
      expect(incident.inspectableTo).toBeLessThan(incident.endSeconds);
      expect((incident.inspectableTo ?? 0) - (incident.inspectableFrom ?? 0)).toBeGreaterThan(4);
    }
  });
});

describe('a declaration', () => {
  it('is refused with all its faults at once', () => {
    const text = 'seed: 1.5\nsize: { width: 641, height: 360 }\nfps: 10\nperiodSeconds: 60\ncameras: []\n';
    expect(() => parseLine(text, 'x.yaml')).toThrow(/seed.*\n.*size\.width.*\n.*cameras/);
  });

  it('is refused when two cameras have one name', () => {
    const camera = '  - { id: a, scene: floor }\n';
    const text = `seed: 1\nsize: { width: 640, height: 360 }\nfps: 10\nperiodSeconds: 60\ncameras:\n${camera}${camera}`;
    expect(() => parseLine(text, 'x.yaml')).toThrow(/two cameras are called a/);
  });

  it('is refused when it is not YAML', () => {
    expect(() => parseLine('seed: [1', 'x.yaml')).toThrow(/x\.yaml/);
  });
});
