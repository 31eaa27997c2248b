import { describe, expect, it } from 'vitest';
import { FrameRateLimiter } from './frame-rate-limiter.ts';

const through = (limiter: FrameRateLimiter, times: readonly number[]): number[] =>
  times.filter((atMs) => limiter.due(atMs));
const frames = (fps: number, count: number): number[] => Array.from({ length: count }, (_, n) => (n * 1000) / fps);

describe('the rate limiter of a model', () => {
  it.each([
    { camera: 5, model: 2, seconds: 10, inspected: 20 },
    { camera: 25, model: 10, seconds: 10, inspected: 100 },
    { camera: 5, model: 0.1, seconds: 60, inspected: 6 },
    { camera: 5, model: 30, seconds: 2, inspected: 10 },
  ])('inspected $model times a second at a camera of $camera', ({ camera, model, seconds, inspected }) => {
    expect(through(new FrameRateLimiter(model), frames(camera, camera * seconds))).toHaveLength(inspected);
  });

  it('lets every frame through without a rate', () => {
    expect(through(new FrameRateLimiter(undefined), frames(25, 100))).toHaveLength(100);
  });

  it('does not catch up after a gap, and continues after a clock that stepped back', () => {
    expect(through(new FrameRateLimiter(2), [0, 10_000, 10_100, 10_200, 10_480])).toEqual([0, 10_000, 10_480]);
    expect(through(new FrameRateLimiter(1), [50_000, 0, 500, 1000])).toEqual([50_000, 0, 1000]);
  });

  it('tolerates jitter', () => {
    expect(through(new FrameRateLimiter(5), [0, 190, 405, 590, 810])).toHaveLength(5);
  });
});
