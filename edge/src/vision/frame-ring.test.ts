import { describe, expect, it } from 'vitest';
import { BufferPool } from '../camera/index.ts';
import { type HeldFrame, FrameRing } from './frame-ring.ts';

const SIZE = { width: 1, height: 1 };
const picture = (index: number, state: Partial<HeldFrame> = {}): HeldFrame => ({
  index,
  arrivedMs: index * 100,
  pixels: Uint8Array.of(index, index, index),
  size: SIZE,
  source: SIZE,
  pins: 0,
  inspected: false,
  ...state,
});

describe('the frames that are kept', () => {
  it('are the newest, and the newest one stands in for a frame that was dropped', () => {
    const ring = new FrameRing(new BufferPool(), 3);
    for (let index = 0; index < 5; index++) ring.hold(picture(index));
    expect([ring.find(2)?.index, ring.find(1)?.index, ring.find()?.index]).toEqual([2, 4, 4]);
  });

  it('stay while a model inspects them', () => {
    const ring = new FrameRing(new BufferPool(), 2);
    const looked = picture(0, { pins: 1 });
    ring.hold(looked);
    for (let index = 1; index < 9; index++) ring.hold(picture(index));
    expect(ring.find(0)).toBe(looked);
    ring.unpin(looked);
    ring.hold(picture(9));
    expect(ring.find(0)?.index).not.toBe(0);
  });

  it('are inspected ones rather than skipped ones', () => {
    const ring = new FrameRing(new BufferPool(), 3);
    ring.hold(picture(0, { inspected: true }));
    for (let index = 1; index < 9; index++) ring.hold(picture(index));
    expect(ring.find(0)?.index).toBe(0);
  });

  it('give their buffers back when they are dropped', () => {
    const pool = new BufferPool();
    const ring = new FrameRing(pool, 1);
    const first = picture(0);
    ring.hold(first);
    ring.hold(picture(1));
    expect(pool.take(3)).toBe(first.pixels);
  });
});
