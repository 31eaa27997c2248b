import { beforeAll, describe, expect, it } from 'vitest';
import { checkEffects, type CheckReport, loadLine, type Plant, plantTables } from '../index.ts';
import { type Records, recordsOf } from '../tables/index.ts';
import { leastSquares, logistic } from './fit.ts';

const line = await loadLine(new URL('../../plant.yaml', import.meta.url).pathname);
/** The plant of plant.yaml with more of everything, so that few items are enough. */
const plant: Plant = {
  ...(line.plant as Plant),
  faults: { crack: 0.01, stain: 0.01 },
  belt: { lifeHours: 5, startWear: 0 },
  stops: [
    { reason: 'jam', perHour: 20, seconds: 15 },
    { reason: 'operator', perHour: 4, seconds: 15 },
  ],
  effects: (line.plant as Plant).effects.map((one) => (one.cause === 'jam' ? { ...one, withinSeconds: 60 } : one)),
};
type Effects = Plant['effects'];

describe('a fit', () => {
  const rows = Array.from({ length: 4000 }, (_, k) => ({
    x: (k % 10) / 10,
    y: k % 2,
    noise: ((k * 7919) % 101) / 100 - 0.5,
  }));

  it('gives the slopes of a line and their errors', () => {
    const { estimates, errors } = leastSquares(
      rows.map(({ x, y }) => [1, x, y]),
      rows.map(({ x, y, noise }) => 2 + 3 * x - y + noise),
    );
    expect(estimates[0]).toBeCloseTo(2, 1);
    expect(estimates[1]).toBeCloseTo(3, 1);
    expect(estimates[2]).toBeCloseTo(-1, 1);
    // Deviation 0.29 of the noise, 0.29 of x, 4000 rows; y and x of this design depend on each other a little.
    expect(errors[1]).toBeGreaterThan(0.014);
    expect(errors[1]).toBeLessThan(0.018);
  });

  it('gives the odds of what happens', () => {
    const happened = rows.map(({ x, noise }) => Number(noise + 0.5 < 1 / (1 + Math.exp(2 - 3 * x))));
    const { estimates } = logistic(
      rows.map(({ x }) => [1, x]),
      happened,
    );
    expect(Math.abs(estimates[0]! + 2)).toBeLessThan(0.2);
    expect(Math.abs(estimates[1]! - 3)).toBeLessThan(0.3);
  });
});

describe('the check of effects', () => {
  let records: Records;
  beforeAll(() => {
    records = recordsOf(plantTables(plant, 3, 30_000));
  });
  const check = (effects: Effects): CheckReport => checkEffects({ ...plant, effects }, records.items, records.stops);
  const verdicts = (report: CheckReport): Record<string, string> =>
    Object.fromEntries(
      report.findings
        .filter(({ verdict }) => verdict !== 'none')
        .map((one) => [one.id ?? `${one.cause} on ${one.on}`, one.verdict]),
    );
  const instead = (changed: Effects[number]): Effects =>
    plant.effects.map((one) => (one.id === changed.id ? changed : one));

  it('reports every declared effect with its size, and none that is not declared', () => {
    const report = check(plant.effects);
    expect(verdicts(report)).toEqual({
      late_scatter: 'shown',
      worn_belt_cracks: 'shown',
      stop_after_jam: 'shown',
      scale_and_temperature: 'shown',
    });
    expect(report.ok).toBe(true);
    expect(report.findings.length).toBeGreaterThan(15);
    for (const { low, measured, high } of report.findings) {
      expect(low).toBeLessThan(measured);
      expect(high).toBeGreaterThan(measured);
    }
  });

  it('reports effects that have another size than declared', () => {
    const wrong = [
      ...[{ id: 'late_scatter', cause: 'shift', when: 'late', on: 'weight_spread', factor: 1.2 } as const],
      ...[{ id: 'worn_belt_cracks', cause: 'belt_wear', on: 'crack', factor: 40 } as const],
      ...[{ id: 'scale_and_temperature', cause: 'temperature', on: 'scale_bias', gramsPerDegree: -0.25 } as const],
      ...[{ id: 'stop_after_jam', cause: 'jam', on: 'stop', probability: 1, withinSeconds: 60 } as const],
    ];
    for (const one of wrong) {
      const report = check(instead(one));
      expect(verdicts(report)[one.id]).toBe('wrong_size');
      expect(report.ok).toBe(false);
    }
  });

  it('reports an effect that is declared and not there', () => {
    const absent = { id: 'stained', cause: 'belt_wear', on: 'stain', factor: 8 } as const;
    const report = check([...plant.effects, absent]);
    expect(verdicts(report)['stained']).toBe('absent');
    expect(report.ok).toBe(false);
  });

  it('reports effects that are there and that nobody declared', () => {
    const report = check([]);
    expect(report.ok).toBe(false);
    expect(verdicts(report)).toMatchObject({
      'shift:late on weight_spread': 'undeclared',
      'belt_wear on crack': 'undeclared',
      'temperature on scale_bias': 'undeclared',
      'jam on stop': 'undeclared',
    });
  });

  it('says when too little was recorded to tell', () => {
    const report = checkEffects(plant, records.items.slice(0, 300), records.stops.slice(0, 3));
    expect(verdicts(report)).toMatchObject({ worn_belt_cracks: 'too_few', stop_after_jam: 'too_few' });
    expect(report.ok).toBe(false);
  });
});
