import { describe, expect, it } from 'vitest';
import type { Detection } from '../../domain/index.ts';
import { Occlusion, paintOver, remaining } from './occlusion.ts';

const FIT = { left: 0, top: 10, width: 80, height: 60 };

describe('occlusion', () => {
  it('covers every cell of the image and nothing of the letterbox bars', () => {
    const occlusion = new Occlusion(FIT, 8);
    expect([occlusion.columns, occlusion.rows, occlusion.patches.length]).toEqual([8, 6, 7 * 5]);
    const pixels = new Uint8Array(80 * 80 * 3);
    for (const patch of occlusion.patches) paintOver(pixels, 80, patch, 9);
    expect(pixels.subarray(0, 10 * 80 * 3).every((value) => value === 0)).toBe(true);
    expect(pixels.subarray(10 * 80 * 3, 70 * 80 * 3).every((value) => value === 9)).toBe(true);
    expect(pixels.subarray(70 * 80 * 3).every((value) => value === 0)).toBe(true);
    expect(new Set(occlusion.patches.flatMap(({ cells }) => cells)).size).toBe(48);
  });

  it('is hottest where covering lowered the score most, and cold where it raised the score', () => {
    const occlusion = new Occlusion(FIT, 8);
    const hot = 2 * 8 + 3;
    for (const patch of occlusion.patches) occlusion.add(patch, patch.cells.includes(hot) ? 0.5 : -0.1);
    const { values } = occlusion.heat;
    expect(values[hot]).toBe(1);
    expect(values.filter((value) => value === 1)).toHaveLength(1);
    expect(values[0]).toBe(0);
  });

  it('is cold everywhere where covering changes nothing', () => {
    const occlusion = new Occlusion({ left: 0, top: 0, width: 3, height: 100 }, 4);
    for (const patch of occlusion.patches) occlusion.add(patch, 0);
    expect([...occlusion.heat.values]).toEqual(Array.from({ length: 8 }, () => 0));
  });

  it('weights the remaining score by the IoU with the object', () => {
    const target: Detection = { label: 'cap', classId: 0, score: 0.9, box: [0, 0, 10, 10] };
    expect(remaining(target, [])).toBe(0);
    expect(remaining(target, [target])).toBe(0.9);
    expect(remaining(target, [{ ...target, box: [0, 0, 10, 5] }])).toBeCloseTo(0.45, 12);
    expect(remaining(target, [{ ...target, label: 'defect' }])).toBe(0);
  });
});
