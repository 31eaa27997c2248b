import { describe, expect, it } from 'vitest';
import type { Box, Detection, Inspection, Track } from '../domain/index.ts';
import { ByteTracker } from './byte-tracker.ts';

const STEP_MS = 200;

function seen(box: Box, score = 0.9, label = 'person'): Detection {
  return { label, classId: 0, score, box };
}

function at(atMs: number, detections: readonly Detection[]): Inspection {
  const frame = { camera: 'hall', index: Math.round(atMs / STEP_MS), atMs, width: 640, height: 360 };
  return {
    frame,
    model: 'ppe',
    result: { status: 'ok', detections },
    times: { waitMs: 0, inferMs: 0, decodeMs: 0 },
  };
}

function around(x: number, y: number, width = 40, height = 100): Box {
  return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
}

/** Id of the live track whose box lies nearest to x. */
function idNear(tracks: readonly Track[], x: number): number {
  const distance = (track: Track): number => Math.abs((track.box[0] + track.box[2]) / 2 - x);
  const nearest = tracks.toSorted((a, b) => distance(a) - distance(b))[0];
  if (nearest === undefined || distance(nearest) > 30) throw new Error(`no track near ${x}`);
  return nearest.id;
}

describe('ByteTracker', () => {
  it('confirms an object at its second detection and reports hits, misses and times', () => {
    const tracker = new ByteTracker();
    const [first] = tracker.update(at(0, [seen(around(100, 180))]));
    expect(first).toMatchObject({ id: 1, hits: 1, missed: 0, confirmed: false, firstSeenMs: 0, lastSeenMs: 0 });
    const [second] = tracker.update(at(200, [seen(around(102, 180))]));
    expect(second).toMatchObject({ id: 1, hits: 2, confirmed: true, lastSeenMs: 200, box: around(102, 180) });
    const [third] = tracker.update(at(400, []));
    expect(third).toMatchObject({ id: 1, hits: 2, missed: 1, confirmed: true, lastSeenMs: 200 });
  });

  it('keeps the ids of two people who cross, one hidden by the other for two frames', () => {
    const tracker = new ByteTracker();
    let tracks: readonly Track[] = [];
    const places = (step: number): [number, number] => [100 + step * 20, 500 - step * 20];
    for (let step = 0; step <= 20; step += 1) {
      const [left, right] = places(step);
      const hidden = Math.abs(left - right) < 40;
      tracks = tracker.update(
        at(step * STEP_MS, hidden ? [seen(around(left, 180))] : [seen(around(left, 180)), seen(around(right, 170))]),
      );
      if (step === 3) expect([idNear(tracks, left), idNear(tracks, right)]).toEqual([1, 2]);
    }
    const [left, right] = places(20);
    expect([idNear(tracks, left), idNear(tracks, right)]).toEqual([1, 2]);
    expect(tracks).toHaveLength(2);
  });

  it('keeps the id of a walker over a second without a detection, and not over three', () => {
    const walk = (gapMs: number): number[] => {
      const tracker = new ByteTracker();
      const ids = new Set<number>();
      for (let ms = 0; ms <= 6000; ms += STEP_MS) {
        const hidden = ms > 1000 && ms <= 1000 + gapMs;
        const tracks = tracker.update(at(ms, hidden ? [] : [seen(around(60 + ms * 0.06, 180))]));
        for (const track of tracks) if (track.missed === 0) ids.add(track.id);
      }
      return [...ids];
    };
    expect(walk(1000)).toEqual([1]);
    expect(walk(3000)).toEqual([1, 2]);
  });

  it('keeps ids when frames are dropped, because motion runs on the frames’ clock', () => {
    const tracker = new ByteTracker();
    const ids = new Set<number>();
    for (const ms of [0, 200, 400, 600, 1400, 1600, 2500, 2700, 2800]) {
      for (const track of tracker.update(at(ms, [seen(around(60 + ms * 0.15, 180))]))) ids.add(track.id);
    }
    expect([...ids]).toEqual([1]);
  });

  it('follows a product that moves twice its width between frames', () => {
    const tracker = new ByteTracker();
    const ids = new Set<number>();
    for (let step = 0; step < 8; step += 1) {
      for (const track of tracker.update(at(step * STEP_MS, [seen(around(40 + step * 80, 180, 40, 60))])))
        ids.add(track.id);
    }
    expect([...ids]).toEqual([1]);
  });

  it('follows a row of products that move further than half their distance between frames', () => {
    const tracker = new ByteTracker();
    const owner = new Map<number, number>();
    // Products every 120 pixels, 75 pixels a frame: the nearest neighbour of a product is the one behind it.
    for (let step = 0; step < 40; step += 1) {
      const visible = Array.from({ length: 26 }, (_, product) => ({ product, x: 30 + step * 75 - product * 120 }));
      const inView = visible.filter(({ x }) => x > 0 && x < 640);
      const tracks = tracker.update(
        at(
          step * STEP_MS,
          inView.map(({ x }) => seen(around(x, 180, 44, 90), 0.9, 'product')),
        ),
      );
      for (const { product, x } of inView) {
        const id = idNear(tracks, x);
        expect(owner.get(id) ?? product).toBe(product);
        owner.set(id, product);
      }
    }
    expect(owner.size).toBe(new Set(owner.values()).size);
  });

  it('lets low scores keep a known object alive and never give birth to one', () => {
    const tracker = new ByteTracker();
    const scores = [0.9, 0.6, 0.3, 0.2, 0.45, 0.15, 0.3, 0.7];
    const tracks = scores.map((score, step) =>
      tracker.update(at(step * STEP_MS, [seen(around(200, 180), score), seen(around(500, 180), 0.4)])),
    );
    expect(tracks.map((list) => list.map((track) => [track.id, track.missed]))).toEqual(scores.map(() => [[1, 0]]));
    expect(tracks.at(-1)?.[0]?.hits).toBe(scores.length);
  });

  it('never mixes labels', () => {
    const tracker = new ByteTracker();
    tracker.update(at(0, [seen(around(100, 50, 30, 30), 0.9, 'headwear')]));
    const tracks = tracker.update(at(200, [seen(around(100, 50, 30, 30), 0.9, 'bare_head')]));
    expect(tracks.map(({ id, label, missed }) => ({ id, label, missed }))).toEqual([
      { id: 1, label: 'headwear', missed: 1 },
      { id: 2, label: 'bare_head', missed: 0 },
    ]);
  });

  it('drops an object that left the picture at once and a chance sighting soon', () => {
    const tracker = new ByteTracker();
    for (let step = 0; step < 5; step += 1) tracker.update(at(step * STEP_MS, [seen(around(450 + step * 45, 180))]));
    expect(tracker.update(at(1000, []))).toHaveLength(0);
    tracker.update(at(1200, [seen(around(300, 180))]));
    expect(tracker.update(at(1600, []))).toHaveLength(1);
    expect(tracker.update(at(1800, []))).toHaveLength(0);
  });

  it('begins anew when the clock of a recording starts over, without using an id again', () => {
    const tracker = new ByteTracker();
    tracker.update(at(5000, [seen(around(100, 180))]));
    expect(tracker.update(at(0, [seen(around(100, 180))])).map((track) => track.id)).toEqual([2]);
  });

  it('never lets a broken box through, never repeats an id, and gives the same tracks for the same frames', () => {
    const run = (): string => {
      let state = 11;
      const random = (): number => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state / 2 ** 32;
      };
      const tracker = new ByteTracker();
      const story: (readonly Track[])[] = [];
      const dead = new Set<number>();
      let alive = new Set<number>();
      let ms = 0;
      for (let step = 0; step < 300; step += 1) {
        ms += random() < 0.1 ? 0 : random() * 900;
        const detections = Array.from({ length: Math.floor(random() * 30) }, () =>
          seen(
            around(random() * 640, random() * 360, random() * 80, random() * 80),
            random(),
            random() < 0.5 ? 'a' : 'b',
          ),
        );
        detections.push(
          seen([Number.NaN, 0, 10, 10]),
          seen([5, 5, 5, 5]),
          seen([0, 0, Infinity, 9]),
          seen(around(9, 9), Number.NaN),
        );
        const tracks = tracker.update(at(ms, detections));
        for (const track of tracks) {
          expect(track.box.every(Number.isFinite)).toBe(true);
          expect(dead.has(track.id)).toBe(false);
        }
        const now = new Set(tracks.map((track) => track.id));
        expect(now.size).toBe(tracks.length);
        for (const id of alive) if (!now.has(id)) dead.add(id);
        alive = now;
        story.push(tracks);
      }
      expect(dead.size).toBeGreaterThan(100);
      return JSON.stringify(story);
    };
    expect(run()).toBe(run());
  });

  it('follows a hundred objects at once', () => {
    const tracker = new ByteTracker();
    const ids = new Set<number>();
    for (let step = 0; step < 10; step += 1) {
      const detections = Array.from({ length: 100 }, (_, k) =>
        seen(around(30 + (k % 10) * 60 + step * 3, 20 + Math.floor(k / 10) * 35, 40, 25)),
      );
      for (const track of tracker.update(at(step * STEP_MS, detections.reverse()))) ids.add(track.id);
    }
    expect(ids.size).toBe(100);
  });

  it('reports no track for empty frames', () => {
    const tracker = new ByteTracker();
    expect(tracker.update(at(0, []))).toEqual([]);
    expect(tracker.update(at(60_000, []))).toEqual([]);
  });

  it('begins a track at the least score of its label where the label has one of its own', () => {
    const highScore = { score: 0.5, labels: { bare_head: 0.3 } };
    const lowScore = { score: 0.3, labels: { bare_head: 0.18 } };
    const tracker = new ByteTracker({ highScore, lowScore });
    const both = [seen(around(100, 180), 0.4, 'person'), seen(around(300, 180), 0.35, 'bare_head')];
    expect(tracker.update(at(0, both)).map(({ label }) => label)).toEqual(['bare_head']);
    const [faint] = tracker.update(at(200, [seen(around(301, 180), 0.2, 'bare_head')]));
    expect(faint).toMatchObject({ id: 1, missed: 0, hits: 2 });
    const [lost] = tracker.update(at(400, [seen(around(302, 180), 0.1, 'bare_head')]));
    expect(lost).toMatchObject({ id: 1, missed: 1 });
  });
});
