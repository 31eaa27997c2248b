import { describe, expect, it } from 'vitest';
import {
  ProductionLedger,
  type ProductionPlace,
  type ProductionRow,
  productionReport,
  RateMeter,
  readProductionRow,
} from './index.ts';

const HOUR_MS = 3_600_000;
const SHIFT = { name: 'Early', fromMs: 6 * HOUR_MS, toMs: 14 * HOUR_MS };
const PLACE: ProductionPlace = { camera: 'belt', rule: 'packs', shift: 'Early', shiftFromMs: SHIFT.fromMs };

const counted = (count: number) => [{ name: 'counted' as const, label: 'product', count }];

describe('ProductionLedger', () => {
  it('adds up by shift, product and batch, and gives each changed row once', () => {
    const ledger = new ProductionLedger();
    ledger.add({ ...PLACE, product: 'A', batch: '1' }, counted(2));
    ledger.add({ ...PLACE, product: 'A', batch: '1' }, counted(-1));
    ledger.add({ ...PLACE, product: 'B' }, counted(5));
    expect(ledger.takeChanged().map(({ product, counts }) => [product, counts.counted])).toEqual([
      ['A', { product: 1 }],
      ['B', { product: 5 }],
    ]);
    expect(ledger.takeChanged()).toEqual([]);
  });

  it('goes on after a restart where the newest record was, whatever records came before it', () => {
    const first = new ProductionLedger();
    const written: ProductionRow[] = [];
    for (let k = 0; k < 5; k += 1) {
      first.add(PLACE, counted(3));
      written.push(...first.takeChanged());
    }
    const read = written.flatMap((row) => readProductionRow(JSON.parse(JSON.stringify(row))) ?? []);
    const second = new ProductionLedger(read);
    second.add(PLACE, counted(1));
    expect(second.rows.map(({ counts }) => counts.counted)).toEqual([{ product: 16 }]);
  });

  it('reads no row out of what is none', () => {
    for (const value of [null, 1, 'x', {}, { camera: 'c', rule: 'r', shift: 's' }]) {
      expect(readProductionRow(value)).toBeUndefined();
    }
    const strange = { ...PLACE, counts: { counted: { product: 'many' }, invented: { product: 1 } }, runningMs: 'x' };
    expect(readProductionRow(strange)).toEqual({
      ...PLACE,
      counts: { counted: {} },
      runningMs: 0,
      downMs: 0,
      unknownMs: 0,
    });
  });
});

describe('the report of a shift', () => {
  const row = (more: Partial<ProductionRow>): ProductionRow => ({
    ...{ ...PLACE, counts: {}, runningMs: 0, downMs: 0, unknownMs: 0 },
    ...more,
  });
  const rows = [
    row({ product: 'A', counts: { counted: { product: 60 } } }),
    row({ product: 'B', counts: { counted: { product: 30 } } }),
    row({ rule: 'second-counter', counts: { counted: { product: 90 } } }),
    row({ rule: 'stops', runningMs: HOUR_MS, downMs: HOUR_MS / 2, unknownMs: HOUR_MS / 2 }),
    row({ shiftFromMs: 0, counts: { counted: { product: 1000 } } }),
  ];
  const report = (plan: Parameters<typeof productionReport>[2] = []) =>
    productionReport(SHIFT, rows, plan, SHIFT.fromMs + 2 * HOUR_MS, 'packs');

  it('has what one counter counted, by product and against the plan, and nothing of other shifts', () => {
    const plan = [{ shift: 'Early', product: 'A', count: 100 }, { count: 200 }, { shift: 'Late', count: 7 }];
    expect(report(plan).products).toEqual([
      { counted: 90, planned: 200 },
      { product: 'A', counted: 60, planned: 100 },
      { product: 'B', counted: 30 },
    ]);
  });

  it('has the utilisation of each station by the time of the shift so far; unknown time is no running time', () => {
    expect(report().stations).toMatchObject([{ rule: 'stops', utilisation: 0.5 }]);
    expect(report().utilisation).toBe(0.5);
  });
});

describe('RateMeter', () => {
  it('has the products a minute of the latest five minutes, and none before half a minute', () => {
    const meter = new RateMeter();
    const rates = Array.from({ length: 900 }, (_, second) => {
      meter.add(second * 1000, second < 600 && second % 2 === 0 ? 1 : 0);
      return meter.perMinute;
    });
    expect(rates[29]).toBeUndefined();
    expect(rates[120]).toBeCloseTo(30, 0);
    expect(rates[599]).toBeCloseTo(30, 0);
    expect(rates[749]).toBeCloseTo(15, 0);
    expect(rates[899]).toBe(0);
  });

  it('is never below nothing, also where products were taken back', () => {
    const meter = new RateMeter();
    meter.add(0, 5);
    meter.add(60_000, -3);
    expect(meter.perMinute).toBe(0);
  });
});
