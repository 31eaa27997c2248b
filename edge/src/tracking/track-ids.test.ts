import { describe, expect, it } from 'vitest';
import type { Detection } from '../domain/index.ts';
import { TrackIds } from './track-ids.ts';

const SIZE = { width: 640, height: 360 };
const seen = (x: number, label = 'bottle', score = 0.8): Detection => ({
  ...{ label, classId: 0, score },
  box: [x - 30, 100, x + 30, 260],
});

describe('the track ids of a video', () => {
  it('number an object the same in all frames, in the order of the detections', () => {
    const ids = new TrackIds({ score: 0.5 });
    const first = ids.of({ index: 0, atMs: 0, ...SIZE }, [seen(100), seen(400)]);
    const second = ids.of({ index: 1, atMs: 200, ...SIZE }, [seen(412), seen(112)]);
    expect(second).toEqual([first[1], first[0]]);
    expect(new Set(first).size).toBe(2);
  });

  it('leave out what scores too little to begin a track', () => {
    const ids = new TrackIds({ score: 0.5 });
    expect(ids.of({ index: 0, atMs: 0, ...SIZE }, [seen(100, 'bottle', 0.3)])).toEqual([undefined]);
  });
});
