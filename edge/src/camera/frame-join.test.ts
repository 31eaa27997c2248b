import { describe, expect, it } from 'vitest';
import { BufferPool } from './buffer-pool.ts';
import { FrameJoin } from './frame-join.ts';

function collect(sizes: readonly number[]): { join: FrameJoin; frames: number[][][]; pool: BufferPool } {
  const frames: number[][][] = [];
  const pool = new BufferPool();
  const join = new FrameJoin(sizes, pool, (outputs) => {
    frames.push(outputs.map((output) => [...output]));
    for (const output of outputs) pool.give(output);
  });
  return { join, frames, pool };
}

describe('cutting byte streams into frames', () => {
  it('joins chunks of any size', () => {
    const { join, frames } = collect([4]);
    for (const chunk of [[1], [2, 3], [4, 5, 6, 7, 8, 9], [10, 11, 12]]) join.push(0, Uint8Array.from(chunk));
    expect(frames).toEqual([[[1, 2, 3, 4]], [[5, 6, 7, 8]], [[9, 10, 11, 12]]]);
    expect(join.end()).toBe(0);
  });

  it('pairs the n-th frame of each output, however far one runs ahead', () => {
    const { join, frames } = collect([2, 1]);
    join.push(0, Uint8Array.of(1, 1, 2, 2, 3, 3));
    expect(frames).toEqual([]);
    join.push(1, Uint8Array.of(10, 20));
    expect(frames).toEqual([
      [[1, 1], [10]],
      [[2, 2], [20]],
    ]);
  });

  it('drops an incomplete frame at the end and reports its bytes', () => {
    const { join, frames } = collect([4, 2]);
    join.push(0, Uint8Array.of(1, 1, 1, 1, 2, 2, 2, 2, 3));
    join.push(1, Uint8Array.of(1, 1, 2));
    expect(frames).toHaveLength(1);
    expect(join.end()).toBe(4 + 1 + 1);
  });

  it('uses its buffers again', () => {
    const { join, pool } = collect([3]);
    const first = pool.take(3);
    pool.give(first);
    join.push(0, Uint8Array.of(1, 2, 3));
    expect(pool.take(3)).toBe(first);
  });
});
