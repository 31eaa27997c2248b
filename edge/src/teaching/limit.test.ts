import { describe, expect, it } from 'vitest';
import { effectOf, inMads, sharpenedLimit, spreadOf, USUAL_MADS } from './limit.ts';

const good = Array.from({ length: 51 }, (_, n) => 10 + 0.04 * (n - 25));

describe('the spread of good pieces', () => {
  it('is centred on the typical piece, and one odd piece hardly moves it', () => {
    const plain = spreadOf(good);
    const withOdd = spreadOf([...good, 400]);
    expect(plain.centre).toBeCloseTo(10, 6);
    expect(inMads(400, withOdd)).toBeGreaterThan(100);
    expect(Math.abs(withOdd.centre - plain.centre)).toBeLessThan(0.1 * plain.mad);
    expect(withOdd.mad / plain.mad).toBeLessThan(1.1);
  });

  it('is never so small that pieces like those taught are above the usual limit', () => {
    const alike = Array.from({ length: 12 }, (_, n) => 10 + 0.001 * n);
    expect(inMads(10.5, spreadOf(alike))).toBeLessThan(USUAL_MADS);
  });

  it('is the median deviation from the median, made comparable with a standard deviation', () => {
    expect(spreadOf([1, 2, 3, 5, 9]).mad).toBeCloseTo(1.4826 * 2, 6);
  });

  it('is hardly moved by two odd pieces among twenty', () => {
    const plain = Array.from({ length: 18 }, (_, n) => 10 + 0.2 * (n - 8.5));
    expect(spreadOf([...plain, 14, 15]).mad / spreadOf(plain).mad).toBeLessThan(1.25);
  });
});

describe('a limit in MADs', () => {
  it('is reported with the faults above it and its false alarms', () => {
    expect(effectOf(4, [0, 1, 5], [3, 8])).toEqual({
      mads: 4,
      false: 1,
      falseFraction: 1 / 3,
      found: 1,
      foundFraction: 0.5,
    });
    expect(effectOf(4, [0, 1, 2], [])).toEqual({ mads: 4, false: 0, falseFraction: 0 });
  });

  it('lies between good and bad pieces where these can be separated', () => {
    const limit = sharpenedLimit([-1, 0, 1, 2], [9, 12, 30]);
    expect(limit).toBe(5.5);
    expect(effectOf(limit, [-1, 0, 1, 2], [9, 12, 30])).toMatchObject({ false: 0, found: 3 });
  });

  it('is not pulled into the good pieces by a bad piece that looks like them', () => {
    expect(sharpenedLimit([-1, 0, 1, 2], [0.5, 12, 30])).toBeGreaterThanOrEqual(3);
  });
});
